"""Write all of them into a folder, to try them by hand:  python -m tests.knowledge.messy FOLDER"""

import sys
from pathlib import Path

from tests.knowledge.messy.papers import PAPERS
from tests.knowledge.messy.tables import TABLES

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, write in {**TABLES, **PAPERS}.items():
    write(folder / name)
