"""What a good clerk works out before speaking: which question helps most, what tells the finds apart, why this one and
not that one, what goes with it. Everything here is computed from the catalogue; no model takes part."""
