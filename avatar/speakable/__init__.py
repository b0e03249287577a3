"""Written text → words to say, with a map back to the text as written, so that subtitles can follow the voice.

"¥1,299.00" is spoken 一千二百九十九元 but shown as it was written. A scanner walks the text once; at each position
the first rule that matches says what is heard in place of what is read.
"""

from avatar.speakable import en, zh
from avatar.speakable.scan import Rule, Spoken, scan
from avatar.voice import Lang

_RULES: dict[Lang, tuple[Rule, ...]] = {"zh": zh.RULES, "en": en.RULES}


def speakable(text: str, lang: Lang) -> Spoken:
    """What a voice should be given for `text`. Never fails; what cannot be spoken is left out."""
    return scan(text, _RULES[lang])


__all__ = ["Spoken", "speakable"]
