"""What viewers hear: even loudness, no peak cut off, music that makes room, and never a click."""

import asyncio
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from avatar.media import RATE
from avatar.performer import Performer, Style
from avatar.voices.espeak import EspeakVoice
from bench.clicks import clicks
from streaming.sound.bed import TUNES
from streaming.sound.loudness import Integrated, Samples
from streaming.sound.mixer import Sound
from streaming.sound.music import Playlist

FRAME = RATE // 25


def tone(hz: float, seconds: float, level: float) -> Samples:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def talk(seconds: float, level: float) -> Samples:
    """Noise in syllables and sentences, coloured like a voice."""
    noise = np.random.default_rng(7).standard_normal(round(seconds * RATE))
    coloured = np.convolve(noise, np.hanning(60), "same")
    at = np.arange(len(noise)) / RATE
    shape = np.sin(np.pi * 4 * at) ** 2 * (at % 3.0 < 2.5)
    return (coloured / np.abs(coloured).max() * shape * level).astype(np.float32)


def through(sound: Sound, samples: Samples) -> Samples:
    pcm = (samples * 32_767).astype(np.int16)
    whole = len(pcm) // FRAME * FRAME
    out = [sound.frame(pcm[at : at + FRAME]) for at in range(0, whole, FRAME)]
    return np.concatenate(out).astype(np.float32) / 32_768


def loudness(samples: Samples) -> float:
    meter = Integrated()
    meter.feed(samples)
    return meter.lufs


def true_peak_db(samples: Samples) -> float:
    """By a Fourier transform of pieces, sixteen times oversampled."""
    pieces = samples[: len(samples) // 4096 * 4096].reshape(-1, 4096)
    loud = pieces[np.abs(pieces).max(axis=1) > 0.5]
    peaks = [np.abs(np.fft.irfft(np.fft.rfft(piece * np.hanning(4096)), 65_536)).max() * 16 for piece in loud]
    return float(20 * np.log10(max(peaks))) if peaks else -120.0


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32_767).astype(np.int16).tobytes())
    return path


class ToneMusic:
    """A high tone that no voice has: 12 kHz, at a tenth."""

    frame = tone(12_000, 0.04, 0.1)  # a whole number of waves

    def take(self, count: int) -> Samples:
        return self.frame[:count]


@pytest_asyncio.fixture
async def espeak() -> AsyncIterator[EspeakVoice]:
    voice = EspeakVoice()
    yield voice
    await voice.close()


def test_the_meter_reads_what_the_standard_says() -> None:
    """EBU Tech 3341: a sine of 1 kHz at -20 dBFS in one channel is -23 LUFS, and silence around it does not count."""
    sine = tone(997, 6, 0.1)
    assert loudness(sine) == pytest.approx(-23.0, abs=0.2)
    quiet = np.zeros(6 * RATE, np.float32)
    assert loudness(np.concatenate([quiet, sine, sine, quiet])) == pytest.approx(-23.0, abs=0.3)


@pytest.mark.parametrize("level", [0.3, 0.95])
def test_a_voice_that_mumbles_and_one_that_shouts_come_out_alike(level: float) -> None:
    heard = through(Sound(25), talk(16, level))
    assert loudness(heard[4 * RATE :]) == pytest.approx(-16.0, abs=1.0)


def test_no_peak_is_cut_off_by_a_platform() -> None:
    sudden = np.concatenate([talk(3, 0.05), talk(3, 1.0), tone(60, 1, 1.0) + tone(9_000, 1, 0.4)])
    heard = through(Sound(25), np.clip(sudden, -1, 1))
    assert true_peak_db(heard) <= -2.0
    assert np.abs(heard).max() > 0.6  # held back, not turned down


def level_of_music(heard: Samples) -> float:
    """dB of what is at 12 kHz against its own level in a pause."""
    found = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    around = round(12_000 / RATE * len(heard))
    return float(20 * np.log10(found[around - 4 : around + 5].max() / (len(heard) / 4) / 0.1))


def test_music_makes_room_for_the_voice_and_comes_back() -> None:
    sound = Sound(25, ToneMusic(), duck_db=14.0)
    voice = np.concatenate([np.zeros(4 * RATE, np.float32), tone(300, 3, 0.2), np.zeros(4 * RATE, np.float32)])
    heard = through(sound, voice)
    assert level_of_music(heard[round(0.1 * RATE) : round(0.3 * RATE)]) < -12  # fades in
    assert level_of_music(heard[3 * RATE : 4 * RATE]) == pytest.approx(0.0, abs=0.5)
    assert level_of_music(heard[5 * RATE : 6 * RATE]) == pytest.approx(-14.0, abs=0.7)
    assert level_of_music(heard[round(7.1 * RATE) : round(7.4 * RATE)]) < -12  # not at every breath
    assert level_of_music(heard[10 * RATE : 11 * RATE]) == pytest.approx(0.0, abs=0.5)
    assert clicks(heard) == []
    sound.end()
    fading = through(sound, np.zeros(3 * RATE, np.float32))
    assert np.abs(fading[round(1.4 * RATE) :]).max() < 0.001 and clicks(fading) == []


def taken(music: Playlist, seconds: float) -> Samples:
    blocks = [music.take(FRAME) for _ in range(round(seconds * 25))]
    return np.concatenate([block for block in blocks if block is not None])


def test_a_merchants_files_go_round_without_a_seam(tmp_path: Path) -> None:
    """Of another rate, of different levels, with silence at both ends: nobody hears where one ends."""
    pause = np.zeros(8_000, np.float32)
    folder = tmp_path / "music"
    folder.mkdir()
    write_wav(folder / "a.wav", np.concatenate([pause, tone(330, 4, 0.02), pause]), 48_000)
    write_wav(folder / "b.wav", np.concatenate([pause, tone(331, 4, 0.8), pause]), 32_000)
    (folder / "cover.jpg").write_bytes(b"no music")
    music = Playlist(str(folder), tmp_path, -22.0)
    music.start()
    assert music.wait(10) and not music.trouble
    heard = taken(music, 20.0)
    music.close()
    assert len(heard) == 20 * RATE and clicks(heard) == []
    levels = np.sqrt(np.mean(heard[: 20 * RATE].reshape(-1, RATE // 10) ** 2, axis=1))
    assert levels.min() > 0.4 * levels.max()
    assert loudness(heard) == pytest.approx(-22.0, abs=1.5)


@pytest.mark.parametrize("tune", TUNES)
def test_what_is_built_in_goes_round_too(tmp_path: Path, tune: str) -> None:
    music = Playlist(tune, tmp_path, -22.0)
    music.start()
    assert music.wait(20) and not music.trouble
    heard = taken(music, TUNES[tune].seconds + 4.0)
    music.close()
    assert clicks(heard) == []
    assert loudness(heard) == pytest.approx(-22.0, abs=1.5)
    assert np.abs(heard).max() <= 0.51


@pytest.mark.parametrize("broken", ["missing", "empty folder", "no sound"])
def test_music_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "music.mp3"
    if broken == "empty folder":
        path.mkdir()
    elif broken == "no sound":
        path.write_bytes(b"this is no music" * 100)
    music = Playlist(str(path), tmp_path / "room", -22.0)
    music.start()
    assert music.wait(10)
    assert music.take(FRAME) is None
    assert "music" in music.trouble and "\n" not in music.trouble
    music.close()


def test_one_bad_file_among_several_does_not_stop_the_music(tmp_path: Path) -> None:
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "a.mp3").write_bytes(b"broken" * 50)
    write_wav(folder / "b.wav", tone(330, 3, 0.3))
    music = Playlist(str(folder), tmp_path, -22.0)
    music.start()
    assert music.wait(10)
    assert "a.mp3" in music.trouble and music.take(FRAME) is not None
    music.close()


def test_the_search_for_clicks_finds_one() -> None:
    sound = talk(3, 0.5)
    assert clicks(sound) == []
    sound[round(1.1 * RATE) + 200 :] = 0  # a word broken off
    assert clicks(sound) == [pytest.approx(1.1 + 200 / RATE, abs=0.002)]


async def test_nothing_clicks_where_sentences_join_and_where_an_urgent_line_cuts_in(espeak: EspeakVoice) -> None:
    performer, sound = Performer(espeak), Sound(25)
    heard: list[NDArray[np.int16]] = []

    def play(seconds: float) -> None:
        heard.extend(sound.frame(performer.next().pcm) for _ in range(round(seconds * 25)))

    for stamp, line in enumerate(("现在到手价129元，", "喜欢的朋友可以下单。", "It is 12.5 cm wide. "), 1):
        await performer.say(line, "zh" if stamp < 3 else "en", stamp, Style(pause_s=0.05))
        play(performer.queued_s)
    for stamp, into_s in enumerate((0.44, 0.6, 0.72, 0.96, 1.2), 4):  # in the middle of words
        await performer.say("今天给大家看的是这款保温杯，杯身是不锈钢的。", "zh", stamp)
        play(into_s)
        performer.interrupt()
        await performer.say("稍等，插播一句。", "zh", stamp + 10)
        began = len(heard)
        play(0.3)
        assert max(np.abs(pcm).max() for pcm in heard[began:]) > 3_000  # it is heard within 300 ms
        play(performer.queued_s)
    assert clicks(np.concatenate(heard).astype(np.float32) / 32_768) == []


async def test_a_voice_that_falls_behind_dies_away_and_comes_back_softly() -> None:
    from avatar.media import AudioChunk, Speech

    more = asyncio.Event()

    class Slow:
        async def speak(self, text: str, lang: str):  # type: ignore[no-untyped-def]
            wave = (tone(300, 1.0, 0.4) * 32_767).astype(np.int16)
            yield Speech(AudioChunk(wave[:20_000], RATE, 0))
            await more.wait()
            yield Speech(AudioChunk(wave[20_000:], RATE, 20_000))

    performer = Performer(Slow())
    saying = asyncio.create_task(performer.say("一句话", "zh", 1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    heard = [performer.next().pcm for _ in range(20)]
    more.set()
    await saying
    heard += [performer.next().pcm for _ in range(20)]
    sound = np.concatenate(heard).astype(np.float32) / 32_768
    assert not sound[14 * FRAME : 20 * FRAME].any() and sound[21 * FRAME : 30 * FRAME].any()
    assert clicks(sound) == []
