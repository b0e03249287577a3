"""A live room: what to say next, and getting picture and sound out for a day and a year."""
