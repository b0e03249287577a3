"""How fast catalogues are taken in and searched:  python -m bench.ingest [--rows N …] [--json FILE]

Makes tables of products from word lists (the same on every run), feeds each as CSV into an empty shop, feeds it again
unchanged, changes one price, and searches with filters. Peak memory is this process's, so sizes run in ascending order.
"""

import argparse
import csv
import json
import random
import resource
import tempfile
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from knowledge.catalog import Catalog
from knowledge.settings import KnowledgeSettings

_MAKERS = ("山间", "叮屿", "逐麓", "Northwind", "Bluebird", "禾木")
_LOOKS = ("防滑", "加厚", "轻薄", "便携", "复古", "简约", "防水", "透气", "静音", "大容量")
_MATERIALS = ("纯棉", "羊毛", "不锈钢", "陶瓷", "竹纤维", "硅胶", "真皮", "亚麻")
_GOODS = (
    "拖鞋",
    "雨靴",
    "马克杯",
    "保温杯",
    "四件套",
    "枕头",
    "耳机",
    "台灯",
    "背包",
    "毛巾",
    "炒锅",
    "手机壳",
    "围巾",
    "地毯",
)
_COLOURS = ("黑色", "白色", "灰色", "红色", "藏青", "军绿")
QUERIES = (
    "两百以内的防滑拖鞋，不要黑色", "保温杯 不锈钢", "送妈妈的礼物 预算300", "100-200元的四件套", "最便宜的耳机",
    "白色 纯棉 枕头", "适合雨天的鞋", "台灯 静音", "真皮背包 500以内 有货", "thermos under 150", "wool scarf not red",
    "陶瓷马克杯 大容量", "Northwind 背包", "防水 手机壳", "rug 200 to 400 yuan", "复古台灯",
)  # fmt: skip


def write_table(path: Path, rows: int) -> None:
    chance = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["商品编号", "商品名称", "类目", "品牌", "售价", "原价", "库存", "材质", "颜色", "描述"])
        for number in range(rows):
            maker, look, material, goods, colour = map(chance.choice, (_MAKERS, _LOOKS, _MATERIALS, _GOODS, _COLOURS))
            price = chance.randint(9, 900)
            title = f"{maker}{look}{material}{goods} {chance.choice('ABCDEFGH')}{number % 9973}"
            text = f"{look}的{goods}，{material}材质，{colour}。适合日常使用，售后{chance.randint(1, 24)}个月。"
            cells = [f"N{number}", title, goods, maker, f"¥{price}.00", f"{price + 40}元", chance.randint(0, 500)]
            table.writerow([*cells, material, colour, text])


def measure(rows: int, folder: Path) -> dict[str, float]:
    path = folder / f"{rows}.csv"
    write_table(path, rows)
    catalog = Catalog.open(KnowledgeSettings(data_dir=folder / f"shop-{rows}"))
    found: dict[str, float] = {"rows": rows}

    def timed(name: str, started: float) -> None:
        found[name] = time.perf_counter() - started

    started = time.perf_counter()
    report = catalog.ingest(path)
    timed("ingest_s", started)
    if report.added != rows or report.refused:
        raise SystemExit(f"{report.added} of {rows} rows landed; refused: {report.refused[:3]}")
    started = time.perf_counter()
    if catalog.ingest(path).unchanged != rows:
        raise SystemExit("feeding the same file again changed something")
    timed("again_s", started)
    started = time.perf_counter()
    catalog.products()
    timed("load_s", started)
    started = time.perf_counter()
    catalog.search("x")
    timed("index_s", started)
    product = catalog.products()[rows // 2]
    started = time.perf_counter()
    catalog.put([replace(product, price=Decimal(1))])
    seen = catalog.search(product.title.zh, limit=1).hits[0].product
    timed("price_change_s", started)
    if seen.price != Decimal(1):
        raise SystemExit("a changed price was not seen by the next search")
    took = []
    for query in QUERIES * 4:
        started = time.perf_counter()
        catalog.search(query)
        took.append((time.perf_counter() - started) * 1000)
    found["search_p50_ms"], found["search_p95_ms"] = (float(value) for value in np.percentile(took, (50, 95)))
    catalog.close()
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000], help="sizes of the tables")
    parser.add_argument("--json", type=Path, help="write the figures")
    arguments = parser.parse_args()
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in sorted(arguments.rows):
            figures.append(measure(rows, Path(folder)))
            if len(figures) == 1:
                print("".join(f"{name:>16}" for name in figures[0]))
            print(
                "".join(
                    f"{value:16,.2f}" if name != "rows" else f"{value:16,.0f}" for name, value in figures[-1].items()
                )
            )
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
