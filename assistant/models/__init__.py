"""Models: interchangeable and untrusted. A table of strings; a back-end is imported when it is asked for."""

import pkgutil
from collections.abc import Callable

from assistant.messages import Model, ModelError
from assistant.models.fallback import FallbackModel
from assistant.settings import AssistantSettings

MODELS = {
    "grounded": "assistant.models.grounded:GroundedModel.from_settings",
    "openai": "assistant.models.openai:OpenAIModel.from_settings",
}


def load_model(settings: AssistantSettings) -> Model:
    """The configured model; any other than the embedded one falls back to the embedded one within an answer."""
    if settings.model not in MODELS:
        raise ModelError(f"unknown model {settings.model!r}; choose from {sorted(MODELS)}", retryable=False)
    model = _make(settings.model, settings)
    if settings.model == "grounded":
        return model
    return FallbackModel(
        model,
        _make("grounded", settings),
        failures=settings.breaker_failures,
        rest_s=settings.breaker_s,
        names=(settings.model_name or settings.model, "grounded"),
    )


def load_alone(settings: AssistantSettings) -> Model:
    """The configured model without a stand-in, for work that the embedded one can't do."""
    return _make(settings.model, settings)


def load_eyes(settings: AssistantSettings) -> Model | None:
    """The configured model if it is said to see pictures. Without a stand-in: nobody else sees what it would."""
    return _make(settings.model, settings) if settings.model_vision else None


def _make(name: str, settings: AssistantSettings) -> Model:
    try:
        factory: Callable[[AssistantSettings], Model] = pkgutil.resolve_name(MODELS[name])
    except ImportError as error:
        raise ModelError(f"model {name!r} needs: pip install 'zhibo[{name}]'", retryable=False) from error
    return factory(settings)
