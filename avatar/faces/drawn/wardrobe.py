"""Everything hosts can wear, by name."""

from collections.abc import Callable

from avatar.faces.drawn.casual import draw_blouse, draw_hoodie, draw_rollneck
from avatar.faces.drawn.figure import Figure
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.outfit import draw_blazer, draw_cardigan, draw_shirt, draw_suit

OUTFITS: dict[str, Callable[[Figure, Look], None]] = {
    "blazer": draw_blazer,
    "blouse": draw_blouse,
    "cardigan": draw_cardigan,
    "hoodie": draw_hoodie,
    "rollneck": draw_rollneck,
    "shirt": draw_shirt,
    "suit": draw_suit,
}
