"""Options found in words, compared, and the variant meant."""

from decimal import Decimal

import pytest

from assistant.service.model import Goods, Line, Variant
from assistant.service.options import choose, rank_of, values_in, wanted_in

BOOTS = Goods(
    "b",
    "Boots",
    tuple(
        Variant(f"{size}-{dry}", {"size": size, "waterproof": dry, "material": stuff}, Decimal(price))
        for size, dry, stuff, price in (
            ("8", "no", "leather", "90"),
            ("9", "yes", "leather", "110"),
            ("9", "no", "mesh", "80"),
            ("10", "yes", "mesh", "95"),
        )
    ),
)
CAMERA = Goods(
    "k",
    "Camera",
    tuple(
        Variant(f"{zoom}{size}", {"zoom": zoom, "screen size": size, "frame color": a, "lens color": b}, Decimal(1))
        for zoom, size, a, b in (("3x", "5.8-inch", "black", "brown"), ("10x", "6.1-inch", "brown", "black"))
    ),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a waterproof pair in size 9", {"waterproof": ("yes",), "size": ("9",)}),
        ("non-waterproof mesh ones", {"waterproof": ("no",), "material": ("mesh",)}),
        ("order 9 of them", {"size": ("9",)}),
        ("nothing of that", {}),
    ],
)
def test_values(text: str, found: dict[str, tuple[str, ...]]) -> None:
    assert values_in(BOOTS, text) == found


def test_a_value_of_two_options_belongs_to_the_one_named_beside_it() -> None:
    assert values_in(CAMERA, "black frames and brown lenses") == {"frame color": ("black",), "lens color": ("brown",)}
    assert values_in(CAMERA, "brown lenses, black frames") == {"lens color": ("brown",), "frame color": ("black",)}
    assert values_in(CAMERA, "the 6.1 inch one with 10x zoom") == {"screen size": ("6.1-inch",), "zoom": ("10x",)}


def _line(variant_id: str) -> Line:
    variant = BOOTS.variant(variant_id)
    assert variant is not None
    return Line(variant.id, BOOTS.id, BOOTS.name, variant.price, variant.options)


@pytest.mark.parametrize(
    ("text", "variant_id"),
    [
        ("the same ones but waterproof", None),  # there is no waterproof leather pair in size 8
        ("one size bigger, waterproof", "9-yes"),
        ("the largest you have", "10-yes"),
        ("the cheapest", "9-no"),
        ("mesh, not waterproof", "9-no"),
        ("some other ones", None),
    ],
)
def test_the_variant_meant(text: str, variant_id: str | None) -> None:
    chosen, _ = choose(BOOTS, _line("8-no"), wanted_in(BOOTS, text))
    assert (chosen.id if chosen else None) == variant_id


def test_all_there_is_stands_above_its_parts() -> None:
    ranks = [rank_of(value) for value in ("60%", "80%", "full size")]
    assert ranks == [60, 80, 100]
