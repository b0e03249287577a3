"""Tables, JSON, feeds and pages of products."""

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def gbk_price_list(path: Path) -> None:
    """A title, a blank line and a remark above the header; full-width digits; totals and notes below."""
    path.write_bytes(
        """山间小铺 2026年冬季价目表,,,,,,
,,,,,,
制表：小林,,,,,,
货号,品 名,类别,售价（元）,原价,库　存,规格材质
Ｔ１,云朵拖鞋,鞋靴,１９９元/件,￥２５９,１２０,TPR橡胶
T2,长筒雨靴,鞋靴,￥1,299.00,,３５双,橡胶
T3,马克杯,餐厨,39.9,,无货,约500ml
T4,保温杯,餐厨,"1,299.00元","1.5万",现货,316不锈钢
T5,,餐厨,29,,3,竹
T6,被套,床品,面议,,8,1.5米+1.8米通用
T7,床单,床品,二百九十九,,8,纯棉
T8,枕头,床品,看详情页,,8,荞麦
合计,,,,,182,
注：以上价格含税，不含运费。,,,,,,
""".encode("gbk")
    )


def semicolons_with_decimal_commas(path: Path) -> None:
    """What a spreadsheet program with European settings writes."""
    path.write_bytes(
        b"\xef\xbb\xbf"
        + """SKU;Product name;Price;List price;Qty;Cost price;Colour
A-1;Storm jacket;1.299,00 €;1.499,00 €;12;640,00;navy
A-2;Wool scarf;39,90 €;;1.200;11,10;grey
A-3;Rain cap;-4,00 €;;3;2,00;red
A-4;Gift box;free;;;1,00;
""".encode()
    )


def broken_quotes(path: Path) -> None:
    """An unclosed quote, a separator inside an unquoted text, a text over several lines that is right."""
    path.write_text(
        """id,name,price,stock,description
1,Desk lamp,29.90,3,"Warm light,
two levels"
2,"Floor lamp,59.90,2,Tall
3,Clip lamp,19.90,5,Clips on
4,Lava lamp, red,24.90,1,Slow
5,Night light,9.90,7,Dim
5,Reading light,14.90,4,Bright
5,Night light,9.90,7,Dim
"""
    )


def unicode_text(path: Path) -> None:
    """ "Unicode text" of a spreadsheet program: UTF-16 with tabs."""
    path.write_bytes(
        "商品编号\t商品名称\t价格\t图片\nU1\t竹编篮\t69-89元\t//img.example.com/u1.jpg\nU2\t亚麻桌布\t\t\n".encode(
            "utf-16"
        )
    )


def merged_cells(path: Path) -> None:
    """A row a variant, with name, id and sum of stock in cells merged over the variants of a product."""
    book = Workbook()
    sheet = _sheet(book)
    _rows(
        sheet,
        ["冬季新品报价单（内部）"],
        [],
        ["商品编号", "商品名称", "品牌", "颜色", "尺码", "价格", "库存", "产地"],
        ["M1", "羊毛围巾", "山间", "灰色", None, 129, 60, "内蒙古"],
        [None, None, None, "红色", None, 129, None, None],
        [None, None, None, "藏青", None, 139, None, None],
        ["M2", "防滑雨鞋", "山间", "黑色", 38, "99元/双", 5, "福建"],
        [None, None, None, "黑色", 39, "99元/双", 0, None],
        [None, None, None, "军绿", 39, "109元/双", 7, None],
        ["M3", "毛线帽", "叮屿", "米色", "均码", 59, 11, "浙江"],
        ["总计", None, None, None, None, None, 83, None],
        ["备注：价格以下单时为准"],
    )
    sheet.merge_cells("A1:H1")
    for column in "ABCGH":
        sheet.merge_cells(f"{column}4:{column}6")
    for column in "ABCH":
        sheet.merge_cells(f"{column}7:{column}9")
    book.save(path)


def two_sheets_joined(path: Path) -> None:
    """A sheet of products and a sheet of their variants."""
    book = Workbook()
    goods = _sheet(book, "商品")
    _rows(
        goods,
        ["商品ID", "商品名称", "类目", "材质", "详情"],
        [1001, "四件套", "床品", "纯棉", "<p>柔软 &amp; 透气</p>"],
        [1002, "空调被", "床品", "桑蚕丝", "夏季用"],
        [1003, "枕套", "床品", None, None],
    )
    variants = book.create_sheet("SKU")
    _rows(
        variants,
        ["商品ID", "SKU编码", "规格", "颜色", "销售价", "库存"],
        [1001, "1001-A", "1.5米+1.8米通用", "白色", 299, 10],
        [1001, "1001-B", "2.0米", "白色", 349, 4],
        [1002, "1002-A", "150x200cm", "米色", "259元", 0],
        [1009, "1009-A", "48x74cm", "米色", 39, 5],
    )
    book.save(path)


def open_document(path: Path) -> None:
    """A sheet of LibreOffice, with the header one row down and one column in."""
    rows = (
        [],
        ["", "编号", "名称", "价格", "容量"],
        ["", "O1", "砂锅", "129元", "约2.5升"],
        ["", "O2", "蒸锅", "议价中", ""],
    )
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for key, name in names.items())
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            if cell
            else "<table:table-cell/>"
            for cell in row or [""]
        )
        + "</table:table-row>"
        for row in rows
    )
    sheet = f'<table:table table:name="锅具">{cells}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
        archive.writestr("META-INF/manifest.xml", manifest)


def sheets_of_their_own(path: Path) -> None:
    """Sheets with different headers, an empty one, and a hidden one with drop-down values."""
    book = Workbook()
    shoes = _sheet(book, "鞋靴")
    _rows(
        shoes,
        ["序号", "编号", "品名", "价格", "库存"],
        [1, "S1", "拖鞋", 59.0, 3.0],
        [2, "S2", "雨靴", "128元/双", None],
    )
    cups = book.create_sheet("杯子")
    _rows(
        cups, ["货号", "商品名称", "零售价", "容量"], ["C1", "马克杯", 39.9, "约380ml"], ["S1", "旅行杯", 89, "500ml"]
    )
    book.create_sheet("空")
    hidden = book.create_sheet("选项")
    hidden.sheet_state = "hidden"
    _rows(hidden, ["类目"], ["鞋靴"], ["杯子"])
    book.save(path)


def blanks_of_merged_cells(path: Path) -> None:
    """The same kind of table after it was saved as CSV: the merged cells left blanks, in the middle stands a
    heading."""
    path.write_text(
        """款号,名称,颜色,售价,库存,面料
—— 上装 ——,,,,,
K1,连帽卫衣,黑色,159,8,棉
,,白色,159,2,
,,灰色,贵,5,
K2,衬衫,白色,129,6,亚麻
,,蓝色,139,4,
K3,背心,白色,59,1,棉
""",
        encoding="utf-8",
    )


def dirty_prices(path: Path) -> None:
    """Every way to write a price."""
    cells = [
        "199元/件",
        "￥1,299",
        "RMB 88",
        "￥59.00-￥79.00",
        "1.2万",
        "１９９",
        "一百二十元",
        "面议",
        "免费",
        "-5",
        "待询 call us",
        "99元起",
    ]
    rows = [f'D{number},商品{number},"{cell}"' for number, cell in enumerate(cells, 1)]
    path.write_text("\n".join(["编号,名称,价格", *rows, ""]), encoding="utf-8")


def api_answer(path: Path) -> None:
    """Products wrapped in items below `data`, prices in cents, variants inside."""
    items = [
        {
            "rank": 1,
            "product": {
                "goodsId": 501,
                "goodsName": "折叠雨伞",
                "priceInCents": 8900,
                "variants": [
                    {"sku": "501-K", "color": "黑色", "price": "89.00", "stock": 3},
                    {"sku": "501-B", "color": "蓝色", "price": "95.00", "stock": 0},
                ],
                "specs": {"重量": "约380g", "伞骨": "8根"},
            },
        },
        {"rank": 2, "product": {"goodsId": 502, "goodsName": "雨衣", "priceInCents": 12950}},
        {"rank": 3, "product": {"goodsId": 503, "priceInCents": 100}},
        {"rank": 4, "product": {"goodsId": 504, "goodsName": "鞋套", "priceInCents": "n/a"}},
    ]
    _json(
        path,
        {"code": 0, "message": "ok", "data": {"page": 1, "total": 4, "items": items, "filters": [{"name": "价格"}]}},
    )


def by_id(path: Path) -> None:
    """A dictionary from id to product."""
    _json(
        path,
        {
            "P-1": {"name": "Enamel mug", "price": {"amount": "12.50", "currency": "USD"}, "stock": 4},
            "P-2": {"name": "Tin plate", "price": {"amount": "9.00", "currency": "USD"}, "stock": "sold out"},
            "P-3": {"name": "Ladle", "price": {"amount": "ask", "currency": "USD"}},
        },
    )


def by_category(path: Path) -> None:
    """Lists of products inside a list of categories."""
    kitchen = [{"id": "a", "title": "饭碗", "price": 19}, {"id": "b", "title": "筷子", "price": 9.9}]
    beds = [{"id": "c", "title": "枕头", "price": "79"}, "???"]
    categories = [{"id": 1, "name": "餐厨", "products": kitchen}, {"id": 2, "name": "床品", "products": beds}]
    _json(path, {"shop": {"name": "叮屿"}, "categories": categories})


def lines_of_json(path: Path) -> None:
    """One object a line; one is broken, one is no object, one has a list where a text belongs."""
    path.write_text(
        '{"id": 1, "name": "Kettle", "price": 39.0, "tags": ["kitchen"]}\n'
        '{"id": 2, "name": "Teapot", "price": \n'
        '["not", "an", "object"]\n'
        '{"id": 4, "name": ["Strainer", "fine"], "price": 5, "colour": ["steel", "gold"]}\n',
        encoding="utf-8",
    )


SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    "Variant SKU,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,"
    "Cost per item,Status"
)


def shopify(path: Path) -> None:
    """Variants and further pictures as rows below the first of a handle; a single variant is called "Default Title"."""
    path.write_text(
        f"""{SHOPIFY}
linen-shirt,Linen shirt,"<p>Light &amp; airy</p>",Hillside,Shirts,"summer, linen",TRUE,Size,S,Color,White,LS-S-W,3,49.00,59.00,https://cdn.example.com/shirt-1.jpg,1,18.00,active
linen-shirt,,,,,,,,M,,White,LS-M-W,0,49.00,59.00,https://cdn.example.com/shirt-2.jpg,2,18.00,
linen-shirt,,,,,,,,M,,Sand,LS-M-S,5,52.00,,,,18.00,
tote-bag,Tote bag,Canvas,Hillside,Bags,,TRUE,Title,Default Title,,,TB-1,20,19.00,,https://cdn.example.com/tote.jpg,1,6.00,active
tote-bag,,,,,,,,,,,,,,,https://cdn.example.com/tote-2.jpg,2,,
wool-socks,Wool socks,,Hillside,Socks,,TRUE,Size,S,,,WS-S,4,12.00,,,,3.00,active
wool-socks,,,,,,,,M,,,WS-M,4,ask us,,,,3.00,
""",
        encoding="utf-8",
    )


def google_feed(path: Path) -> None:
    """RSS 2.0 with variants of a group, a sale for good, a sale with dates, an item without a title."""
    jacket = {"item_group_id": "J", "color": "navy", "image_link": "https://img.example.com/j.jpg"}
    now, past = "2026-01-01T00:00+0000/2036-01-01T00:00+0000", "2020-01-01T00:00+0000/2020-02-01T00:00+0000"
    items = [
        {"id": "J-S", **jacket, "title": "Rain jacket – S", "size": "S", "price": "89.00 USD", "gtin": "4006381333931"}
        | {"availability": "in_stock", "shipping": "<g:country>US</g:country><g:price>5.00 USD</g:price>"},
        {"id": "J-M", **jacket, "title": "Rain jacket – M", "size": "M", "price": "95.00 USD", "gtin": "4006381333948"}
        | {"availability": "out_of_stock"},
        {"id": "H-1", "title": "Sun hat", "price": "29.00 USD", "sale_price": "21.75 USD", "brand": "Hillside"}
        | {"google_product_category": "Apparel &amp; Accessories &gt; Hats"},
        {"id": "B-1", "title": "Beach bag", "price": "40.00 USD", "sale_price": "30.00 USD"}
        | {"sale_price_effective_date": now},
        {"id": "B-2", "title": "Old bag", "price": "40.00 USD", "sale_price": "10.00 USD"}
        | {"sale_price_effective_date": past},
        {"id": "X-1", "price": "1.00 USD"},
    ]
    rows = "".join(
        f"<item>{''.join(f'<g:{name}>{text}</g:{name}>' for name, text in item.items())}</item>\n" for item in items
    )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
    )
    path.write_text(f"{head}<title>Hillside</title>\n{rows}</channel></rss>", encoding="utf-8")


def atom_feed(path: Path) -> None:
    path.write_text(
        """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>小铺</title>
<entry><g:id>E1</g:id><title>竹蒸笼</title><link href="https://shop.example.com/e1"/><g:price>79 CNY</g:price>
<g:product_detail><g:attribute_name>直径</g:attribute_name><g:attribute_value>24cm</g:attribute_value></g:product_detail></entry>
<entry><g:id>E2</g:id><title>砧板</title><link href="https://shop.example.com/e2"/><g:price>too much</g:price></entry>
</feed>""",
        encoding="utf-8",
    )


def saved_pages(path: Path) -> None:
    """An archive of saved pages: a product with one offer, a group with variants in a @graph, a page of questions."""
    kettle = {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": "K-1",
        "name": "Steel kettle",
        "brand": {"@type": "Brand", "name": "Hillside"},
        "image": ["https://img.example.com/k.jpg"],
        "additionalProperty": [{"@type": "PropertyValue", "name": "Capacity", "value": "1.7", "unitText": "l"}],
        "offers": {**_offer("49.90"), "availability": "https://schema.org/OutOfStock"},
    }
    shirt = {
        "@type": "ProductGroup",
        "productGroupID": "SH",
        "name": "Flannel shirt",
        "variesBy": ["https://schema.org/size"],
        "hasVariant": [
            {"@type": "Product", "sku": "SH-S", "size": "S", "offers": _offer(39)},
            {"@type": "Product", "sku": "SH-M", "size": "M", "offers": _offer(42)},
        ],
    }
    graph = {"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "Shirt"}, shirt]}
    aggregate = {"@type": "AggregateOffer", "lowPrice": "15", "highPrice": "25", "priceCurrency": "USD"}
    vase = {"@type": ["Product"], "name": "Vase", "offers": aggregate}
    answer = {"@type": "Answer", "text": "<p>Not yet.</p>"}
    question = {"@type": "Question", "name": "Do you ship abroad?", "acceptedAnswer": answer}
    questions = {"@type": "FAQPage", "mainEntity": [question]}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("saved/kettle.html", _page(json.dumps(kettle), "{broken json"))
        archive.writestr("saved/shirt.html", _page(f"<!-- {json.dumps(graph)} -->"))
        archive.writestr("saved/vase.html", _page(json.dumps(vase) + ";", json.dumps(questions)))
        archive.writestr("saved/logo.png", b"\x89PNG")


def _offer(price: Any) -> dict[str, Any]:
    return {"@type": "Offer", "price": price, "priceCurrency": "USD"}


def questions_table(path: Path) -> None:
    path.write_bytes(
        "问题,答案\n多久发货？,付款后48小时内发货。\n怎么退货？,\n多久发货,48小时内。\n可以开发票吗？,可以开电子普通发票。\n".encode(
            "gb18030"
        )
    )


TABLES: dict[str, Callable[[Path], None]] = {
    "价目表.csv": gbk_price_list,
    "export.csv": semicolons_with_decimal_commas,
    "lamps.csv": broken_quotes,
    "unicode.txt": unicode_text,
    "报价单.xlsx": merged_cells,
    "商品与SKU.xlsx": two_sheets_joined,
    "分类.xlsx": sheets_of_their_own,
    "锅具.ods": open_document,
    "卫衣.csv": blanks_of_merged_cells,
    "价格.csv": dirty_prices,
    "api.json": api_answer,
    "by_id.json": by_id,
    "分类.json": by_category,
    "goods.jsonl": lines_of_json,
    "products_export.csv": shopify,
    "feed.xml": google_feed,
    "atom.xml": atom_feed,
    "pages.zip": saved_pages,
    "问答.csv": questions_table,
}


def _sheet(book: Workbook, title: str = "Sheet1") -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    return sheet


def _rows(sheet: Worksheet, *rows: Sequence[Any]) -> None:
    for row in rows:
        sheet.append(list(row))


def _json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def _page(*scripts: str) -> str:
    parts = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return f"<!doctype html><html><head><title>x</title>{parts}</head><body><h1>Page</h1></body></html>"
