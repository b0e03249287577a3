"""What little of torch the worker itself uses, where only the stand-in for coqui-tts is there."""

import contextlib

inference_mode = contextlib.nullcontext


class cuda:  # noqa: N801
    @staticmethod
    def is_available() -> bool:
        return False


def set_num_threads(count: int) -> None:
    return
