"""One log for everything that runs in a process: short lines, or JSON, without secrets and personal data."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# Database errors quote their parameters, which are what people wrote; stream addresses end in a key.
PARAMETERS = re.compile(r"\[parameters: .*?\](?=\n|$)", re.S)
STREAM_KEY = re.compile(r"(rtmps?://[^/\s'\"]+/[^/\s'\"]+/)[^\s'\"]+")
BEARER = re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+")
SECRET_FIELDS = frozenset({"token", "key", "password", "authorization", "cookie", "text", "phone", "email"})


def redacted(text: str) -> str:
    text = PARAMETERS.sub("[parameters: …]", text)
    text = STREAM_KEY.sub(r"\1…", text)
    return BEARER.sub(r"\1…", text)


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if name in SECRET_FIELDS:
            event[name] = "…"
        elif isinstance(value, str):
            event[name] = redacted(value)
    return event


def configure_logging(level: str = "info", form: str = "text", stream: Any = None) -> None:
    """Call once per process. Our own loggers and those of libraries end in the same handler on stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso" if form == "json" else "%H:%M:%S", utc=form == "json"),
    ]
    stream = stream or sys.stderr
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.format_exc_info if form == "json" else structlog.processors.ExceptionRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.processors.ExceptionRenderer()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("httpx", "httpx2", "httpcore", "openai", "chromadb", "gradio", "asyncio", "multipart", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
