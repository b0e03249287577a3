"""Catalogues as merchants have them, made by us: what is wrong in each is what its test expects."""
