"""A portrait of nobody: a drawn host as a picture, to try and test the photographed face with."""

from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from avatar.consent import Consent
from avatar.faces.drawn.figure import HEIGHT, TOP, WIDTH, on_head
from avatar.faces.drawn.host import Host
from avatar.faces.drawn.looks import LOOKS
from avatar.faces.drawn.pose import Pose
from avatar.faces.photo.host import Marks, PhotoHost

SIZE = (700, 900)


def make_example(folder: Path, look: str = "mia", *, background: bool = False) -> PhotoHost:
    """A host's folder with the drawn host `look` as its portrait, cut out or before a plain wall."""
    host = Host(LOOKS[look], SIZE)
    frame = host.draw(Pose(smile=0.5, squint=0.2))
    host.close()
    picture = Image.fromarray(frame, "RGBa").convert("RGBA")
    if background:
        wall = Image.new("RGBA", SIZE, (205, 214, 222, 255))
        wall.alpha_composite(picture)
        picture = wall
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "drawn.png"
    picture.save(source)
    consent = Consent("nobody", date(2026, 11, 28), "drawn by this project")
    try:
        return PhotoHost.make(source, folder, consent, "trying the face", _marks(LOOKS[look].build.eyes))
    finally:
        source.unlink()


def _marks(eyes: float) -> Marks:
    scale = min(SIZE[0] / WIDTH, SIZE[1] / HEIGHT)
    origin = np.array([SIZE[0] / 2, SIZE[1] - (HEIGHT - TOP) * scale])

    def at(x: float, y: float) -> tuple[float, float]:
        px, py = origin + np.array(on_head(x, y)) * scale
        return float(px), float(py)

    outer, inner = 36.5 + 24.5 * eyes, 36.5 - 21 * eyes
    return Marks(
        at(-outer, 18), at(-inner, 21), at(inner, 21), at(outer, 18), at(-37, 17 - 13 * eyes), at(-37, 17 + 13 * eyes),
        at(-24, 72), at(24, 72),
        at(0, 68), at(0, 75.5), at(0, 84), at(0, 113),
    )  # fmt: skip
