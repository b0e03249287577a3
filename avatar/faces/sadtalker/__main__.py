"""Make a host of a photograph:  python -m avatar.faces.sadtalker PHOTO FOLDER --checkpoints DIR --person …"""

import argparse
import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from avatar.consent import Consent, ConsentError
from avatar.face import FaceError
from avatar.faces.sadtalker import portrait
from avatar.faces.sadtalker.checkpoint import Files, Shapes, load
from avatar.faces.sadtalker.host import PORTRAIT, Host
from avatar.faces.sadtalker.weights import Precision


def main(arguments: list[str] | None = None, shapes: Shapes | None = None) -> int:
    told = _parser().parse_args(arguments)
    try:
        consent = Consent(told.person, told.consented, told.document, told.until)
        consent.check(date.today())
        make(told, consent, shapes)
    except (ConsentError, FaceError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{told.folder} is ready: set face = sadtalker and look = {told.folder.resolve()}\n")
    return 0


def make(told: argparse.Namespace, consent: Consent, shapes: Shapes | None = None) -> Host:
    """Measure the photograph and write the host's folder. Raises FaceError."""
    picture = portrait.opened(told.photo)
    if told.points:
        points = np.array([[float(number) for number in point.split(",")] for point in told.points])
    else:
        points = portrait.find(picture, told.checkpoints)
    files = Files.within(told.checkpoints, told.size, full=not told.face_only)
    networks = load(files, Precision(), full=not told.face_only, shapes=shapes)
    measured = portrait.measure(picture, points, told.size, networks.face_model)
    told.folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(told.folder / PORTRAIT)
    host = Host(
        consent, told.folder / PORTRAIT, measured.face, measured.coefficients, told.checkpoints.resolve(),
        size=told.size, whole=not told.face_only, still=told.still, style=told.style,
    )  # fmt: skip
    host.write(told.folder)
    return host


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m avatar.faces.sadtalker", description="Make a host of a photograph")
    parser.add_argument("photo", type=Path, help="PNG, JPEG or WebP; transparent around the person if you like")
    parser.add_argument("folder", type=Path, help="is made, and named as the look of the face")
    parser.add_argument("--checkpoints", type=Path, required=True, help="the folder of SadTalker's published files")
    parser.add_argument("--person", required=True, help="who is shown")
    parser.add_argument("--consented", type=date.fromisoformat, required=True, help="day of the consent, 2026-11-28")
    parser.add_argument("--document", required=True, help="where the signed consent is kept")
    parser.add_argument("--until", type=date.fromisoformat, help="its last day")
    parser.add_argument(
        "--points",
        nargs=5,
        metavar="X,Y",
        help="left and right eye in the picture, nose, left and right corner of the mouth",
    )
    parser.add_argument("--size", type=int, default=256, help="of the face that is drawn: 256 or 512 pixels")
    parser.add_argument("--face-only", action="store_true", help="show the face, not the whole picture")
    parser.add_argument("--still", action="store_true", help="keep the head as it is in the picture")
    parser.add_argument("--style", type=int, default=0, help="0..45: a manner of moving the head")
    return parser


if __name__ == "__main__":
    sys.exit(main())
