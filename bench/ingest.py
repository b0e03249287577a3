"""How fast and in how much memory catalogues are taken in:  python -m bench.ingest [--products N …] [--json FILE]

Makes tables of products from word lists (the same on every run) and feeds each to an empty shop, then again unchanged,
then with one price changed. Every pass is a process of its own, so that its peak memory is that of taking in, and not
of a search index; what the interpreter and the libraries hold before the first row is stated beside it. Seconds of the
processor are the steadier figure on a machine that does other things.
"""

import csv
import json
import multiprocessing
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.report import Cell, arguments, report
from knowledge.ingest.door import Wishes, ingest
from knowledge.settings import KnowledgeSettings
from knowledge.shelf import Shelf
from knowledge.store import Store

_MAKERS = ("山间", "叮屿", "逐麓", "Northwind", "Bluebird", "禾木")
_LOOKS = ("防滑", "加厚", "轻薄", "便携", "复古", "简约", "防水", "透气", "静音", "大容量")
_MATERIALS = ("纯棉", "羊毛", "不锈钢", "陶瓷", "竹纤维", "硅胶", "真皮", "亚麻")
_GOODS = "拖鞋 雨靴 马克杯 保温杯 四件套 枕头 耳机 台灯 背包 毛巾 炒锅 手机壳 围巾 地毯".split()
_COLOURS = ("黑色", "白色", "灰色", "红色", "藏青", "军绿")
_HEAD = ["商品编号", "商品名称", "类目", "品牌", "售价", "原价", "库存", "材质", "颜色", "描述"]


def write_table(path: Path, products: int, *, dearer: int | None = None) -> None:
    """A table of `products` rows; the price of row `dearer` is another one."""
    chance = random.Random(products)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_HEAD)
        for number in range(products):
            maker, look, material, goods, colour = map(chance.choice, (_MAKERS, _LOOKS, _MATERIALS, _GOODS, _COLOURS))
            price = chance.randint(9, 900) + (number == dearer)
            title = f"{maker}{look}{material}{goods} {chance.choice('ABCDEFGH')}{number % 9973}"
            text = f"{look}的{goods}，{material}材质，{colour}。适合日常使用，售后{chance.randint(1, 24)}个月。"
            cells = [f"N{number}", title, goods, maker, f"¥{price}.00", f"{price + 40}元", chance.randint(0, 500)]
            table.writerow([*cells, material, colour, text])


def one_pass(path: Path, data: Path) -> dict[str, Any]:
    """Take a file in, in this process; seconds of the whole, of the part that locks the database, and megabytes."""
    settings = KnowledgeSettings(data_dir=data)
    data.mkdir(parents=True, exist_ok=True)
    store = Store(settings.url)
    store.migrate()
    before, at = _peak_mb(), dict[str, float]()
    started, cpu = time.perf_counter(), time.process_time()

    def progress(step: str, done: int, total: int | None) -> None:
        at[step] = time.perf_counter() - started

    done = ingest(store, Shelf, settings, path, Wishes(progress=progress))
    took = time.perf_counter() - started
    store.close()
    found: dict[str, Any] = {
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "refused": done.refused_count,
    }
    found |= {"cpu_s": time.process_time() - cpu}
    return found | {"s": took, "locked_s": took - at["compare"], "peak_mb": _peak_mb(), "before_mb": before}


def measure(products: int, folder: Path) -> list[dict[str, Cell]]:
    path, rows = folder / "goods.csv", list[dict[str, Cell]]()
    for name, dearer, expected in (
        ("first time", None, ("added", products)),
        ("unchanged", None, ("unchanged", products)),
        ("one price changed", products // 2, ("changed", 1)),
    ):
        write_table(path, products, dearer=dearer)
        found = _in_a_process(path, folder / "data")
        if found[expected[0]] != expected[1] or found["refused"]:
            raise SystemExit(f"{name}: expected {expected[1]} {expected[0]}, got {found}")
        rows.append(
            {
                "products": products,
                "pass": name,
                "seconds": found["s"],
                "processor s": found["cpu_s"],
                "rows/s": round(products / found["s"]),
                "database locked s": found["locked_s"],
                "peak MB": found["peak_mb"],
                "of it before MB": found["before_mb"],
            }
        )
    return rows


def _in_a_process(path: Path, data: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.ingest", "--pass", str(path), str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = arguments("How fast and in how much memory catalogues are taken in.")
    parser.add_argument("--products", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the tables")
    parser.add_argument("--pass", nargs=2, type=Path, dest="one", help="take FILE into the shop in DATA, once")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one_pass(*given.one)))
        return
    rows: list[dict[str, Cell]] = []
    for products in given.products:
        with tempfile.TemporaryDirectory() as folder:
            rows += measure(products, Path(folder))
    report("Taking in catalogues", rows, given.json, cores=multiprocessing.cpu_count())


if __name__ == "__main__":
    main()
