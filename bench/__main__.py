"""`python -m bench`: the quick benchmarks, one after another; `python -m bench.NAME` runs one with its options."""

import subprocess
import sys
from pathlib import Path

# Each in under a minute on two cores, and on nothing but this checkout.
QUICK: tuple[tuple[str, ...], ...] = (
    ("guard_speed",),
    ("answers",),
    ("ingest", "--products", "5000"),
    ("basket", "--cases", "2"),
    ("face",),
    ("live_script", "--hours", "1", "--products", "6"),
    ("live_cpu", "--seconds", "5"),
    ("live_sound", "--seconds", "20", "--out", "out/bench"),
)


def main() -> int:
    out = Path("out/bench")
    out.mkdir(parents=True, exist_ok=True)
    failed = []
    for name, *options in QUICK:
        command = [sys.executable, "-m", f"bench.{name}", *options, "--json", str(out / f"{name}.json")]
        print(f"\n── python -m bench.{' '.join([name, *options])}", flush=True)
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    print(f"\nFigures: {out}/" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
