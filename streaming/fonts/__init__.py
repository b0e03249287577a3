"""Noto Sans SC, cut down to what a shop writes; see `subset.py` and OFL.txt."""
