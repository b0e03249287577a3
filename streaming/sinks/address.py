"""Addresses of outputs, and how to show one without giving away its stream key."""

from urllib.parse import urlsplit

CONTAINERS = {".mp4": "mp4", ".mkv": "matroska", ".flv": "flv", ".ts": "mpegts"}


class OutputError(ValueError):
    """An output cannot be used; the message says why and what to write instead."""


def is_network(output: str) -> bool:
    return output.startswith(("rtmp://", "rtmps://"))


def redact(output: str) -> str:
    """The address without its last path segment, its query and its password: those are the stream key."""
    if not is_network(output):
        return output
    try:
        parts = urlsplit(output)
        host = parts.hostname or ""
        place = f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        return "rtmp://***"
    folder = "/".join(parts.path.split("/")[:-1]) if parts.path.count("/") > 1 else ""
    return f"{parts.scheme}://{place}{folder}/***"


def check(output: str) -> None:
    """Raise OutputError when `output` cannot work whatever the server does."""
    if is_network(output):
        try:
            parts = urlsplit(output)
            _ = parts.port
        except ValueError as error:
            raise OutputError(f"{redact(output)}: the port must be a number") from error
        if not parts.hostname:
            raise OutputError(f"{redact(output)}: the address has no host; write rtmp://HOST/APP/STREAM-KEY")
        if parts.path.strip("/").count("/") < 1:
            raise OutputError(f"{redact(output)}: the stream key is missing; write rtmp://HOST/APP/STREAM-KEY")
        return
    if "://" in output:
        scheme = output.split("://", 1)[0]
        raise OutputError(f"{scheme}:// is not supported; use rtmp://, rtmps:// or a file name")
    if not output.lower().endswith(tuple(CONTAINERS)):
        raise OutputError(f"{output}: a recording's name must end in {', '.join(CONTAINERS)}")
