"""After-sales service: what a shopper wants done with an order, done once, after an explicit yes."""
