"""Telling a merchant's other systems what happened: docs/webhooks.md."""
