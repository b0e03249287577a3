"""How a room looks: layouts for wide and tall pictures, themes, and the pieces drawn on them."""
