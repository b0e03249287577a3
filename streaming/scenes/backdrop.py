"""The room behind the host, and what stands in front of it."""

import numpy as np

from streaming.canvas import Bitmap, premultiplied
from streaming.scenes.layout import Layout
from streaming.scenes.theme import Theme


def back(layout: Layout, theme: Theme) -> Bitmap:
    top, bottom = (np.array(colour, np.float32) for colour in theme.wall)
    t = np.linspace(0, 1, layout.height, dtype=np.float32)[:, None, None]
    image = np.full((layout.height, layout.width, 4), 255, np.uint8)
    image[..., :3] = top * (1 - t) + bottom * t
    return premultiplied(image)


def front(layout: Layout, theme: Theme) -> Bitmap | None:
    return None
