"""Write a migration step:  python -m knowledge.migrations "add x" --with assistant.conversation --with streaming.state

`--first` writes `versions/0001_….py` anew from all tables (delete the old scripts before; only before a release).
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from knowledge.migrations.run import upgrade, write_step
from knowledge.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m knowledge.migrations", description=__doc__.split("\n\n")[0])
    parser.add_argument("message", help="what the step does, e.g. 'add x to y'")
    parser.add_argument(
        "--with", action="append", default=[], metavar="MODULE", dest="modules", help="module that defines more tables"
    )
    parser.add_argument("--first", action="store_true", help="start the history anew")
    arguments = parser.parse_args()
    for module in arguments.modules:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'empty.db'}")
        if not arguments.first:
            upgrade(store)
        path = write_step(store, arguments.message, first=arguments.first)
        store.close()
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
