"""Pictures that shoppers send: kept as JPEGs drawn anew, with their conversation, and gone with it."""

import asyncio
import io
import os
import re
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from knowledge.model import Text

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 64_000_000  # a JPEG is read at a fraction of its size
MOST_PIXELS_WHOLE = 25_000_000  # the others are read whole: 100 MB
LONGEST_SIDE = 1280
MOST_IN_CONVERSATION = 20
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # tried in this order, by content
_HEIC = re.compile(rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL)  # ISO/IEC 23008-12
_ID = re.compile(r"[0-9a-f]{32}-(\d{1,4})x(\d{1,4})")

MARK = Text("[图片]", "[Picture]")  # stands for the picture in a message's text
_MARKED = re.compile(r"^\[(?:图片|Picture)\]\s*")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept. Sizes in pixels; they are part of the id, so a page can leave room for it."""

    id: str
    width: int
    height: int


class PictureRefused(Exception):
    """This picture isn't taken; `message` says in one sentence what to do."""

    def __init__(self, code: Literal["invalid", "too_large", "too_fast"], zh: str, en: str) -> None:
        super().__init__(en)
        self.code: Literal["invalid", "too_large", "too_fast"] = code
        self.message = Text(zh, en)


class Pictures:
    """Files `FOLDER/CONVERSATION/ID.jpg`, readable for the owner only. One picture at a time is decoded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)

    async def add(self, conversation_id: str, data: bytes) -> Picture:
        """Keep the picture that `data` is, drawn anew: no metadata, no second frame, at most 1280 pixels a side.

        Raises PictureRefused.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._add, conversation_id, data)

    async def read(self, conversation_id: str, picture_id: str) -> bytes | None:
        """The JPEG, or None when this conversation has no such picture."""
        return await asyncio.to_thread(self._read, conversation_id, picture_id)

    def find(self, conversation_id: str, picture_id: str) -> Picture | None:
        match = _ID.fullmatch(picture_id)
        if match is None or not self._path(conversation_id, picture_id).is_file():
            return None
        return Picture(picture_id, int(match[1]), int(match[2]))

    def remove(self, conversation_id: str, picture_id: str) -> None:
        if _ID.fullmatch(picture_id):
            self._path(conversation_id, picture_id).unlink(missing_ok=True)

    async def forget(self, conversation_id: str) -> None:
        """Delete every picture of this conversation; what is just being decoded is deleted too."""
        folder = self._path(conversation_id, "x").parent
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, lambda: shutil.rmtree(folder, ignore_errors=True))

    def _path(self, conversation_id: str, picture_id: str) -> Path:
        if not conversation_id.isalnum():
            raise ValueError("not the id of a conversation")
        return self._folder / conversation_id / f"{picture_id}.jpg"

    def _add(self, conversation_id: str, data: bytes) -> Picture:
        folder = self._path(conversation_id, "x").parent
        if folder.is_dir() and sum(1 for _ in folder.iterdir()) >= MOST_IN_CONVERSATION:
            raise PictureRefused(
                "too_fast",
                f"一次对话最多发 {MOST_IN_CONVERSATION} 张图片；需要再发请开始新对话。",
                f"A conversation takes {MOST_IN_CONVERSATION} pictures; start a new one to send more.",
            )
        jpeg, width, height = redrawn(data)
        picture = Picture(f"{uuid.uuid4().hex}-{width}x{height}", width, height)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(conversation_id, picture.id)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(jpeg)
        return picture

    def _read(self, conversation_id: str, picture_id: str) -> bytes | None:
        if self.find(conversation_id, picture_id) is None:
            return None
        try:
            return self._path(conversation_id, picture_id).read_bytes()
        except FileNotFoundError:  # deleted a moment ago
            return None


def redrawn(data: bytes) -> tuple[bytes, int, int]:
    """`data` as (JPEG, width, height) with nothing of the original file but the pixels of its first frame.

    What it is, its content decides. Raises PictureRefused.
    """
    if len(data) > MOST_BYTES:
        raise PictureRefused("too_large", "图片太大了，最多 8 MB。", "That picture is too large; the limit is 8 MB.")
    if _HEIC.match(data):
        raise PictureRefused(
            "invalid",
            "这是 HEIC 图片，这里打不开；请截图后再发，或在手机相机设置里选“兼容性最佳”（JPEG）。",
            "This is a HEIC picture, which can't be opened here; send a screenshot of it or a JPEG.",
        )
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            width, height = opened.size
            limit = MOST_PIXELS if opened.format in ("JPEG", "MPO") else MOST_PIXELS_WHOLE
            if width * height > limit:
                raise _too_many_pixels()
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            drawn = _flat(ImageOps.exif_transpose(opened))
    except UnidentifiedImageError as error:
        raise PictureRefused(
            "invalid",
            "这个文件不是能识别的图片；请发 JPEG、PNG、WebP 或 GIF。",
            "That file is no picture we can read; please send a JPEG, PNG, WebP or GIF.",
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, ValueError, SyntaxError, IndexError, EOFError) as error:  # what broken files make of decoders
        raise PictureRefused(
            "invalid", "这张图片损坏了，打不开；请换一张。", "That picture is damaged; please send another one."
        ) from error
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=85)
    return out.getvalue(), drawn.width, drawn.height


def marked(text: str, mark: str) -> str:
    """A message's text as transcripts, lists and models without eyes read it."""
    return f"{mark} {text}".strip()


def unmarked(text: str) -> str:
    """The words of a message beside its picture; the mark alone where there are none."""
    return _MARKED.sub("", text) or text


def _flat(image: Image.Image) -> Image.Image:
    """On white, in colours that a JPEG can have."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        return ground
    if image.mode.startswith("I"):  # 16 bits a channel
        image = image.point(lambda value: value / 256).convert("L")
    plain = image.convert("RGB")
    plain.info.clear()
    return plain


def _too_many_pixels() -> PictureRefused:
    return PictureRefused(
        "too_large",
        "这张图片的像素太多了，请缩小或截图后再发。",
        "That picture has too many pixels; please shrink it or send a screenshot.",
    )
