"""What the base install weighs, and that extras burden nobody who does not use them:

    python -m bench.footprint [--extras] [--json FILE]

Installs this folder into a fresh environment as `pip install .` does (by uv where it lies beside this Python, which
takes a tenth of the time), and tells its size on disk and, for each package of ours, what importing its door costs in
processor time, memory and modules: the better of two runs, as the first may compile. `--extras`: the same doors here,
where extras are installed, in turn with the others; and what each extra adds on disk, as far as it is installed here.
Ends with an error when a door imports a module that only an extra brings. Needs a package index.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from importlib import metadata
from pathlib import Path

from bench.report import Cell, arguments, report

ROOT = Path(__file__).parents[1]
DOORS = (
    "knowledge.catalog", "assistant.assistant", "assistant.models.router", "assistant.whisper", "avatar.performer",
    "avatar.voices.openai", "avatar.voices.coqui", "avatar.face", "streaming.room", "web.cli", "web.server",
)  # fmt: skip
HEAVY = (  # what only extras bring; `torch` and its like take seconds and a gigabyte
    "torch", "transformers", "sentence_transformers", "faster_whisper", "ctranslate2", "cv2", "TTS", "safetensors",
)  # fmt: skip
COST = """
import json, resource, sys, time
before = set(sys.modules); began = time.process_time()
import {door}
took = time.process_time() - began
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
new = set(sys.modules) - before
print(json.dumps([took, used, len(new), sorted(new & set({heavy!r}))]))
"""
EXTRAS = ("models", "transformers", "whisper", "coqui", "sadtalker", "postgres")


def install(python: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    if uv.is_file():
        tool = [str(uv), "pip", "install", "--python", str(python), "--compile-bytecode"]  # as pip does by itself
    else:
        tool = [str(python), "-m", "pip", "install"]
    subprocess.run([*tool, "-q", str(ROOT)], check=True)


def cost(python: Path, door: str) -> tuple[dict[str, Cell], list[str]]:
    """What an import costs, and which heavy modules it brings."""
    best: list[float] = []
    heavy: list[str] = []
    for _ in range(2):
        code = COST.format(door=door, heavy=HEAVY)
        told = subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
        *figures, heavy = json.loads(told.stdout.splitlines()[-1])
        best = min(best, figures) if best else figures
    return {"CPU s": round(best[0], 2), "peak MB": round(best[1]), "modules": int(best[2])}, heavy


def size_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink()) / 1e6


def closure(names: set[str]) -> set[str]:
    """These distributions and all they need, as far as they are installed here."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = _plain(waiting.pop())
        if name in found:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        waiting += [_name(need) for need in needs if "extra ==" not in need]
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]


def installed_mb(name: str) -> float:
    files = metadata.files(name) or []
    places = (Path(str(file.locate())) for file in files)
    return sum(place.stat().st_size for place in places if place.is_file()) / 1e6


def extras() -> list[dict[str, Cell]]:
    """What each extra adds to the base, alone: packages and megabytes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = closure({_name(need) for need in project["dependencies"]})
    rows: list[dict[str, Cell]] = []
    for extra in EXTRAS:
        asked = {_name(need) for need in project["optional-dependencies"][extra]}
        missing = sorted(name for name in asked if not closure({name}))
        more = closure(asked) - base
        rows.append(
            {
                "extra": extra,
                "packages more": len(more),
                "MB more": round(sum(map(installed_mb, more))),
                "not installed here": ", ".join(missing),
            }
        )
    return rows


def main() -> int:
    parser = arguments("What the base install weighs")
    parser.add_argument("--extras", action="store_true", help="import in this environment too, and weigh the extras")
    told = parser.parse_args()
    burdened: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=not Path(sys.executable).with_name("uv").is_file())
        python = Path(folder) / "bin" / "python"
        empty = size_mb(Path(folder))
        install(python)
        site = next(Path(folder).glob("lib/python*/site-packages"))
        whole = size_mb(Path(folder)) - empty
        parts = sorted(((size_mb(each), each.name) for each in site.iterdir() if each.is_dir()), reverse=True)[:8]
        print(f"pip install .  {whole:.0f} MB in {len(list(site.glob('*.dist-info')))} packages")
        print("largest: " + ", ".join(f"{name} {mb:.0f} MB" for mb, name in parts))
        rows: list[dict[str, Cell]] = []
        for door in DOORS:
            row, _ = cost(python, door)
            if told.extras:
                here, burdened[door] = cost(Path(sys.executable), door)
                row |= {f"{name}, extras": value for name, value in here.items()}
            rows.append({"import": door, **row})
    report("Footprint", rows, told.json, install_mb=round(whole))
    if told.extras:
        report("Extras", extras())
    for door, modules in burdened.items():
        if modules:
            print(f"{door} imports {', '.join(modules)}: that must wait until it is used")
    return 1 if any(burdened.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
