"""The best basket (凑单): what to order together, which offer where, what to add, and every sum written out.

`assistant.basket.solve` stands apart: the solver takes a while to import, so only who solves imports it.
"""

from assistant.basket.plan import NoPlan, Plan
from assistant.basket.request import Deal, Good, Parcel, Presale, Request, Shipping
from assistant.basket.rules import Bill, NotAllowed, Settlement, settle, settle_all

__all__ = [
    "Bill",
    "Deal",
    "Good",
    "NoPlan",
    "NotAllowed",
    "Parcel",
    "Plan",
    "Presale",
    "Request",
    "Settlement",
    "Shipping",
    "settle",
    "settle_all",
]
