"""What stands ready to take the place of a part of the room that hangs."""

from collections.abc import Callable
from dataclasses import replace

from avatar.media import Frame
from streaming.encoder import Encoder
from streaming.scene import Scene
from streaming.settings import RoomSettings
from streaming.slate import Slate
from streaming.view import Caption, View


class RoomSpares:
    """Made anew from the same settings. `view` and `line`: what the slate shows around and under the idle host."""

    def __init__(
        self,
        settings: RoomSettings,
        metadata: tuple[tuple[str, str], ...],
        host_size: tuple[int, int],
        view: View,
        line: str,
    ) -> None:
        self._settings, self._metadata, self._host_size = settings, metadata, host_size
        self._view, self._line = view, line

    def scene(self) -> Scene:
        return Scene(self._settings, self._host_size)

    def encoder(self, failed: str) -> Encoder:
        """`failed`: an encoder that is not to be used again; x264 takes its place, also its own."""
        settings = replace(self._settings, encoder="x264") if failed else self._settings
        return Encoder(settings, self._metadata)

    def slate(self, host: Frame, codec: str) -> Callable[[], Slate]:
        picture = host.copy()  # the face draws into it again

        def make() -> Slate:
            shown = self.scene().compose(picture, self._view, Caption(self._line, len(self._line)))
            return Slate(self._settings, codec, shown, self._metadata)

        return make
