"""Settings of the assistant."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantSettings:
    """Which model answers, and the limits of an answer. Times in seconds."""

    model: str = "grounded"  # a name in assistant.models.MODELS
    models_file: Path | None = None  # a table of several; `model` is then not asked
    model_url: str = ""  # "openai": the server's base URL, e.g. http://127.0.0.1:8000/v1
    model_name: str = ""  # "openai": as the server calls it; empty: the first one it lists
    model_key: str = ""  # "openai": sent as a bearer token; never logged
    model_vision: bool = False  # "openai": it takes pictures
    connect_s: float = 3.0
    first_token_s: float = 8.0
    between_s: float = 0.0  # from one piece of a stream to the next; 0: as long as to the first
    answer_s: float = 45.0  # a whole answer, tools included
    max_tokens: int = 700
    temperature: float = 0.3
    retries: int = 1  # of a call that failed before its first words
    context_tokens: int = 0  # of the model, prompt and answer together; 0: as the server says
    max_rounds: int = 4  # model calls in one answer
    max_message_chars: int = 2000  # a longer message is answered with a request to shorten it
    history_messages: int = (
        0  # that a model is given; 0: 40 for the embedded one, 12 for others, whose context is paid for
    )
    failures_before_handoff: int = 3  # answers in a row for which the shop's data had nothing
    vetoes_before_handoff: int = 2  # answers in a row that weren't there, the last because the guard let nothing pass
    order_guesses: int = 5  # wrong order numbers a conversation may try
    breaker_failures: int = 2  # failures in a row after which the model is left alone for a while
    breaker_s: float = 20.0
    verifier: str = ""  # a name in assistant.guard.verifier.VERIFIERS, with ":MODEL"; empty: none
    verifier_ms: int = 400  # what a second opinion may add to a sentence

    def __post_init__(self) -> None:
        for name in ("connect_s", "first_token_s", "answer_s", "breaker_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name)}")
        for name in ("max_rounds", "max_tokens", "max_message_chars", "breaker_failures", "verifier_ms"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("history_messages", "between_s", "retries", "context_tokens"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be 0 or more, got {getattr(self, name)}")
        if self.model == "openai" and not self.model_url:
            raise ValueError("the model 'openai' needs model_url, e.g. http://127.0.0.1:8000/v1")
        if self.model_vision and self.model == "grounded":
            raise ValueError("model_vision: the embedded model 'grounded' sees no pictures; set model to openai")

    @property
    def embedded(self) -> bool:
        """Whether the embedded model answers, and no other."""
        return self.model == "grounded" and self.models_file is None

    @property
    def remembered(self) -> int:
        """How many earlier messages a model is given."""
        return self.history_messages or (40 if self.embedded else 12)

    def __repr__(self) -> str:  # settings end up in logs; the key must not
        return f"AssistantSettings(model={self.model!r}, model_url={self.model_url!r}, model_name={self.model_name!r})"
