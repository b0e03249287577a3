"""Errors whose message is a sentence for the person at the terminal."""

from assistant.messages import ModelError
from assistant.models.router.table import TableError
from avatar.face import FaceError
from avatar.voice import VoiceError
from knowledge.ingest.report import IngestError
from knowledge.store import StoreError
from streaming.codecs import EncoderError
from streaming.comments import SourceError
from streaming.control import RoomError
from streaming.export import ExportError
from streaming.sinks.address import OutputError
from streaming.sound.music import MusicError
from web.errors import Refusal
from web.settings import SettingsError


class PortTaken(Exception):
    """Somebody else listens there; the message says what to do."""


KNOWN = (
    SettingsError, PortTaken, IngestError, StoreError, ModelError, VoiceError, FaceError, RoomError, OutputError,
    EncoderError, ExportError, Refusal, SourceError, TableError, MusicError,
)  # fmt: skip
