"""Text to synchronised speech, mouth and face."""
