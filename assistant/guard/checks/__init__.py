"""What each kind of claim is held against."""
