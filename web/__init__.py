"""The only place where concrete objects are built, and the only one that knows HTTP."""
