"""Messages that the shop sends of its own accord: rarely, once, only where they are wanted."""
