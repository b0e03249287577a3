"""The best basket (凑单): what to order together, which offer where, what to add, and every sum written out."""

from assistant.basket.request import Deal, Good, Parcel, Presale, Request, Shipping
from assistant.basket.rules import Bill, NotAllowed, Settlement, settle, settle_all
from assistant.basket.solve import NoPlan, Plan, solve

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
    "solve",
]
