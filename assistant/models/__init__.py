"""Models: interchangeable and untrusted. A table of strings; a back-end is imported when it is asked for."""

import pkgutil
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.messages import Model, ModelError
from assistant.settings import AssistantSettings

if TYPE_CHECKING:
    from assistant.models.router import Router
    from assistant.models.router.table import Entry, Scene

MODELS = {
    "grounded": "assistant.models.grounded:GroundedModel.from_settings",
    "openai": "assistant.models.openai:OpenAIModel.from_settings",
    "transformers": "assistant.models.transformers:TransformersModel.from_settings",
}


def load_model(settings: AssistantSettings) -> Model:
    """The configured model; any other than the embedded one falls back to the embedded one within an answer.

    Raises ModelError, or TableError when the file of models can't be used.
    """
    if settings.model == "grounded" and settings.models_file is None:
        return make("grounded", settings)
    return _router(settings, "chat", make("grounded", settings))


def load_alone(settings: AssistantSettings, scene: "Scene") -> Model:
    """The configured model without a stand-in, for work that the embedded one can't do."""
    return _router(settings, scene, None) if settings.models_file is not None else make(settings.model, settings)


def load_eyes(settings: AssistantSettings) -> Model | None:
    """The configured model if it is said to see pictures. Without a stand-in: nobody else sees what it would."""
    if settings.models_file is not None:
        router = _router(settings, "look", None)
        return router if any("vision" in entry.can for entry in router.table.models.values()) else None
    return make(settings.model, settings) if settings.model_vision else None


def make(name: str, settings: AssistantSettings) -> Model:
    """The back-end of that name, by itself."""
    if name not in MODELS:
        raise ModelError(f"unknown model {name!r}; choose from {sorted(MODELS)}", retryable=False)
    try:
        factory: Callable[[AssistantSettings], Model] = pkgutil.resolve_name(MODELS[name])
    except ImportError as error:
        raise ModelError(f"model {name!r} needs: pip install 'zhibo[{name}]'", retryable=False) from error
    return factory(settings)


def of_entry(entry: "Entry", settings: AssistantSettings) -> AssistantSettings:
    """The settings for one model of a table; what its entry leaves open is as `settings` have it."""
    given = {
        name: value
        for name in ("max_tokens", "temperature", "first_token_s", "between_s", "answer_s", "retries")
        if (value := getattr(entry, name)) is not None
    }
    return replace(
        settings, model=entry.kind, model_url=entry.url, model_name=entry.model, model_key=entry.key(),
        context_tokens=entry.context, models_file=None, **given,
    )  # fmt: skip


def _router(settings: AssistantSettings, scene: "Scene", last: Model | None) -> "Router":
    from assistant.models.router import Router, Table  # they use the loop, which imports this package
    from assistant.models.router.table import Entry

    if settings.models_file is not None:
        return Router(
            settings.models_file, lambda entry: make(entry.kind, of_entry(entry, settings)), tuple(MODELS),
            failures=settings.breaker_failures, rest_s=settings.breaker_s, last=last, scene=scene,
        )  # fmt: skip
    name = settings.model_name or settings.model
    alone = Table(models={name: Entry(kind=settings.model, url=settings.model_url)})
    return Router(
        alone, lambda _: make(settings.model, settings), tuple(MODELS),
        failures=settings.breaker_failures, rest_s=settings.breaker_s, last=last, scene=scene,
    )  # fmt: skip
