"""Errors whose message is a sentence for the person at the terminal."""

from assistant.messages import ModelError
from avatar.face import FaceError
from avatar.voice import VoiceError
from knowledge.ingest.report import IngestError
from knowledge.store import StoreError
from web.settings import SettingsError


class PortTaken(Exception):
    """Somebody else listens there; the message says what to do."""


class CannotGoOnAir(Exception):
    """A room cannot be started as it was asked for; the message says why."""


KNOWN = (SettingsError, PortTaken, CannotGoOnAir, IngestError, StoreError, ModelError, VoiceError, FaceError)
