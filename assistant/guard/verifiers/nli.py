"""Natural-language inference with a cross-encoder of sentence-transformers, from a folder or the hub.

Such a model reads a premise and a hypothesis and tells entailment, contradiction and neutral apart. Neutral is no
opinion on goods: mere taste is neutral too.
"""

import asyncio
from typing import Any

import numpy as np

from assistant.guard.verifier import Busy, Opinion, Opinions, VerifierError
from assistant.settings import AssistantSettings
from knowledge.model import Lang
from knowledge.sentence_models import ModelMissing, load, one_thread

_MEANS: dict[str, Opinions] = {"entailment": "backed", "contradiction": "refuted", "neutral": "opinion"}


class NliVerifier:
    """One sentence at a time: while it reads one, it can't be asked about others."""

    def __init__(self, model: str) -> None:
        try:
            self._model: Any = load("CrossEncoder", model)
        except ModelMissing as error:
            raise VerifierError(f"the verifier nli: {error}") from error
        labels = getattr(self._model.config, "id2label", None) or {}
        named = [str(labels[index]).lower() for index in sorted(labels)]
        if sorted(named) != sorted(_MEANS):
            raise VerifierError(
                f"the model {model!r} tells no entailment, neutral and contradiction apart (its labels: "
                f"{', '.join(named) or 'none'}); name a model for natural-language inference"
            )
        self._kinds = [_MEANS[name] for name in named]
        self.name = f"nli:{model}"
        self._reading: asyncio.Task[Opinion] | None = None  # a thread can't be stopped; its task outlives a timeout

    async def verify(self, claim: str, premise: str, lang: Lang) -> Opinion:
        if self._reading is not None and not self._reading.done():
            raise Busy
        self._reading = asyncio.create_task(asyncio.to_thread(self._read, claim, premise))
        self._reading.add_done_callback(lambda task: task.cancelled() or task.exception())  # also when nobody waits
        return await asyncio.shield(self._reading)

    def _read(self, claim: str, premise: str) -> Opinion:
        with one_thread():
            scores = self._model.predict(
                [(premise, claim)], show_progress_bar=False, convert_to_numpy=True, apply_softmax=True
            )
        shares = np.asarray(scores, np.float64).reshape(-1)
        best = int(shares.argmax())
        return Opinion(self._kinds[best], float(shares[best]))


def open_verifier(model: str, settings: AssistantSettings) -> NliVerifier:
    return NliVerifier(model)
