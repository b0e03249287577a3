"""What the base install weighs:  python -m bench.footprint [--extras] [--json FILE]

Installs this folder into a fresh environment as `pip install .` does, and tells its size on disk and, for each package
of ours, what importing its door costs in processor time, memory and modules. `--extras`: the same doors here, where
the extras may be installed too; they must cost no more. Needs a package index.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from bench.report import Cell, arguments, report

ROOT = Path(__file__).parents[1]
DOORS = (
    "knowledge.catalog", "assistant.assistant", "assistant.whisper", "avatar.performer", "avatar.voices.openai",
    "avatar.voices.coqui", "avatar.face", "streaming.room", "web.cli", "web.server",
)  # fmt: skip
COST = """
import json, resource, sys, time
before = len(sys.modules); began = time.process_time()
import {door}
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([time.process_time() - began, used, len(sys.modules) - before]))
"""


def cost(python: Path, door: str) -> dict[str, Cell]:
    told = subprocess.run(
        [str(python), "-c", COST.format(door=door)], check=True, capture_output=True, text=True, cwd=ROOT
    )
    cpu_s, peak_mb, modules = json.loads(told.stdout.splitlines()[-1])
    return {"import": door, "CPU s": round(cpu_s, 2), "peak MB": round(peak_mb), "modules": modules}


def size_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink()) / 1e6


def main() -> int:
    parser = arguments("What the base install weighs")
    parser.add_argument("--extras", action="store_true", help="import in this environment too")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        empty = size_mb(Path(folder))
        subprocess.run([str(python), "-m", "pip", "install", "-q", str(ROOT)], check=True)
        site = next(Path(folder).glob("lib/python*/site-packages"))
        parts = sorted(((size_mb(each), each.name) for each in site.iterdir() if each.is_dir()), reverse=True)[:8]
        print(f"pip install .  {size_mb(Path(folder)) - empty:.0f} MB")
        print("largest: " + ", ".join(f"{name} {mb:.0f} MB" for mb, name in parts))
        rows = [{"with": "base", **cost(python, door)} for door in DOORS]
    if told.extras:
        rows += [{"with": "what is here", **cost(Path(sys.executable), door)} for door in DOORS]
    report("Footprint", rows, told.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
