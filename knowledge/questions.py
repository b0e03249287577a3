"""Which questions ask the same thing: grouped one by one as they come, in both languages, without a model."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib import resources

from knowledge.faq import FILLER
from knowledge.lexical import stem, words
from knowledge.parsing import parsed
from knowledge.text import normalise
from knowledge.thesaurus import Thesaurus, default_thesaurus

ALIKE = 0.5  # from here on two questions ask the same
_SAME = 0.75  # what all of two questions' meanings being the same is worth
_OTHER_ASKING = 0.8  # of the likeness, when only one of two questions has a question word
_SHARED = 2  # meanings two questions in different languages must share at least, or all they have
_COMMON = frozenset(
    map(
        stem,
        "a an and any are be can could did do does for get have i if in is it its me my of on or please so that the "
        "them there they this to u we will with would you your".split(),
    )
)
# Said around a question, not asked.
_AROUND = re.compile(
    r"想?问一?下|那个|这个|这款|这边|你们?家|咱们?|亲亲?|老板|在吗|\b(?:hi|hello|hey|excuse me|i wonder if)\b"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
Features = dict[str, float]


class QuestionGroups:
    """Groups of questions by what they ask. Not safe to share between threads."""

    def __init__(self, thesaurus: Thesaurus | None = None) -> None:
        self._thesaurus = thesaurus or default_thesaurus()
        self._entries: list[tuple[str, Features, bool]] = []  # group, features, Chinese
        self._places: dict[str, list[int]] = {}  # by feature
        self._counts: Counter[str] = Counter()

    def add(self, group: str, text: str) -> None:
        """Let `text` be one way to ask what `group` asks."""
        features = self._features(text)
        if features:
            for feature in features:
                self._places.setdefault(feature, []).append(len(self._entries))
            self._counts.update(features.keys())
            self._entries.append((group, features, bool(_HAN.search(text))))

    def nearest(self, text: str) -> tuple[str, float] | None:
        """The group whose questions `text` is most like, and how much, 0..1; None when nothing is shared."""
        asked = self._features(text)
        chinese = bool(_HAN.search(text))
        near: Counter[int] = Counter()
        for feature in asked:
            rarity = self._rarity(feature)
            for place in self._places.get(feature, ()):
                near[place] += rarity  # type: ignore[assignment]
        best: tuple[str, float] | None = None
        for place, _ in near.most_common(40):
            group, said, also_chinese = self._entries[place]
            score = self._compared(asked, said, same_language=chinese == also_chinese)
            if best is None or score > best[1]:
                best = group, score
        return best

    def _compared(self, left: Features, right: Features, *, same_language: bool) -> float:
        """Twice the weight they share over the weight they have; between languages only meanings can be shared."""
        mine, other = _meanings(left), _meanings(right)
        asks, also_asks = _asks(left), _asks(right)
        if asks and also_asks and asks != also_asks:
            return 0.0  # when it ships is not what ships it
        alike = mine == other and asks == also_asks and any(name[0] == "@" for name in mine)
        if same_language:
            likeness = self._shared(left, right) * (1.0 if asks == also_asks else _OTHER_ASKING)
            return max(likeness, _SAME if alike else 0.0)
        common = mine.keys() & other.keys()
        if len(common) < _SHARED and not alike:
            return 0.0
        return self._shared(mine, other)

    def _shared(self, left: Features, right: Features) -> float:
        total = self._weight(left) + self._weight(right)
        shared = {name: (left[name] + right[name]) / 2 for name in left.keys() & right.keys()}
        return 2 * self._weight(shared) / total if total else 0.0

    def _weight(self, features: Features) -> float:
        return sum(weight * self._rarity(name) for name, weight in features.items())

    def _rarity(self, feature: str) -> float:
        return 1 / (1 + math.log1p(self._counts.get(feature, 0) * 20 / max(20, len(self._entries))))

    def _features(self, text: str) -> Features:
        """Terms, what they mean, and which question word asks. One Chinese character says less than two, and what goods
        are asked about less than what is asked about them."""
        plain = FILLER.sub("", _AROUND.sub("", normalise(text[:500]).text))
        found: Features = {f"?{name}": 0.5 for name, pattern in _lexicon("asks") if pattern.search(plain)}
        found |= {f"@{name}": 1.2 for name, pattern in _lexicon("subjects") if pattern.search(plain)}
        for mention in reversed(self._thesaurus.find(plain)):
            goods = mention.in_section("goods")
            found |= {f"#{group.name.en or group.name.zh}": 0.5 if goods else 1.2 for group in mention.groups}
            if goods:
                plain = f"{plain[: mention.start]} {plain[mention.end :]}"
        for term in words(plain):
            if term not in _COMMON:
                found[term] = 1.0 if len(term) > 1 or not _HAN.match(term) else 0.35
        return found


def subjects(text: str) -> Mapping[str, str]:
    """What besides goods a normalised question speaks of, by names that both languages share (fade, smell, gift), each
    with the word for it."""
    found = ((name, pattern.search(text)) for name, pattern in _lexicon("subjects"))
    return {name: match.group() for name, match in found if match is not None}


def _meanings(features: Features) -> Features:
    return {name: weight for name, weight in features.items() if name[0] in "#@"}


def _asks(features: Features) -> set[str]:
    return {name for name in features if name[0] == "?"}


@cache
def _lexicon(part: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    text = (resources.files("knowledge") / "data" / "questions.yaml").read_text(encoding="utf-8")
    return tuple(
        (name, re.compile("|".join([*said["zh"], *(rf"\b(?:{word})" for word in said["en"])])))
        for name, said in parsed(text)[part].items()
    )
