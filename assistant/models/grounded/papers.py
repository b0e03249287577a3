"""What else of one's order one asks about, besides where it is."""

import re

_ASKED = {  # as `knowledge.model.Order.details` names it → asked so
    "invoice": re.compile(r"发票|开票|\binvoices?\b|\breceipt\b", re.I),
    "refund": re.compile(r"退款|退钱|\brefund|\bmoney back\b", re.I),
    "warranty": re.compile(r"保修|质保|\bwarranty\b|\bguarantee\b", re.I),
    "installation": re.compile(r"安装|上门|\binstall", re.I),
}


def papers(text: str) -> tuple[str, ...]:
    """The names of what a message asks about."""
    return tuple(name for name, pattern in _ASKED.items() if pattern.search(text))
