"""A voice, a face and a whole picture to try before they go on air."""

from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from avatar.face import Face
from avatar.media import RATE, Moment
from avatar.voice import Voice
from knowledge.model import Lang

if TYPE_CHECKING:
    from streaming.scene import Scene
    from streaming.showing import Showing

LONGEST_S = 20
_SETTLED = 45  # frames after which a card and its price have come in


async def voice_sample(make: Callable[[], Voice], text: str, lang: Lang) -> tuple[int, NDArray[np.int16]]:
    """Rate in Hz and the samples of `text` spoken; at most twenty seconds. Raises VoiceError."""
    voice = make()
    pieces: list[NDArray[np.int16]] = []
    rate, length = RATE, 0
    try:
        async with aclosing(voice.speak(text, lang)) as speech:
            async for piece in speech:
                rate = piece.audio.rate
                pieces.append(piece.audio.pcm)
                length += len(piece.audio.pcm)
                if length >= LONGEST_S * rate:
                    break
    finally:
        close = getattr(voice, "close", None)
        if close is not None:
            await close()
    return rate, np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def face_picture(make: Callable[[], Face], ground: tuple[int, int, int] = (247, 232, 226)) -> NDArray[np.uint8]:
    """The host at rest before a plain ground, (h, w, 3). Blocks for a moment; raises FaceError."""
    face = make()
    try:
        frame = face.render(Moment(index=0, pcm=np.zeros(RATE // 25, np.int16)))
    finally:
        close = getattr(face, "close", None)
        if close is not None:
            close()
    alpha = frame[..., 3:].astype(np.uint16)
    under = np.array(ground, np.uint16) * (255 - alpha) // 255
    return (frame[..., :3] + under).clip(0, 255).astype(np.uint8)


def scene_picture(
    make: "Callable[[], tuple[Scene, Face, Showing]]", product_id: str, question: tuple[str, str], said: str
) -> NDArray[np.uint8]:
    """A room's picture as viewers would see it, (h, w, 3), drawn by what draws it on air.

    `question`: a viewer's name and words, empty for none; `said`: the subtitle. Blocks for a moment; raises FaceError
    and what `make` raises.
    """
    import av

    from streaming.view import Bubble, Caption

    scene, face, showing = make()
    try:
        host = face.render(Moment(index=0, pcm=np.zeros(RATE // 25, np.int16)))
        view = showing.view(product_id, Bubble(*question) if question[1] else None)
        for _ in range(_SETTLED):
            picture = scene.compose(host, view, Caption(said, len(said) // 2))
    finally:
        close = getattr(face, "close", None)
        if close is not None:
            close()
    frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
    return frame.reformat(format="rgb24", src_colorspace=1).to_ndarray().astype(np.uint8, copy=False)
