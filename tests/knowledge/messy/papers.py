"""Manuals, questions and policies, as PDF, DOCX, Markdown and plain text."""

from collections.abc import Callable, Sequence
from pathlib import Path

from docx import Document

FONT, BODY, HEAD = "/F1", 11, 18


def pdf(path: Path, pages: Sequence[Sequence[tuple[str, int]]]) -> None:
    """A PDF of pages of (line, size) in any language. Its font is not embedded, as in many exports; a map to Unicode
    says what its codes mean (PDF 32000-1, 9.10.3)."""
    objects: list[bytes] = []

    def add(body: str | bytes) -> int:
        objects.append(body if isinstance(body, bytes) else body.encode("latin-1"))
        return len(objects)

    def stream(text: str) -> str:
        return f"<< /Length {len(text.encode('latin-1'))} >>\nstream\n{text}\nendstream"

    used = sorted({char for page in pages for line, _ in page for char in line})
    pairs = "\n".join(f"<{ord(char):04X}> <{ord(char):04X}>" for char in used)
    blocks = f"{len(used)} beginbfchar\n{pairs}\nendbfchar" if used else ""
    add("<< /Type /Catalog /Pages 2 0 R >>")
    add("")  # the pages, once their numbers are known
    add(
        "<< /Type /Font /Subtype /Type0 /BaseFont /Sans /Encoding /Identity-H "
        "/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
    )
    add(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Sans /CIDSystemInfo "
        "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 >>"
    )
    add(
        stream(
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
            f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{blocks}\nendcmap end end"
        )
    )
    kids = []
    for page in pages:
        drawn, top = ["BT"], 780
        for line, size in page:
            codes = "".join(f"{ord(char):04X}" for char in line)
            drawn.append(f"{FONT} {size} Tf 1 0 0 1 60 {top} Tm <{codes}> Tj")
            top -= size + 8
        content = add(stream("\n".join([*drawn, "ET"])))
        resources = f"<< /Font << {FONT} 3 0 R >> >>"
        size = "/MediaBox [0 0 595 842]"
        kids.append(add(f"<< /Type /Page /Parent 2 0 R {size} /Resources {resources} /Contents {content} 0 R >>"))
    numbers = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{numbers}] /Count {len(kids)} >>".encode()
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    data += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(data)


def manual_pdf(path: Path) -> None:
    """Three pages with a running head, numbered headings and page numbers."""
    running, foot = ("云岭电热水壶 使用说明书", BODY), "第 {} 页"
    pages = [
        [
            running,
            ("一、首次使用", HEAD),
            ("首次使用前，请加水至最高水位，烧开后倒掉，", BODY),
            ("重复两次。", BODY),
            (foot.format(1), BODY),
        ],
        [
            running,
            ("二、除垢", HEAD),
            ("每月除垢一次：加入500ml水和2勺柠檬酸，烧开后静置30分钟，再用清水冲洗。", BODY),
            ("请勿使用钢丝球擦洗内胆。", BODY),
            (foot.format(2), BODY),
        ],
        [running, ("三、安全提示", HEAD), ("底座请勿沾水。儿童请在成人看护下使用。", BODY), (foot.format(3), BODY)],
    ]
    pdf(path, pages)


def scanned_pdf(path: Path) -> None:
    pdf(path, [[], [], []])


def manual_docx(path: Path) -> None:
    """Two products in one document, told by headings; a table of data; a part that names no product."""
    document = Document()
    document.add_heading("护理指南 Care guide", 0)
    document.add_paragraph("感谢您的购买。")
    document.add_heading("羊毛围巾", 1)
    document.add_paragraph("30℃以下手洗，平铺晾干，不可烘干。")
    document.add_heading("防滑雨鞋", 1)
    document.add_paragraph("用湿布擦拭，避免暴晒。")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("鞋底", "TPR橡胶"), ("清洁剂", "中性")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(str(path))


def questions_docx(path: Path) -> None:
    """Questions in a table, one without an answer, and one marked Q/A."""
    document = Document()
    document.add_heading("FAQ", 0)
    table = document.add_table(rows=4, cols=2)
    rows = (
        ("Question", "Answer"),
        ("How do I pay?", "By card."),
        ("Is there a shop?", ""),
        ("Who are you?", "Hillside."),
    )
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("Q: Do you gift-wrap?")
    document.add_paragraph("A: Yes, for free.")
    document.save(str(path))


def questions_text(path: Path) -> None:
    path.write_bytes(
        """售前常见问题

1. 问：支持货到付款吗？
答：不支持货到付款。
可以扫码支付。

2. 问：尺码怎么选？ 答：按平时的鞋码选。
3. 问：会褪色吗？
4. 问：支持货到付款吗？
答：不支持。
""".encode("gbk")
    )


def questions_markdown(path: Path) -> None:
    path.write_text(
        """# 常见问题

## 多久能**发货**？

付款后48小时内发货。

## 如何申请退货

- 在订单页点“申请退货”
- 等待审核

## 联系方式

400-555-0142
""",
        encoding="utf-8",
    )


def policies_markdown(path: Path) -> None:
    path.write_text(
        """# 山间小铺售后政策

## 一、发货与运费

付款后24小时内发货，一般2-4天送达。满99元包邮，不满99元收取8元运费。

## 二、退换货

签收后7天内可无理由退货，3个工作日内退款。

## 三、质保

小家电质保期2年，数码配件质保期1年。

## 四、宠物友好

门店欢迎宠物。
""",
        encoding="utf-8",
    )


def policies_pdf(path: Path) -> None:
    lines = [
        ("Shipping and returns policy", HEAD),
        ("1. Shipping", 15),
        ("Orders over $50 ship free. We ship within 2 business days.", BODY),
        ("2. Returns", 15),
        ("You may return unused goods within 30 days.", BODY),
    ]
    pdf(path, [lines])


PAPERS: dict[str, Callable[[Path], None]] = {
    "云岭电热水壶说明书.pdf": manual_pdf,
    "扫描说明书.pdf": scanned_pdf,
    "护理指南.docx": manual_docx,
    "FAQ.docx": questions_docx,
    "售前.txt": questions_text,
    "常见问题.md": questions_markdown,
    "售后政策.md": policies_markdown,
    "policy.pdf": policies_pdf,
}
