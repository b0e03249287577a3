"""A photographed host who speaks: SadTalker-compatible networks of our own. Importing this needs nothing; its modules
need the extra `sadtalker`."""
