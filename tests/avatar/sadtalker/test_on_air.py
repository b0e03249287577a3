"""A photograph, sound, the networks, the scene, the encoder and an RTMP server: what a viewer gets."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from avatar.face import load_face
from avatar.voices.espeak import EspeakVoice
from bench.sadtalker_tiny import SHAPES, make_host
from knowledge.catalog import Catalog
from streaming.scenes.layout import host_size
from tests.servers import NginxRtmp
from tests.streaming.parts import make_room, open_catalog, small_settings


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = open_catalog(tmp_path / "catalog")
    yield catalog
    catalog.close()


@pytest.mark.server("nginx-rtmp")
async def test_viewers_see_the_photograph_speak(
    catalog: Catalog, checkpoints: Path, tmp_path: Path, rtmp: NginxRtmp
) -> None:
    host = make_host(tmp_path / "host", checkpoints)
    size = host_size(640, 360)
    face = load_face("sadtalker", look=host, size=size, numbers="float32", shapes=SHAPES)
    settings = small_settings(tmp_path / "room", outputs=(rtmp.url("live"),), seconds=4)
    room = make_room(catalog, settings, voice=EspeakVoice(), face=face)
    try:
        await room.run()
    finally:
        face.close()  # type: ignore[attr-defined]
    with av.open(str(rtmp.recorded[0])) as container:
        pictures = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]
    assert len(pictures) > 60
    moved = np.std(pictures, axis=0)
    # The card comes in meanwhile, at the right; between it and the host is the wall.
    assert moved[80:230, 90:270].mean() > 1, "the host does not move"
    assert moved[60:150, 300:400].mean() < 0.5, "the wall moves"
