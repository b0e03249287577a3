"""Cut Noto Sans SC down to GB2312, Latin and the signs of a price tag.

    python -m streaming.fonts.subset SOURCE.ttf TARGET.ttf

Sources: the package @expo-google-fonts/noto-sans-sc (SIL Open Font License 1.1). Needs fonttools.
"""

import sys
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]

_SIGNS = (
    "€¥£©®™°²³½×÷±≤≥≈·•…—–‘’“”「」『』《》〈〉【】〔〕、。〃々〆♥♡★☆●○◆◇■□▲△▼▽→←↑↓✓✔✕✖№℃℉Ωμ‰∞"
    "囍靓喆囧煲螨蔻砭霾佰仟萬園飲檸"
)


def characters() -> set[int]:
    """Code points that stay: both levels of GB2312, Latin-1, full-width forms, common signs."""
    wanted = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2040), *range(0x3000, 0x3020)}
    wanted |= {*range(0xFF01, 0xFF5F), 0xFFE5} | {ord(sign) for sign in _SIGNS}
    for row in (*range(0xA1, 0xAA), *range(0xB0, 0xF8)):
        for cell in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return wanted


def main(source: Path, target: Path) -> None:
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # the copyright and licence notes stay
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
