"""A conversation: understand, act through tools, answer, hand over; and the guard every sentence passes."""
