"""Names a shop's customers are likely to say, for whoever writes down speech: brands and model names."""

import re
from collections import Counter
from collections.abc import Iterable

from knowledge.catalog import Catalog
from knowledge.model import Lang, Product

_MOST_LETTERS = 320  # a model reads some 220 pieces of words of them
_MODEL = re.compile(r"(?<![\w-])(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[A-Za-z\d][A-Za-z\d-]{2,19}(?![\w-])", re.ASCII)
_UNIT = re.compile(r"\d+(?:ml|l|g|kg|mm|cm|m|w|kw|v|mah|gb|tb|hz|k|p|pcs|oz|in|inch)", re.IGNORECASE)
_FOREIGN = re.compile(r"[A-Z][A-Za-z]{2,19}")  # a name within Chinese


def hot_words(products: Iterable[Product], lang: Lang) -> str:
    """Brands and model names, those of most products first, separated by spaces."""
    found: Counter[str] = Counter()
    for product in products:
        title = product.title.zh if lang == "zh" else product.title.en
        names = {product.brand.strip()} if product.brand.strip() else set()
        names |= {name for name in _MODEL.findall(title) if not _UNIT.fullmatch(name)}
        if lang == "zh":
            names |= set(_FOREIGN.findall(title))
        found.update(names)
    words = ""
    for name, _ in found.most_common():
        if len(words) + 1 + len(name) <= _MOST_LETTERS:
            words += f" {name}"
    return words.strip()


class HotWords:
    """Those of a catalogue as it is now, read anew only when it has changed."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._made: dict[Lang, tuple[int, str]] = {}

    def __call__(self, lang: Lang) -> str:
        version = self._catalog.version
        found = self._made.get(lang)
        if found is None or found[0] != version:
            found = self._made[lang] = version, hot_words(self._catalog.products(), lang)
        return found[1]
