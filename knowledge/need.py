"""What a shopper wants, understood: filters that can be checked, an order, occasions, and words to look up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from knowledge.measures import Limit
from knowledge.measures import Order as Extreme
from knowledge.model import Lang
from knowledge.text import Terms
from knowledge.thesaurus import Mention, Scene

Order = Literal["relevance", "cheapest", "dearest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a product must satisfy. Words are compared through the thesaurus, in both languages."""

    price_min: Decimal | None = None
    price_max: Decimal | None = None
    categories: tuple[str, ...] = ()  # any of
    brands: tuple[str, ...] = ()  # any of
    options: tuple[str, ...] = ()  # in one variant: any of the colours, all of the sizes and other values
    without: tuple[str, ...] = ()  # none of: colours, materials, brands, categories
    audiences: tuple[str, ...] = ()  # for any of these: 女士, kids
    features: tuple[str, ...] = ()  # goods that say they are not so are left out: 防水, cotton
    limits: tuple[Limit, ...] = ()  # all of: 500ml以上, under 300 g
    in_stock: bool = False
    products: tuple[str, ...] = ()  # only these ids
    any_kind: bool = False  # also goods of another kind than the one named: what goes with a toothbrush

    def __and__(self, other: "Filters") -> "Filters":
        """Both: the narrower price, and the words of both."""
        lows = [low for low in (self.price_min, other.price_min) if low is not None]
        highs = [high for high in (self.price_max, other.price_max) if high is not None]
        return Filters(
            price_min=max(lows, default=None),
            price_max=min(highs, default=None),
            categories=_both(self.categories, other.categories),
            brands=_both(self.brands, other.brands),
            options=_both(self.options, other.options),
            without=_both(self.without, other.without),
            audiences=_both(self.audiences, other.audiences),
            features=_both(self.features, other.features),
            limits=tuple(dict.fromkeys(self.limits + other.limits)),
            in_stock=self.in_stock or other.in_stock,
            products=_both(self.products, other.products),
            any_kind=self.any_kind or other.any_kind,
        )


@dataclass(frozen=True, slots=True)
class Leaning:
    """A measure that is wanted small or large, in the shopper's words: 最轻的, 大一点."""

    measure: str
    extreme: Extreme
    text: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """A query understood. `text` is what is left to look up, in normal form."""

    text: str
    lang: Lang
    filters: Filters = field(default_factory=Filters)
    order: Order = "relevance"
    scenes: tuple[tuple[str, Scene], ...] = ()  # the word that named it
    mentions: tuple[Mention, ...] = ()  # words of the thesaurus in `text`
    currency: str = ""  # that the shopper named, when one was
    by: Leaning | None = None  # the measure that the least or most of is wanted
    prefers: tuple[Leaning, ...] = ()  # measures that had better be small or large
    count: int = 1  # pieces wanted
    rest: str = ""  # `text` without colours, sizes, brands, audiences and occasions: goods and what else describes them
    dropped: frozenset[str] = frozenset()  # what the shopper leaves open: "price", "colour", "size", "brand"

    head: str = (
        ""  # the word for the kind of goods asked for: 背包 in "能放电脑的背包", backpack in "backpack for a laptop"
    )

    @property
    def goods(self) -> Mention | None:
        """The kind of goods asked for."""
        return next((mention for mention in reversed(self.mentions) if mention.word == self.head), None)


@dataclass(frozen=True, slots=True)
class ShopWords:
    """Words of a shop of its own: brands, and the categories that hold several kinds of goods, each with its own
    spelling as the value; and whether it uses an English word at all."""

    brands: Terms[str] = field(default_factory=lambda: Terms(()))
    shelves: Terms[str] = field(default_factory=lambda: Terms(()))
    has: Callable[[str], bool] | None = None


NO_SHOP = ShopWords()


def _both(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(left + right))
