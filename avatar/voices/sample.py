"""A sample of a voice that others may be made to sound like: a folder with the sound, its words and the consent.

Make one with:  python -m avatar.voices.sample SOUND FOLDER --text "…" --person … --consented DAY --document WHERE
"""

import argparse
import hashlib
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import av
import yaml

from avatar.consent import Consent, ConsentError
from avatar.voice import VoiceError

FILE = "voice.yaml"
SOUND = "sample.wav"
_RATE = 24_000
_SHORTEST_S, _LONGEST_S = 3.0, 60.0
_HOW = "make it with: python -m avatar.voices.sample SOUND FOLDER --person …"


@dataclass(frozen=True, slots=True)
class VoiceSample:
    """`sound`: a WAV file, mono, 24 kHz. `text`: what is said in it, "" when nobody wrote it down."""

    consent: Consent
    sound: Path
    text: str = ""

    @classmethod
    def read(cls, folder: Path, today: date | None = None) -> "VoiceSample":
        """Raises VoiceError, with what to do, unless the person agreed, for this very sound, and still does."""
        told, sound = _told(folder / FILE), folder / SOUND
        try:
            consent = Consent(**told["consent"])
            consent.check(today or date.today())
            if _digest(sound) != told["sound"]:
                raise VoiceError(f"{sound} is not the sound that {consent.person} agreed to; {_HOW}", retryable=False)
            return cls(consent, sound, str(told.get("text", "")))
        except ConsentError as error:
            raise VoiceError(str(error), retryable=False) from error
        except FileNotFoundError as error:
            raise VoiceError(f"there is no {SOUND} in {folder}; {_HOW}", retryable=False) from error
        except (KeyError, TypeError) as error:
            raise VoiceError(
                f"nobody's voice is copied without consent, and {folder / FILE} holds none that is whole; {_HOW}",
                retryable=False,
            ) from error


def make(recording: Path, folder: Path, consent: Consent, text: str = "") -> VoiceSample:
    """Write the folder of a sample, `recording` being any sound file of 3 to 60 s. Raises VoiceError, ConsentError."""
    consent.check(date.today())
    folder.mkdir(parents=True, exist_ok=True)
    try:
        seconds = _as_wav(recording, folder / SOUND)
    except (OSError, av.error.FFmpegError, IndexError) as error:
        raise VoiceError(f"{recording} is no sound that can be read", retryable=False) from error
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        (folder / SOUND).unlink()
        raise VoiceError(
            f"a sample has {_SHORTEST_S:g} to {_LONGEST_S:g} s of one person speaking, {recording} has {seconds:.1f}",
            retryable=False,
        )
    told = {"consent": consent.told(), "sound": _digest(folder / SOUND), "text": text}
    (folder / FILE).write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return VoiceSample(consent, folder / SOUND, text)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m avatar.voices.sample", description="Keep a voice with its consent")
    parser.add_argument("sound", type=Path, help="a recording of 3 to 60 s, one person, no music")
    parser.add_argument("folder", type=Path, help="is made, and named as voice_sample")
    parser.add_argument("--text", default="", help="what is said in it; many models copy better when they know")
    parser.add_argument("--person", required=True, help="who speaks")
    parser.add_argument("--consented", type=date.fromisoformat, required=True, help="day of the consent, 2026-11-28")
    parser.add_argument("--document", required=True, help="where the signed consent is kept")
    parser.add_argument("--until", type=date.fromisoformat, help="its last day")
    told = parser.parse_args(arguments)
    try:
        make(told.sound, told.folder, Consent(told.person, told.consented, told.document, told.until), told.text)
    except (ConsentError, VoiceError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{told.folder} is ready: set voice_sample = {told.folder.resolve()}\n")
    return 0


def _as_wav(recording: Path, wav: Path) -> float:
    """Its length in seconds."""
    samples = 0
    with av.open(recording) as source, av.open(wav, "w", format="wav") as target:
        stream = target.add_stream("pcm_s16le", rate=_RATE, layout="mono")
        resample = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
        for frame in (*source.decode(source.streams.audio[0]), None):
            for part in resample.resample(frame):
                samples += part.samples
                target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    return samples / _RATE


def _told(path: Path) -> dict[str, Any]:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise VoiceError(f"there is no {path}; {_HOW}", retryable=False) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise VoiceError(f"{path} can't be read as YAML; {_HOW}", retryable=False) from error
    return told if isinstance(told, dict) else {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
