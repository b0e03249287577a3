"""A host's folder: `host.yaml` says who it is, that the person agreed, and what was measured in the picture beside it.

Nobody is shown who did not agree: without a consent that names the person and the day, that has not run out, and that
was given for this very picture, no face is made.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from avatar.consent import Consent, ConsentError
from avatar.face import FaceError
from avatar.faces.sadtalker.geometry import Box

FILE = "host.yaml"
PORTRAIT = "portrait.png"


@dataclass(frozen=True, slots=True)
class Host:
    """`face`: what of the portrait is drawn, in its pixels. `coefficients`: the 73 of its face. `size`: of what is
    drawn, 256 or 512, for which there are checkpoints. `whole`: the face is put back into the portrait; else only the
    face is shown."""

    consent: Consent
    portrait: Path
    face: Box
    coefficients: tuple[float, ...]
    checkpoints: Path
    size: int = 256
    whole: bool = True
    still: bool = False
    expression: float = 1.0
    style: int = 0

    @classmethod
    def read(cls, folder: Path, today: date | None = None) -> "Host":
        """Raises FaceError with what to do."""
        told = _told(folder / FILE)
        portrait = folder / PORTRAIT
        try:
            consent = _consent(told.pop("consent"))
            consent.check(today or date.today())
            if _digest(portrait) != told.pop("picture"):
                raise FaceError(
                    f"{portrait} is not the picture that {consent.person} agreed to; prepare the host again"
                )
            face = Box(*(int(side) for side in told.pop("face")))
            numbers = tuple(float(number) for number in told.pop("coefficients"))
            host = cls(consent, portrait, face, numbers, folder / str(told.pop("checkpoints")), **told)
        except ConsentError as error:
            raise FaceError(str(error)) from error
        except FileNotFoundError as error:
            raise FaceError(f"there is no {PORTRAIT} in {folder}; prepare the host again") from error
        except (KeyError, TypeError, ValueError) as error:
            raise FaceError(f"{folder / FILE} is not whole ({error}); prepare the host again") from error
        if len(numbers) != 73:
            raise FaceError(f"{folder / FILE} needs 73 coefficients, not {len(numbers)}; prepare the host again")
        return host

    def write(self, folder: Path) -> None:
        told = {
            "consent": self.consent.told(),
            "picture": _digest(folder / PORTRAIT),
            "face": [self.face.left, self.face.top, self.face.right, self.face.bottom],
            "coefficients": list(self.coefficients),
            "checkpoints": str(self.checkpoints),
            "size": self.size, "whole": self.whole, "still": self.still, "expression": self.expression,
            "style": self.style,
        }  # fmt: skip
        text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
        (folder / FILE).write_text(text, encoding="utf-8")


def _told(path: Path) -> dict[str, Any]:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FaceError(
            f"there is no {path}; make a host with: python -m avatar.faces.sadtalker PHOTO FOLDER …"
        ) from error
    except yaml.YAMLError as error:
        raise FaceError(f"{path} can't be read as YAML; prepare the host again") from error
    if not isinstance(told, dict):
        raise FaceError(f"{path} is empty; prepare the host again")
    return told


def _consent(told: Mapping[str, Any] | None) -> Consent:
    if not isinstance(told, Mapping):
        raise FaceError("nobody is shown without consent; prepare the host with --person, --consented and --document")
    return Consent(**told)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
