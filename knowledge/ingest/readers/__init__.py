"""Rows out of files, whatever program wrote them."""
