"""What viewers see while a part of the room is replaced: the idle host with a line, encoded ahead, so that nothing is
needed to send it."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from avatar.media import RATE
from streaming.encoder import AAC_FRAME, Encoder
from streaming.packets import Packet
from streaming.settings import RoomSettings

_QUIET_S = 0.3  # by then the sound encoder has nothing of its start left


class Slate:
    """One key frame and what follows it, and one packet of silence, to be sent again and again with other times."""

    def __init__(
        self,
        settings: RoomSettings,
        codec: str,
        picture: NDArray[np.uint8],
        metadata: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._per_frame = RATE // settings.fps
        encoder = Encoder(replace(settings, encoder=codec), metadata)
        silence = np.zeros(self._per_frame, np.int16)
        packets = []
        for frame in range(round(max(settings.keyframe_s, _QUIET_S) * settings.fps)):
            packets += encoder.encode(picture, silence, key=frame == 0)
        self._pictures = [packet for packet in packets if packet.video]
        self._sound = [packet for packet in packets if not packet.video][-1]

    def packets(self, frame: int, since: int, sample: int) -> list[Packet]:
        """Frame number `frame` of the room, of a slate that is shown since frame `since`, with the sound up to its end
        from `sample` on (where the room's next packet of sound begins)."""
        picture = self._pictures[(frame - since) % len(self._pictures)]
        found = [replace(picture, pts=frame, dts=frame)]
        end = (frame + 1) * self._per_frame
        while sample + AAC_FRAME <= end:
            found.append(replace(self._sound, pts=sample, dts=sample, time_base=Fraction(1, RATE)))
            sample += AAC_FRAME
        return found
