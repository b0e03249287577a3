"""Coqui's voices in a process of their own. Most of it is tried with a stand-in for coqui-tts; the test marked `coqui`
needs the real one: `pytest -m coqui` with ZHIBO_COQUI_PYTHON naming an interpreter that has it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from avatar.consent import Consent
from avatar.voice import VoiceError, load_voice
from avatar.voices import sample
from avatar.voices.coqui import CoquiSound
from avatar.voices.timed import TimedVoice
from tests.avatar.speech_server import say, wav
from tests.avatar.tiny_vits import MAKE
from tests.conftest import lacking
from tests.streaming.parts import make_room, open_catalog, small_settings
from tests.streaming.test_room_voices import loudness

STANDIN = Path(__file__).parent / "standin"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The stand-in is found instead of coqui-tts, and of torch what little it needs."""
    monkeypatch.setenv("PYTHONPATH", str(STANDIN))
    monkeypatch.setenv("STANDIN_LOG", str(tmp_path / "log"))
    yield tmp_path / "log"


async def heard(source: CoquiSound, text: str) -> np.ndarray:
    return np.concatenate([pcm async for pcm, _ in source.sound(text, "en")])


async def test_a_sentence_is_spoken_and_a_dead_process_replaced(log: Path) -> None:
    source = CoquiSound("plain")
    assert len(await heard(source, "hello")) == 5 * 1_600
    assert source._process is not None
    os.kill(source._process.pid, signal.SIGKILL)
    with pytest.raises(VoiceError, match="started anew") as raised:
        await heard(source, "hello")
    assert raised.value.retryable
    assert np.abs(await heard(source, "hello")).max() > 8_000
    with pytest.raises(VoiceError, match="I can't say this"):
        await heard(source, "refuse")
    with pytest.raises(VoiceError, match="does not answer"):
        await heard(source, "crash")
    assert len(await heard(source, "hi")) == 2 * 1_600
    await source.close()


async def test_a_streaming_model_copies_a_consented_voice_and_stops_when_interrupted(log: Path, tmp_path: Path) -> None:
    pcm, rate = say("我同意用我的声音在直播间里介绍商品，今天是二十八号。")
    (tmp_path / "talk.wav").write_bytes(wav(pcm, rate))
    sample.make(tmp_path / "talk.wav", tmp_path / "lin", Consent("Lin", date.today(), "a.pdf"))
    source = CoquiSound("streams", sample=sample.VoiceSample.read(tmp_path / "lin"))
    long = source.sound("a sentence of which only the beginning is heard " * 4, "en")
    first, _ = await anext(long)
    assert len(first) >= 1_600
    await long.aclose()
    assert len(await heard(source, "next")) == 4 * 1_600
    said = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(text, language) for text, language, *_ in said][-1] == ("next", "en")
    assert {latents for *_, latents, _ in said} == {str(tmp_path / "lin" / sample.SOUND)}
    await source.close()


async def test_a_voice_needs_a_model_and_an_interpreter() -> None:
    with pytest.raises(VoiceError, match="needs voice_model"):
        load_voice("coqui")
    source = CoquiSound("x", python="/no/such/python")
    with pytest.raises(VoiceError, match="check voice_python"):
        await heard(source, "hello")
    with pytest.raises(VoiceError, match="there is no .*voice.yaml"):
        load_voice("coqui", model="x", sample=Path("/no/such"))


@pytest.mark.parametrize(
    ("model", "said"),
    [("asks", "COQUI_TOS_AGREED=1"), ("broken", "cannot be loaded: no such weights")],
)
async def test_what_is_wrong_is_said(log: Path, model: str, said: str) -> None:
    source = CoquiSound(model)
    with pytest.raises(VoiceError, match=said) as raised:
        await heard(source, "hello")
    assert not raised.value.retryable
    await source.close()


@pytest.mark.coqui
async def test_a_real_vits_speaks_in_a_live_room(tmp_path: Path) -> None:
    python = os.environ.get("ZHIBO_COQUI_PYTHON", sys.executable)
    made = await asyncio.to_thread(
        subprocess.run, [python, "-c", MAKE, str(tmp_path / "vits")], capture_output=True, text=True, timeout=300
    )
    if made.returncode:
        lacking(f"coqui-tts is not installed: {made.stderr.strip().splitlines()[-1]}")
    voice = load_voice("coqui", model=str(tmp_path / "vits"), python=Path(python))
    assert isinstance(voice, TimedVoice)
    speeches = [speech async for speech in voice.speak("hello there", "en")]  # loads it before the room begins
    assert np.abs(np.concatenate([speech.audio.pcm for speech in speeches])).max() > 0
    catalog, out = open_catalog(tmp_path / "data"), tmp_path / "out.mp4"
    room = make_room(catalog, small_settings(tmp_path / "room", outputs=(str(out),), seconds=8), voice=voice)
    try:
        await room.run()
    finally:
        await voice.close()
        catalog.close()
    assert max(loudness(out)) > 0.005, "viewers hear the model"
