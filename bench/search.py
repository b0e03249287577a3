"""How fast sentences with filters are answered:  python -m bench.search [--products 40000 100000] [--json FILE]

Fills a shop with products made from word lists (the same on every run: titles in both languages, attributes, variants,
prices, stock), searches it through the catalogue's door, and for comparison ranks the same words by plain BM25 without
understanding or filtering anything. Wall times are what a shopper waits; CPU times are the searching thread's, and show
what a busy machine hides. Sizes run in ascending order, because peak memory is the process's.
"""

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from knowledge.catalog import Catalog
from knowledge.lexical import words
from knowledge.model import Attribute, Product, Text, Variant
from knowledge.postings import Index
from knowledge.retrieval import best
from knowledge.search import Filters, document_of
from knowledge.settings import KnowledgeSettings

MAKERS = ("山间", "叮屿", "逐麓", "禾木", "Northwind", "Bluebird", "檐雀", "Larkspur", "青瓦", "Fernhill")
LOOKS = (
    ("防滑", "non-slip"), ("加厚", "thick"), ("轻薄", "slim"), ("便携", "portable"), ("复古", "vintage"),
    ("简约", "minimalist"), ("防水", "waterproof"), ("透气", "breathable"), ("静音", "quiet"), ("大容量", "large"),
    ("儿童", "kids'"), ("可折叠", "foldable"), ("保暖", "warm"), ("速干", "quick-dry"), ("抗菌", "antibacterial"),
)  # fmt: skip
MATERIALS = (
    ("纯棉", "cotton"), ("羊毛", "wool"), ("不锈钢", "stainless steel"), ("陶瓷", "ceramic"), ("竹纤维", "bamboo"),
    ("硅胶", "silicone"), ("真皮", "leather"), ("亚麻", "linen"), ("橡胶", "rubber"), ("玻璃", "glass"),
)  # fmt: skip
GOODS = (
    ("拖鞋", "slippers", "鞋靴"), ("雨靴", "rain boots", "鞋靴"), ("运动鞋", "running shoes", "鞋靴"),
    ("马克杯", "mug", "餐具"), ("保温杯", "thermos", "餐具"), ("炒锅", "wok", "厨具"),
    ("四件套", "bedding set", "床品"), ("枕头", "pillow", "床品"), ("毛巾", "towel", "卫浴"),
    ("耳机", "headphones", "数码"), ("台灯", "desk lamp", "家电"),
    ("充电宝", "power bank", "数码"), ("背包", "backpack", "箱包"), ("行李箱", "suitcase", "箱包"),
    ("手机壳", "phone case", "数码"), ("围巾", "scarf", "服饰"), ("衬衫", "shirt", "服饰"), ("连衣裙", "dress", "服饰"),
    ("地毯", "rug", "家居"), ("雨伞", "umbrella", "家居"), ("帐篷", "tent", "户外"), ("婴儿车", "stroller", "母婴"),
    ("猫砂", "cat litter", "宠物"), ("面霜", "face cream", "美妆"), ("口红", "lipstick", "美妆"),
)  # fmt: skip
COLOURS = (("黑色", "black"), ("白色", "white"), ("灰色", "gray"), ("红色", "red"), ("藏青", "navy"), ("军绿", "olive"))
QUERIES = (
    "两百以内的防滑拖鞋，不要黑色", "保温杯 不锈钢 500ml以上", "送妈妈的礼物 预算300", "100-200元的四件套",
    "最便宜的耳机",
    "白色 纯棉 枕头", "适合雨天穿的鞋，两百以内", "台灯 静音 有货", "真皮背包 500以内 有货", "39码白色运动鞋",
    "防水的手机壳，不要硅胶的", "给孩子的雨靴，100到200", "露营用的帐篷 三百以内", "复古台灯", "红色连衣裙 M码",
    "thermos under 150", "wool scarf, not red", "rug 200 to 400 yuan", "waterproof backpack in black under 300",
    "Northwind running shoes size 42", "quiet desk lamp in stock", "gift for mom under 300", "cheapest headphones",
    "ceramic mug without red", "rain boots for kids under 150", "linen dress, no black", "lihgtweight umbrela",
    "large stainless steel thermos", "foldable stroller between 500 and 900", "something warm for winter hiking",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """Times of searches in milliseconds, of the rest in seconds."""

    products: int
    store_s: float
    index_s: float
    added_s: float  # one product more, until a search finds it
    repriced_s: float  # one price changed, until a search shows it
    p50_ms: float
    p95_ms: float
    cpu_p50_ms: float
    cpu_p95_ms: float
    bm25_cpu_p50_ms: float
    bm25_cpu_p95_ms: float
    peak_mb: int


def made(count: int) -> Iterator[Product]:
    chance = random.Random(7)
    for number in range(count):
        maker = chance.choice(MAKERS)
        looks = chance.sample(LOOKS, 2)
        material, goods = chance.choice(MATERIALS), chance.choice(GOODS)
        price = Decimal(chance.randint(9, 999))
        millilitres = chance.choice((250, 350, 500, 750, 1000))
        model = f"{chance.choice('ABCDEFGHKM')}{number}"
        zh = f"{maker}{looks[0][0]}{looks[1][0]}{material[0]}{goods[0]} {model}"
        en = f"{maker} {looks[0][1]} {looks[1][1]} {material[1]} {goods[1]} {model}"
        variants = tuple(
            Variant(
                f"{number}-{place}",
                (
                    Attribute(Text("颜色", "Colour"), Text(*colour)),
                    Attribute(Text("尺码", "Size"), Text(size, size)),
                ),
                price + 10 * place,
                None,
                chance.choice((0, 3, 40)),
            )
            for place, (colour, size) in enumerate(
                zip(chance.sample(COLOURS, 3), chance.sample(("36", "39", "42", "S", "M", "L"), 3), strict=True)
            )
        )
        yield Product(
            f"p{number}",
            Text(zh, en),
            category=Text(goods[2], ""),
            brand=maker,
            price=price,
            stock=sum(variant.stock or 0 for variant in variants),
            brief=Text(f"{looks[0][0]}又{looks[1][0]}的{goods[0]}", f"A {looks[0][1]} {goods[1]}"),
            attributes=(
                Attribute(Text("材质", "Material"), Text(*material)),
                Attribute(Text("容量", "Capacity"), Text(f"{millilitres}ml", f"{millilitres} ml")),
            ),
            variants=variants,
            description=Text(f"{material[0]}材质，{looks[1][0]}，适合日常使用，售后{chance.randint(1, 24)}个月。"),
        )


def measure(count: int, folder: Path, rounds: int) -> Figures:
    products = list(made(count))
    catalog = Catalog.open(KnowledgeSettings(data_dir=folder))
    started = time.perf_counter()
    for at in range(0, count, 5_000):
        catalog.put(products[at : at + 5_000])
    store_s = time.perf_counter() - started
    started = time.perf_counter()
    catalog.search("x")
    index_s = time.perf_counter() - started
    took, cpu = timed(catalog, rounds)
    plain = bm25(products, rounds)
    some, price = products[count // 2], Decimal("7.77")
    cheaper = tuple(replace(variant, price=price) for variant in some.variants)
    repriced_s = until(catalog, replace(some, price=price, variants=cheaper))
    added_s = until(catalog, replace(products[0], id="new", title=Text("独一无二的琉璃盏", "Glass bowl")))
    catalog.close()
    wall, worked, alone = ([float(value) for value in np.percentile(times, (50, 95))] for times in (took, cpu, plain))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Figures(
        count, store_s, index_s, added_s, repriced_s, wall[0], wall[1], worked[0], worked[1], alone[0], alone[1], peak
    )


def timed(catalog: Catalog, rounds: int) -> tuple[list[float], list[float]]:
    """Wall and CPU milliseconds of each search."""
    took, cpu = [], []
    for query in QUERIES * rounds:
        started, worked = time.perf_counter(), time.thread_time()
        catalog.search(query)
        took.append((time.perf_counter() - started) * 1000)
        cpu.append((time.thread_time() - worked) * 1000)
    return took, cpu


def bm25(products: list[Product], rounds: int) -> list[float]:
    """CPU milliseconds of each query over the same texts, by words alone."""
    index = Index([document_of(product) for product in products], words)
    cpu = []
    for query in QUERIES * rounds:
        worked = time.thread_time()
        best(index.scores([(term, 1.0) for term in words(query)]), 5)
        cpu.append((time.thread_time() - worked) * 1000)
    return cpu


def until(catalog: Catalog, product: Product) -> float:
    """Seconds from storing a product until a search shows it as it is."""
    started = time.perf_counter()
    catalog.put([product])
    hits = catalog.search(product.title.zh, limit=1, filters=Filters(products=(product.id,))).hits
    took = time.perf_counter() - started
    if not hits or (hits[0].product.price, hits[0].product.title) != (product.price, product.title):
        raise SystemExit(f"a search did not show what was stored just before: {product.title.zh}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__.split("\n")[0])
    parser.add_argument("--products", type=int, nargs="+", default=[10_000], help="sizes of the shops")
    parser.add_argument("--rounds", type=int, default=5, help="how often each query is asked")
    parser.add_argument("--json", type=Path, help="write the figures")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in sorted(arguments.products):
            rows.append(asdict(measure(count, Path(folder) / str(count), arguments.rounds)))
            if len(rows) == 1:
                print("".join(f"{name:>17}" for name in rows[0]))
            print(
                "".join(
                    f"{value:17,.0f}" if isinstance(value, int) else f"{value:17,.2f}" for value in rows[-1].values()
                )
            )
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": rows, "queries": QUERIES}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
