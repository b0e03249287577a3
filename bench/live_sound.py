"""What viewers hear:  python -m bench.live_sound [--seconds N] [--music FILE|bed] [--speaker NAME] [--json FILE]

A host's words, Chinese and English, go through the room's real sound path: read, spoken, mixed with music, levelled,
encoded as AAC and decoded again, with an urgent line that cuts in every quarter of a minute. Printed are loudness, its
range and true peak as ffmpeg's ebur128 measures them, clicks, and what each stage costs in CPU seconds a second of
stream; a spectrogram of each goes to out/bench/.
"""

import asyncio
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from avatar.media import RATE
from avatar.performer import Performer, Style
from avatar.voice import Lang
from avatar.voices.espeak import EspeakVoice
from bench.clicks import clicks
from bench.report import Cell, arguments, report
from streaming.encoder import Encoder
from streaming.phrasing import clauses, ends_sentence
from streaming.settings import RoomSettings
from streaming.sound.mixer import Sound
from streaming.sound.music import Playlist

WORDS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "大家好，欢迎来到檐雀生活的直播间，刚进来的朋友可以先点个关注。",
        "今天给大家看的是这款316不锈钢保温杯，容量500ml，净重只有230g。",
        "早上8:30装进去的热水，到下午还有65℃，放包里也不会漏。",
        "很多朋友问，能不能放进洗碗机？杯身可以，杯盖建议手洗。",
        "原价¥169，现在到手价129元，2件8.8折，满300减50。",
        "颜色有雾蓝、米白、墨绿三种，喜欢哪一种，打在公屏上。",
        "48小时内发货，7天无理由退换，质保1年，买得放心。",
        "再说一遍尺寸：高22.5cm，口径4.8cm，一只手刚好握住。",
        "想要的朋友点击右下角的购物袋，129元，数量不多了。",
    ),
    "en": (
        "Hello everyone, welcome to the live room, it is lovely to have you here.",
        "This is our 316 stainless steel bottle; it holds 500 ml and weighs only 230 g.",
        "Hot water that goes in at 8:30 am is still 65°C in the afternoon, and the lid does not leak.",
        "Many of you ask: can it go into the dishwasher? The body can, the lid is better washed by hand.",
        "It was $49.00, and now it is only $34.99; buy two and you save 12%.",
        "It comes in mist blue, rice white, and dark green. Which one do you like best?",
        "We ship within 48 hours, returns are free for 7 days, and the warranty is 1 year.",
        "Once more the size: 22.5 cm high, 4.8 cm across, so it sits well in one hand.",
        "If you would like one, tap the bag; it is $34.99 while this batch lasts.",
    ),
}
URGENT: dict[Lang, str] = {"zh": "稍等，插播一句，刚补了一批货。", "en": "One moment, we have just got more of them."}
CUT_EVERY_S = 15.0
CLAUSE_PAUSE_S, SENTENCE_PAUSE_S = 0.08, 0.32  # as the director has them
MUSIC_LUFS = -22.0


@dataclass
class Heard:
    mixed: NDArray[np.float32]
    sent: NDArray[np.float32]  # what a viewer's AAC decoder gives; one of the two channels times the square root of two
    spent: dict[str, float] = field(default_factory=dict)


async def perform(lang: Lang, seconds: float, music: str, speaker: str, folder: Path) -> Heard:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    before_children = children.ru_utime + children.ru_stime
    voice = EspeakVoice(speaker=speaker)
    performer = Performer(voice)
    playlist = Playlist(music, folder, MUSIC_LUFS) if music else None
    if playlist is not None:
        playlist.start()
        playlist.wait(600)
        if playlist.trouble:
            sys.exit(playlist.trouble)
    sound = Sound(25, playlist)
    spent = {"words": 0.0, "mix": 0.0}
    words = cycle([piece for sentence in WORDS[lang] for piece in clauses(sentence)])
    mixed: list[NDArray[np.int16]] = []
    stamp, cut_at = 0, CUT_EVERY_S
    for frame in range(round(seconds * 25)):
        before = time.thread_time()
        urgent = frame / 25 >= cut_at
        if urgent:  # in the middle of a word, as the stage does when no word ends in time
            performer.interrupt()
            cut_at += CUT_EVERY_S
        while urgent or performer.queued_s < 0.15:
            stamp += 1
            said = URGENT[lang] if urgent else next(words)
            pause = SENTENCE_PAUSE_S if ends_sentence(said) else CLAUSE_PAUSE_S
            await performer.say(said, lang, stamp, Style(pause_s=pause))
            urgent = False
        moment = performer.next()
        spent["words"] += time.thread_time() - before
        before = time.thread_time()
        mixed.append(sound.frame(moment.pcm))
        spent["mix"] += time.thread_time() - before
    await voice.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent["espeak"] = after.ru_utime + after.ru_stime - before_children
    if playlist is not None:
        playlist.close()
    before = time.thread_time()
    sent = through_aac(mixed)
    spent["AAC"] = time.thread_time() - before
    return Heard(np.concatenate(mixed).astype(np.float32) * np.float32(1 / 32_768), sent, spent)


def through_aac(frames: list[NDArray[np.int16]]) -> NDArray[np.float32]:
    """What a viewer's player makes of it."""
    settings = RoomSettings(room="bench", folder=Path(), width=320, height=320, preset="ultrafast")
    encoder = Encoder(settings)
    picture = np.full((480, 320), 128, np.uint8)  # one of the smallest, so that what is spent goes into sound
    packets = [packet for pcm in frames for packet in encoder.encode(picture, pcm)] + encoder.finish()
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = encoder.format.audio_config
    sound = []
    for packet in packets:
        if not packet.video:
            sound += [frame.to_ndarray()[0] for frame in decoder.decode(av.Packet(packet.data))]
    return np.concatenate(sound).astype(np.float32) * np.float32(2**0.5)


def write_wav(path: Path, samples: NDArray[np.float32]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.rint(np.clip(samples, -1, 1) * 32_767).astype(np.int16).tobytes())


def ebur128(path: Path) -> dict[str, float]:
    """What ffmpeg finds: integrated LUFS, range in LU, true peak in dBTP. Empty where ffmpeg is not installed."""
    if not shutil.which("ffmpeg"):
        return {}
    command = ("ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-")
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr.rpartition("Summary:")[2]
    figures = {}
    for name in ("I", "LRA", "Peak"):
        found = re.search(rf"^\s*{name}:\s+(-?[\d.]+|-?inf|nan)", told, re.MULTILINE)
        figures[name] = float(found[1]) if found else float("nan")
    return figures


_SHADES = ((0, 0, 8), (60, 15, 110), (160, 40, 105), (235, 110, 45), (250, 200, 70), (255, 255, 230))


def spectrogram(samples: NDArray[np.float32], path: Path, seconds: float = 12.0) -> None:
    """The first `seconds`: time to the right, 0..12 kHz upwards, 75 dB from dark to light."""
    window, step = 1024, 441
    part = samples[: round(seconds * RATE)]
    rows = np.lib.stride_tricks.sliding_window_view(part, window)[::step] * np.hanning(window).astype(np.float32)
    power = 20 * np.log10(np.abs(np.fft.rfft(rows, axis=1)) + 1e-6)
    level = np.clip((power - np.percentile(power, 99.8)) / 75 + 1, 0, 1)[:, : round(12_000 / RATE * window)].T[::-1]
    steps = np.linspace(0, 1, len(_SHADES))
    colours = np.stack([np.interp(level, steps, [shade[n] for shade in _SHADES]) for n in range(3)], axis=2)
    Image.fromarray(colours.astype(np.uint8)).resize((1200, 560)).save(path)


def main() -> int:
    parser = arguments("Loudness, peaks, clicks and cost of a live room's sound")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--music", default="", help="a file, a folder, or bed")
    parser.add_argument("--speaker", default="female", help="of espeak")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="folder for spectrograms and sound")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Cell]] = []
    failed = False
    for lang in WORDS:
        with tempfile.TemporaryDirectory() as folder:
            heard = asyncio.run(perform(lang, options.seconds, options.music, options.speaker, Path(folder)))
        wav = options.out / f"live_sound-{lang}.wav"
        write_wav(wav, heard.sent)
        spectrogram(heard.sent, options.out / f"live_sound-{lang}.png")
        measured = ebur128(wav)
        loudness, peak, found = measured.get("I"), measured.get("Peak"), clicks(heard.mixed)
        failed |= bool(found) or (loudness is not None and abs(loudness + 16) > 1) or (peak is not None and peak > -1)
        row: dict[str, Cell] = {"lang": lang, "LUFS": loudness, "LRA": measured.get("LRA"), "dBTP": peak}
        row |= {"clicks": len(found), "first at": round(found[0], 3) if found else None}
        row |= {stage: spent / options.seconds for stage, spent in heard.spent.items()}
        rows.append(row)
    title = f"Sound of {options.seconds:g} s on air; the last columns are CPU seconds a second of stream"
    report(title, rows, options.json, music=options.music or "none", speaker=options.speaker)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
