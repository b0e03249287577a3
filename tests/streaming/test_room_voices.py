"""A room whose host speaks with a voice served elsewhere."""

from pathlib import Path

import av
import numpy as np

from streaming.standby import SteadyVoice
from tests.avatar.speech_server import serving_speech
from tests.streaming.parts import make_room, open_catalog, small_settings
from web.settings import load_settings
from web.wiring import preview_voice


def loudness(path: Path) -> list[float]:
    """Of each second that the recording holds, 0..1."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    sound = np.concatenate(frames)
    return [float(np.sqrt(np.mean(sound[at : at + rate] ** 2))) for at in range(0, len(sound) - rate + 1, rate)]


async def test_viewers_hear_it_and_espeak_goes_on_when_its_server_dies(tmp_path: Path) -> None:
    catalog, out = open_catalog(tmp_path / "data"), tmp_path / "out.mp4"
    with serving_speech() as server:
        settings = load_settings(voice_url=server.url, data=tmp_path)
        names = ("openai:vivian", "espeak")
        voice = SteadyVoice([(name, preview_voice(settings, name)) for name in names])
        room = make_room(catalog, small_settings(tmp_path / "room", outputs=(str(out),), seconds=6), voice=voice)

        def dies_after_the_first(pcm: bytes, rate: int) -> bytes:
            server.failures = 1_000
            return pcm

        server.shape = dies_after_the_first
        try:
            await room.run()
            assert "'openai:vivian' failed" in voice.trouble and "503" in voice.trouble
        finally:
            await voice.close()
            catalog.close()
    assert server.requests[0]["input"] == "各位朋友好，"
    assert {request["voice"] for request in server.requests} == {"vivian"}
    assert len(server.said) == 1
    seconds = loudness(out)
    assert sum(loud > 0.02 for loud in seconds) >= 4, f"the host fell silent: {seconds}"
