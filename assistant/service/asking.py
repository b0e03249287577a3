"""What the flow asks for as a form: the boxes a shopper may fill in instead of writing. Their message is in words that
the flow understands, so whoever types the same gets the same."""

from collections.abc import Mapping, Sequence

from assistant.forms import Field, Form, order_lookup
from assistant.service.steps import Told
from assistant.service.wordings import Words
from knowledge.model import Lang, Text

_MOST = 8  # choices in one box
_ALL = Text("全部", "everything")
# What is asked: the title of its form, the name of its box, what is sent.
_ASKED: Mapping[str, tuple[Text, Text, Text]] = {
    "which_of_orders": (Text("选择订单", "Choose an order"), Text("订单", "Order"), Text("订单 {it}", "Order {it}")),
    "which_items": (Text("选择商品", "Choose the item"), Text("商品", "Item"), Text("{it}", "{it}")),
    "which_reason": (Text("取消原因", "Reason"), Text("原因", "Reason"), Text("{it}", "{it}")),
    "which_payment": (Text("支付方式", "Payment"), Text("支付方式", "Payment"), Text("用{it}", "Use my {it}")),
    "pay_how": (Text("支付方式", "Payment"), Text("支付方式", "Payment"), Text("用{it}支付", "Pay with my {it}")),
    "which_visit": (Text("预约类型", "Kind of visit"), Text("类型", "Kind"), Text("{it}", "{it}")),
    "which_day": (Text("预约日期", "Day of the visit"), Text("日期", "Day"), Text("{it}", "{it}")),
    "which_title": (Text("发票抬头", "Invoice"), Text("公司名称", "Name"), Text("抬头：{it}", "In the name of {it}")),
    "which_phone": (Text("联系电话", "Phone"), Text("电话", "Phone"), Text("电话 {it}", "Phone {it}")),
    "choose_variant": (Text("选择款式", "Choose a version"), Text("款式", "Version"), Text("换成{it}", "{it}")),
    "which_substitute": (Text("选择款式", "Choose a product"), Text("款式", "Product"), Text("换成{it}", "{it}")),
}


def form_of(told: Sequence[Told], words: Words, lang: Lang) -> Form | None:
    """The form for what a reply asks last; None where nothing is asked that boxes would help with."""
    last = told[-1] if told else None
    if last is None:
        return None
    if last.key == "who_are_you_order":
        return order_lookup(lang)
    if last.key not in _ASKED:
        return None
    options = _options(last, words, lang)[:_MOST]
    title, label, message = _ASKED[last.key]
    box = Field("it", label(lang), "choice" if options else "text", options=tuple(options))
    return Form(title(lang), (box,), message(lang))


def _options(told: Told, words: Words, lang: Lang) -> list[str]:
    """What may be chosen; nothing where it has to be written."""
    data = told.data
    match told.key:
        case "which_of_orders":
            return [order.id for order in data["orders"]]
        case "which_items":
            return [*dict.fromkeys(line.name for line in data["lines"]), _ALL(lang)]
        case "which_reason":
            return list(data["reasons"])
        case "which_payment" | "pay_how":
            return [words.payment(one) for one in data["payments"]]
        case "which_visit":
            return [words.state(kind) for kind in data["kinds"]]
        case "choose_variant":
            return [", ".join(one.options.values()) for one in data["variants"]]
        case "which_substitute":
            return [one.id for one in data["substitutes"] if one.available]
        case _:
            return []
