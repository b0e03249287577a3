"""What shoppers say about their orders, language by language."""
