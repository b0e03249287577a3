"""The process of a Coqui model: sentences on standard input, sound on standard output.

It is run by its path, so that its interpreter needs coqui-tts and nothing of ours. A request is one JSON line
{"id", "text", "lang"}. An answer is frames: id (uint32), kind (uint8), size (uint32), little-endian, then `size` bytes:
SOUND holds int16 mono samples, END nothing, ERROR a sentence; READY, once and with the id 0, a JSON object {"rate"}.
A request that is followed by another one is given up.
"""

import argparse
import ctypes
import json
import os
import select
import struct
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

FRAME = struct.Struct("<IBI")
SOUND, END, ERROR, READY = range(4)
_LANGS = {"zh": ("zh-cn", "zh"), "en": ("en", "en-us")}  # as models call them


class Coqui:
    """`model`: a folder with config.json and the weights, or a name as coqui-tts lists it."""

    def __init__(self, model: str, speaker: str, sample: str) -> None:
        import torch
        from TTS.api import TTS

        torch.set_num_threads(max(1, min(4, (os.cpu_count() or 2) // 2)))
        device = "cuda" if torch.cuda.is_available() else "cpu"
        folder = Path(model).expanduser()
        if folder.is_dir():
            weights = [*folder.glob("*.pth"), *folder.glob("*.safetensors")]
            single = folder if (folder / "vocab.json").is_file() or len(weights) != 1 else weights[0]
            self._tts: Any = TTS(model_path=str(single), config_path=str(folder / "config.json"), progress_bar=False)
        else:
            self._tts = TTS(model_name=model, progress_bar=False)
        self._tts.to(device)
        self._model = self._tts.synthesizer.tts_model
        self.rate = int(self._tts.synthesizer.output_sample_rate)
        self._speaker, self._sample, self._torch = speaker, sample, torch
        self._latents = self._conditioned() if hasattr(self._model, "inference_stream") else None

    def speak(self, text: str, lang: str) -> Iterator[bytes]:
        with self._torch.inference_mode():
            if self._latents is not None:
                language = _LANGS[lang][0]
                for chunk in self._model.inference_stream(text, language, *self._latents):
                    yield self._pcm(chunk)
                return
            more: dict[str, Any] = {}
            if self._tts.is_multi_lingual:
                known = self._tts.languages
                more["language"] = next((name for name in _LANGS[lang] if name in known), known[0])
            if self._sample:
                more["speaker_wav"] = self._sample
            elif self._tts.is_multi_speaker:
                more["speaker"] = self._speaker or self._tts.speakers[0]
            yield self._pcm(self._tts.tts(text, split_sentences=False, **more))

    def _conditioned(self) -> tuple[Any, Any]:
        """What a streaming model is to sound like: computed once."""
        if self._sample:
            latents, speaker = self._model.get_conditioning_latents(audio_path=[self._sample])
            return latents, speaker
        speakers = self._model.speaker_manager.speakers
        found = speakers[self._speaker or next(iter(speakers))]
        return found["gpt_cond_latent"], found["speaker_embedding"]

    @staticmethod
    def _pcm(samples: Any) -> bytes:
        sound = np.asarray(samples.cpu() if hasattr(samples, "cpu") else samples, np.float32).ravel()
        return (np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes()


class Requests:
    """Lines of a pipe, and whether another one is waiting."""

    def __init__(self, pipe: int) -> None:
        self._pipe, self._rest = pipe, b""

    def next(self) -> bytes | None:
        while b"\n" not in self._rest:
            data = os.read(self._pipe, 65_536)
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    @property
    def waiting(self) -> bool:
        return b"\n" in self._rest or bool(select.select([self._pipe], [], [], 0)[0])


def memory_returner() -> Callable[[], object]:
    """Gives back what is free, where the C library can (glibc). Each sentence has another length, so tensors leave gaps
    of every size: without it 60 MB of them gather in 300 sentences, on top of what the model needs."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return lambda: None
    return partial(trim, 0)


def serve(voice: Coqui, requests: Requests, answers: BinaryIO) -> None:
    give_back = memory_returner()
    while (line := requests.next()) is not None:
        request = json.loads(line)
        try:
            for pcm in voice.speak(request["text"], request["lang"]):
                _send(answers, request["id"], SOUND, pcm)
                if requests.waiting:
                    break
            _send(answers, request["id"], END, b"")
        except Exception as error:  # whatever a model cannot say: the next sentence may do
            _send(answers, request["id"], ERROR, _sentence(error))
        give_back()  # after the end: nobody waits for it


def _send(answers: BinaryIO, request: int, kind: int, body: bytes) -> None:
    answers.write(FRAME.pack(request, kind, len(body)) + body)
    answers.flush()


def _sentence(error: BaseException) -> bytes:
    first = (str(error).splitlines() or [""])[0]
    return (first[:200] or type(error).__name__).encode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--speaker", default="")
    parser.add_argument("--sample", default="")
    told = parser.parse_args()
    # The library prints, and may ask: keep both channels to ourselves.
    requests, answers = Requests(os.dup(0)), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    try:
        voice = Coqui(told.model, told.speaker, told.sample)
    except ImportError as error:
        return _send(answers, 0, ERROR, b"it needs: pip install 'zhibo[coqui]' (" + _sentence(error) + b")")
    except EOFError:
        return _send(answers, 0, ERROR, b"read the model's licence, and set COQUI_TOS_AGREED=1 if you agree")
    except Exception as error:
        return _send(answers, 0, ERROR, b"it cannot be loaded: " + _sentence(error))
    _send(answers, 0, READY, json.dumps({"rate": voice.rate}).encode())
    serve(voice, requests, answers)


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(0)
    sys.exit(0)
