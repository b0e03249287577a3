"""The demo shop: a folder of data (docs/shop-folder.md) and the pictures drawn for it."""
