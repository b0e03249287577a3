"""Draws the demo shop's pictures: `python -m knowledge.demo.draw` writes them all, the same bytes' worth every time."""
