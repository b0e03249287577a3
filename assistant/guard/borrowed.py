"""Whether a statement about a product stands on the shop's figures, which are about something else.

The shop gives ¥50 off, ships within 48 hours and repairs small appliances for two years; none of that makes "only ¥50",
"keeps hot for 48 hours" or "two years of warranty" true of a cup whose own facts say otherwise. What the shop alone
backs, without a word of offers or service, is therefore held against the products' own facts as well.
"""

import re
from dataclasses import replace

from assistant.guard.claims import Reading
from assistant.guard.sheet import index_of, squeeze
from knowledge.facts import Fact, Facts

_SHOP = ("policy:", "promotion:", "faq:")
_AFTER_OFFER = frozenset({"减", "off", "活动后", "after the offer"})
_OF_THE_SHOP = re.compile(
    r"满|减|券|折|惠|活动|促销|定金|预售|会员|[金银黑]卡|积分|赠|送|第[二2]件|凑|到手|返|红包|限时"
    r"|运费|邮|发货|发出|发走|寄|到货|[天日]到|配送|快递|物流|仓|退|换|发票|开票|付款|支付|客服|人工|电话|热线|价保|保价|补差"
    r"|签收|收货|偏远|每天|工作日|小时内|天内|规则|政策|便宜|贵"
    r"|\b(?:off|coupons?|vouchers?|codes?|offers?|promo\w*|deals?|discount\w*|members?\w*|deposit|gifts?|free|points|second"
    r"|ship\w*|deliver\w*|arriv\w*|dispatch\w*|warehouse|returns?|returned|refund\w*|exchang\w*|invoice\w*"
    r"|payments?|pay (?:by|with|within)"
    r"|daily|orders?|(?:business|working) days?|hotline|call|colleagues?|policy|remote|cheaper|dearer|expensive)\b"
)


def own_reading(reading: Reading, facts: Facts) -> Reading | None:
    """The sentence over the products' own facts; None when it doesn't stand on the shop's, or speaks of them."""
    borrowed = [fact for fact in reading.proofs if _is_borrowed(fact)]
    if not borrowed or not reading.index.known or _OF_THE_SHOP.search(reading.text):
        return None
    if any(len(fact.attribute) >= 3 and fact.attribute.lower() in reading.text for fact in borrowed):
        return None  # 小家电质保: by its own name
    if squeeze(reading.text).rstrip("。.!！~～") in _shop_text(facts):
        return None  # the shop's own words on it: an answer in its FAQ that names the products
    return replace(reading, index=index_of(_own(facts)), proofs=[], remarks=[], _sheets={})


def _own(facts: Facts) -> Facts:
    """Kept beside the facts it was taken from, which never change."""
    found: Facts | None = facts.__dict__.get("_guard_own")
    if found is None:
        found = facts.__dict__["_guard_own"] = Facts.of(fact for fact in facts if not _is_borrowed(fact))
    return found


def _shop_text(facts: Facts) -> str:
    """All that the shop says of itself, without spaces; kept like `_own`."""
    found: str | None = facts.__dict__.get("_guard_shop_text")
    if found is None:
        said = (squeeze(fact.value) for fact in facts if fact.subject.startswith(_SHOP))
        found = facts.__dict__["_guard_shop_text"] = "\n".join(said)
    return found


def _is_borrowed(fact: Fact) -> bool:
    return fact.subject.startswith(_SHOP) or (fact.kind == "computed" and fact.attribute in _AFTER_OFFER)
