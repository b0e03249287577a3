"""The SadTalker-compatible face beside the reference's golden tensors:  python -m bench.sadtalker --verify DIR

Checks every array of every golden file in DIR and every tensor name and shape listed in DIR/../keys; ends with an error
when one is off.
"""

import sys
from pathlib import Path

import torch

from bench.report import Cell, arguments, report
from bench.sadtalker_verify import Check, names_and_shapes, verify


def check(folder: Path, json_file: Path | None) -> bool:
    rows: list[dict[str, Cell]] = []
    passed = True
    for net, same in names_and_shapes(folder.parent / "keys"):
        passed &= same
        rows.append({"file": f"keys/{net}.json", "arrays": "names, shapes", "worst": "", "of tolerance": None,
                     "verdict": "as listed" if same else "DIFFERENT"})  # fmt: skip
    found: dict[str, list[Check]] = {}
    for each in verify(folder):
        found.setdefault(each.file, []).append(each)
    for file, checks in found.items():
        rows.append(_row(file, checks))
        passed &= all(each.passed for each in checks)
    report(f"SadTalker's golden tensors in {folder}", rows, json_file)
    for each in (each for checks in found.values() for each in checks if not each.passed):
        print(f"{each.file}: {each.array}: error {each.error}, allowed {each.tolerance:.1e}")
    if not found:
        print(f"there is no golden file in {folder}")
    return passed and bool(found)


def _row(file: str, checks: list[Check]) -> dict[str, Cell]:
    def share(each: Check) -> float:
        if each.error is None:
            return float("inf")
        return each.error / each.tolerance if each.tolerance else float(each.error > 0)

    worst = max((each for each in checks), key=share)
    return {
        "file": file,
        "arrays": str(len(checks)),
        "worst": worst.array,
        "of tolerance": share(worst),
        "verdict": "ok" if all(each.passed for each in checks) else "OFF",
    }


def main() -> int:
    parser = arguments("The SadTalker-compatible face beside the reference")
    parser.add_argument("--verify", type=Path, metavar="DIR", required=True, help="a folder of golden files")
    options = parser.parse_args()
    torch.set_num_threads(1)
    return 0 if check(options.verify, options.json) else 1


if __name__ == "__main__":
    sys.exit(main())
