"""Draw the demo shop's pictures anew, all of them or the products named: `python -m knowledge.demo.draw [ID…]`."""

import io
import sys
from pathlib import Path

from PIL import Image

from knowledge.demo.draw.kit import SIZE
from knowledge.demo.draw.scenes import SCENES

PICTURES = Path(__file__).parents[1] / "pictures"


def render(svg: str) -> Image.Image:
    """The picture an SVG describes, `SIZE` pixels square. Raises `SystemExit` when the renderer is not installed."""
    try:
        import resvg_py  # a development package: shops get the finished pictures
    except ImportError as error:
        raise SystemExit("drawing the demo pictures needs: pip install '.[dev]'") from error
    return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("RGB")


def draw(product_id: str, folder: Path = PICTURES) -> Path:
    """Draw one product's picture and save it as WebP; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{product_id}.webp"
    picture = render(SCENES[product_id].svg())
    if picture.size != (SIZE, SIZE):
        raise ValueError(f"{product_id} came out as {picture.size}, not {SIZE} pixels square")
    picture.save(path, "WEBP", quality=86, method=6)
    return path


def main(names: list[str]) -> None:
    unknown = sorted(set(names) - SCENES.keys())
    if unknown:
        raise SystemExit(f"there is no drawing for {', '.join(unknown)}; choose from {', '.join(SCENES)}")
    written = [draw(name) for name in names or SCENES]
    size = sum(path.stat().st_size for path in written)
    sys.stdout.write(f"{len(written)} pictures, {size / 1e6:.2f} MB, in {PICTURES}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
