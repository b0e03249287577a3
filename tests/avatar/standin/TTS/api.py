"""A stand-in for coqui-tts where it is not installed: a tone of 0.1 s a letter. The model says what goes wrong."""

import json
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path


class _Model:
    def __init__(self, streams: bool) -> None:
        if streams:
            self.inference_stream = self._stream

    def get_conditioning_latents(self, audio_path: list[str]) -> tuple[str, str]:
        return audio_path[0], "embedding"

    def _stream(self, text: str, language: str, latents: str, speaker: str) -> Iterator[list[float]]:
        with Path(os.environ["STANDIN_LOG"]).open("a") as log:
            log.write(json.dumps([text, language, latents, speaker]) + "\n")
        for _ in text:
            yield tone(1)
            time.sleep(0.01)


class _Synthesizer:
    output_sample_rate = 16_000

    def __init__(self, streams: bool) -> None:
        self.tts_model = _Model(streams)


class TTS:
    is_multi_lingual = is_multi_speaker = False

    def __init__(self, model_name: str = "", model_path: str = "", config_path: str = "", progress_bar: bool = True):
        if model_name == "asks":
            input("I agree: ")
        if model_name == "broken":
            raise ValueError("no such weights")
        print("a line that belongs to nobody")
        self.synthesizer = _Synthesizer(model_name == "streams")

    def to(self, device: str) -> "TTS":
        return self

    def tts(self, text: str, split_sentences: bool = True) -> list[float]:
        if "crash" in text:
            os._exit(3)
        if "refuse" in text:
            raise ValueError("I can't say this")
        return tone(len(text))


def tone(letters: int) -> list[float]:
    return [0.3 * math.sin(2 * math.pi * 220 * at / 16_000) for at in range(1_600 * letters)]
