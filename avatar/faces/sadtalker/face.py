"""The face that a room uses: sound goes to a thread of its own, pictures come back in time or the last one stands."""

import queue
import threading
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from avatar.face import FaceError
from avatar.faces.sadtalker import clip, device, mel, portrait, stream
from avatar.faces.sadtalker.checkpoint import Files, Networks, Shapes, load
from avatar.faces.sadtalker.geometry import Box, Picture
from avatar.faces.sadtalker.hearing import mono
from avatar.faces.sadtalker.host import Host
from avatar.faces.sadtalker.paste import Paste
from avatar.faces.sadtalker.stream import Animator, Portrait, Stream
from avatar.media import RATE, Frame, Moment

_PER_FRAME = RATE // mel.FPS
_QUEUED = 10 * mel.FPS  # moments that may wait for the thread


class SadTalkerFace:
    """`look`: the host's folder. `live`: a picture that isn't ready in time is the one before, and what comes too late
    isn't drawn; otherwise `render` waits for each. What isn't given is chosen by the machine (`device.place`)."""

    def __init__(
        self,
        look: str | Path = "",
        size: tuple[int, int] = (560, 720),
        *,
        live: bool = True,
        device_name: str = "",
        numbers: device.Numbers = "",
        batch: int = 0,
        seed: int = 1,
        shapes: Shapes | None = None,
    ) -> None:
        if not look:
            raise FaceError("name the host's folder as look; docs/sadtalker.md tells how to make one")
        host = Host.read(Path(look).expanduser())
        where = device.place(device_name, numbers, batch, host.size)
        networks = load(
            Files.within(host.checkpoints, host.size, full=host.whole), where.precision, full=host.whole, shapes=shapes
        )
        picture = portrait.opened(host.portrait)
        known = _prepared(networks, picture, host)
        manner = clip.Manner(host.still, host.expression, host.style)
        animator = Animator.of(networks, known, manner, seed)
        self.size = size
        self.delay = stream.delay(where.batch) + (where.batch if live else 0)
        self._paste = _pasted(picture, host, size)
        self._live, self._threads = live, where.threads
        self._stream = Stream(animator, known, manner, batch=where.batch, seed=seed)
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=mel.RATE)
        self._sounds: queue.Queue[NDArray[np.int16] | None] = queue.Queue(_QUEUED)
        self._ready = threading.Condition()
        self._faces: dict[int, Picture] = {}  # drawn, not yet shown
        self._failure: Exception | None = None
        self._heard = 0
        self._due = -self.delay
        self._shown: tuple[int, Frame] = (-1, self._paste.ground)
        self._thread = threading.Thread(target=self._run, name="sadtalker", daemon=True)
        self._thread.start()

    def render(self, moment: Moment) -> Frame:
        """The picture of the moment `delay` calls ago; the portrait at rest before the first. Raises FaceError."""
        if len(moment.pcm) != _PER_FRAME:
            raise FaceError(f"this face draws {mel.FPS} pictures a second; set the room to {mel.FPS} frames a second")
        self._sounds.put(moment.pcm)
        self._heard += 1
        with self._ready:
            self._due = self._heard - 1 - self.delay
            while not self._live and self._due >= 0 and self._due not in self._faces and self._failure is None:
                self._ready.wait()
            if self._failure is not None:
                raise FaceError(f"the face could not be drawn: {self._failure}") from self._failure
            past = [index for index in self._faces if index <= self._due]
            newest = max(past, default=-1)
            face = self._faces.get(newest)
            for index in past:
                del self._faces[index]
        if face is not None:
            self._shown = (newest, self._paste(face))
        return self._shown[1]

    @property
    def shown(self) -> int:
        """The number of the moment whose picture `render` gave last; -1 at rest."""
        return self._shown[0]

    def close(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._sounds.get_nowait()
        self._sounds.put(None)
        self._thread.join(10.0)

    def _run(self) -> None:
        torch.set_num_threads(self._threads)  # counts for this thread
        try:
            while (pcm := self._sounds.get()) is not None:
                self._hear(pcm)
        except Exception as error:  # torch may throw anything; the room hears of it at the next frame
            with self._ready:
                self._failure = error
                self._ready.notify_all()

    def _hear(self, pcm: NDArray[np.int16]) -> None:
        for first, keypoints in self._stream.push(self._at_16_khz(pcm)):
            if self._live and first + len(keypoints) <= self._due:
                continue  # the time to show them has passed
            pictures = clip.bytes_of(self._stream.draw(keypoints))
            with self._ready:
                self._faces.update(enumerate(pictures, first))
                self._ready.notify_all()

    def _at_16_khz(self, pcm: NDArray[np.int16]) -> mel.Floats:
        frame = av.AudioFrame.from_ndarray(mono(pcm)[np.newaxis], format="flt", layout="mono")
        frame.sample_rate = RATE
        return np.concatenate(
            [part.to_ndarray()[0] for part in self._resampler.resample(frame)] or [np.zeros(0)]
        ).astype(np.float32)


def _prepared(networks: Networks, picture: Picture, host: Host) -> Portrait:
    where = networks.keypoints.blur.device
    seen = portrait.drawn(picture, host.face, host.size)
    image = torch.from_numpy(seen.copy()).permute(2, 0, 1)[None].to(where) / 255
    coefficients = torch.tensor(host.coefficients, device=where)
    with torch.inference_mode():
        source, canonical = clip.prepared(networks, image, coefficients)
    return Portrait(source, canonical, coefficients)


def _pasted(picture: Picture, host: Host, size: tuple[int, int]) -> Paste:
    """The portrait, or only its face, fitted into `size`, standing on the lower edge."""
    shown = host.face.cut(picture) if not host.whole else picture
    width, height = shown.shape[1], shown.shape[0]
    scale = min(size[0] / width, size[1] / height)
    fitted = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (size[0] - fitted[0]) // 2, size[1] - fitted[1]
    wide = shown.astype(np.uint16)
    premultiplied = np.concatenate([(wide[..., :3] * wide[..., 3:] + 127) // 255, wide[..., 3:]], 2).astype(np.uint8)
    ground = np.zeros((size[1], size[0], 4), np.uint8)
    resized = Image.fromarray(premultiplied).resize(fitted, Image.Resampling.LANCZOS)
    ground[top:, left : left + fitted[0]] = np.asarray(resized)
    np.minimum(ground[..., :3], ground[..., 3:], out=ground[..., :3])  # resizing overshoots at edges
    ground.flags.writeable = False
    if not host.whole:
        return Paste.onto(ground, Box(left, top, left + fitted[0], size[1]), fade=False)
    sides = (host.face.left, host.face.top, host.face.right, host.face.bottom)
    x, y = left, top
    box = Box(*(round(side * scale) + (x if index % 2 == 0 else y) for index, side in enumerate(sides)))
    return Paste.onto(ground, box)
