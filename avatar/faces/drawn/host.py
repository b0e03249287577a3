"""One drawn host: a look put together into a figure that can be posed."""

from avatar.faces.drawn.arms import Arms
from avatar.faces.drawn.extras import draw_beard, draw_glasses
from avatar.faces.drawn.eyes import Eyes
from avatar.faces.drawn.figure import Figure
from avatar.faces.drawn.hair import Tones
from avatar.faces.drawn.haircuts import STYLES
from avatar.faces.drawn.head import draw_ears, draw_face, draw_hair_shadow, draw_lines, draw_neck, draw_nose
from avatar.faces.drawn.looks import Look
from avatar.faces.drawn.mouth import MouthParts
from avatar.faces.drawn.outfit import draw_necklace
from avatar.faces.drawn.pose import Pose
from avatar.faces.drawn.wardrobe import OUTFITS
from avatar.media import Frame


class Host:
    def __init__(self, look: Look, size: tuple[int, int], *, mirrored: bool = False) -> None:
        self._figure = figure = Figure(size, mirrored=mirrored)
        style, tones = STYLES[look.hair_style], Tones.of(look.hair)
        style.back(figure, tones)
        self._arms = Arms(figure, look)
        self._arms.draw_behind()
        draw_neck(figure, look)
        if look.necklace and look.outfit not in ("rollneck", "hoodie", "blouse"):
            draw_necklace(figure, look)
        OUTFITS[look.outfit](figure, look)
        draw_ears(figure, look)
        face = draw_face(figure, look)
        draw_hair_shadow(figure, look, style.shadow, face)
        draw_nose(figure, look)
        if look.build.lines:
            draw_lines(figure, look)
        if look.beard:
            draw_beard(figure, look, face)
        self._mouth = MouthParts(figure, look)
        self._eyes = Eyes(figure, look)
        if look.glasses:
            draw_glasses(figure, look)
        style.front(figure, tones)
        self._arms.draw_front()
        figure.finish()

    def draw(self, pose: Pose) -> Frame:
        self._mouth.pose(pose)
        self._eyes.pose(pose)
        self._arms.pose(pose)
        return self._figure.draw(pose)

    def close(self) -> None:
        self._figure.close()
