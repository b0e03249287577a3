"""What the back-ends on sentence-transformers share: loading quietly, and one thread a call."""

import contextlib
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MODELS_EXTRA = "pip install 'zhibo[models]'"
_ONE_AT_A_TIME = threading.Lock()  # torch's number of threads is the whole process's


class ModelMissing(Exception):
    """The message says what to install or where the model was looked for."""


def load(kind: str, model: str) -> Any:
    """A model of sentence-transformers by its class's name, from a folder or from the hub; its import takes ten
    seconds and 300 MB, so it happens here. Raises ModelMissing."""
    if not model:
        raise ModelMissing("name the model's folder or its name on the hub, as in sentence-transformers:/path/to/model")
    local = Path(model).expanduser()
    if os.sep in model and not local.exists() and (local.is_absolute() or model.startswith((".", "~"))):
        raise ModelMissing(f"there is no model at {local}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies deprecate each other's parts on import
        try:
            import sentence_transformers
        except ImportError as error:
            raise ModelMissing(f"this needs torch and sentence-transformers: {MODELS_EXTRA}") from error
        factory = getattr(sentence_transformers, kind)
        with _quiet():
            try:
                return factory(str(local) if local.exists() else model, device="cpu", local_files_only=local.exists())
            except (OSError, ValueError) as error:
                raise ModelMissing(f"cannot load the model {model!r}: {str(error).splitlines()[0]}") from error


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch to the calling thread: a second one on a busy machine made 13 ms of work last 470 ms."""
    import torch

    with _ONE_AT_A_TIME:
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with torch.inference_mode():
                yield
        finally:
            torch.set_num_threads(before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Loading a model writes bars and remarks that belong in no log of ours."""
    from transformers.utils import logging as remarks

    shows_bars = remarks.is_progress_bar_enabled()
    noisy = logging.getLogger("sentence_transformers")
    level = noisy.level
    noisy.setLevel(logging.ERROR)
    remarks.disable_progress_bar()
    try:
        yield
    finally:
        noisy.setLevel(level)
        if shows_bars:
            remarks.enable_progress_bar()
