"""Who waits for whom and how long: service hours, the estimate shoppers are given, and whom a conversation goes to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from types import MappingProxyType
from zoneinfo import ZoneInfo

from assistant.events import HandoffReason
from knowledge.model import Lang, Text
from knowledge.numerals import parse_zh

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
_SPAN = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+(?P<start>\d{1,2}:\d{2})-(?P<end>\d{1,2}:\d{2})", re.I
)
SHOWN_DAYS = (
    Text("周一", "Monday"), Text("周二", "Tuesday"), Text("周三", "Wednesday"), Text("周四", "Thursday"),
    Text("周五", "Friday"), Text("周六", "Saturday"), Text("周日", "Sunday"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hours:
    """When people answer. `week` maps a weekday (0 is Monday) to spans in minutes of its day; a span may end after
    midnight. An empty week means always."""

    zone: str = "UTC"  # IANA name
    week: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=lambda: MappingProxyType({}))
    holidays: frozenset[date] = frozenset()  # spans that begin on these days don't hold

    def open_at(self, at: datetime) -> bool:
        if not self.week:
            return self._local(at).date() not in self.holidays
        local = self._local(at)
        minute = local.hour * 60 + local.minute
        return any(
            start <= minute + back * DAY_MIN < end
            for back in (0, 1)  # yesterday's evening may reach into today
            for start, end in self._spans(local.date() - timedelta(days=back))
        )

    def next_opening(self, at: datetime) -> datetime | None:
        """When people come back; None when they are there, or not within the next month."""
        if self.open_at(at):
            return None
        today = self._local(at).date()
        for ahead in range(32):
            day = today + timedelta(days=ahead)
            for start, _ in sorted(self._spans(day)):
                begins = datetime(day.year, day.month, day.day, start // 60, start % 60, tzinfo=ZoneInfo(self.zone))
                if begins > at:
                    return begins
        return None

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def _spans(self, day: date) -> tuple[tuple[int, int], ...]:
        if day in self.holidays:
            return ()
        return self.week.get(day.weekday(), ()) if self.week else ((0, DAY_MIN),)


def parse_week(words: str) -> Mapping[int, tuple[tuple[int, int], ...]]:
    """ "mon-fri 09:00-12:00, mon-fri 13:00-18:00, sat 22:00-02:00"; ValueError says what can't be read."""
    week: dict[int, list[tuple[int, int]]] = {}
    for part in (part.strip() for part in words.split(",")):
        if not part:
            continue
        found = _SPAN.fullmatch(part)
        if found is None or found["first"].lower() not in DAYS or (found["last"] or "mon").lower() not in DAYS:
            raise ValueError(f"{part!r} is not a day and a time; write it like mon-fri 09:00-18:00")
        first = DAYS.index(found["first"].lower())
        last = DAYS.index(found["last"].lower()) if found["last"] else first
        start, end = _minutes(found["start"]), _minutes(found["end"])
        for ahead in range((last - first) % 7 + 1):
            week.setdefault((first + ahead) % 7, []).append((start, end if end > start else end + DAY_MIN))
    return MappingProxyType({day: tuple(spans) for day, spans in week.items()})


def _minutes(clock: str) -> int:
    hour, minute = (int(part) for part in clock.split(":"))
    if minute > 59 or hour * 60 + minute > DAY_MIN:
        raise ValueError(f"{clock} is not a time of day")
    return hour * 60 + minute


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """How people are called and kept to their word. Times in seconds."""

    hours: Hours = Hours()
    first_reply_s: int = 120  # a person's first answer, counted from the shopper's wish for one
    next_reply_s: int = 300  # every further answer
    offer_s: int = 60  # after which a conversation offered to one person is offered to another
    requeue_s: int = 600  # without an answer for so long, a conversation goes back into the queue
    cool_down_s: int = 900  # after a release, no automatic handoff for so long
    per_agent: int = 5  # conversations one person has at a time, unless set for that person
    amount: Decimal = Decimal(0)  # disputes about this much and more go to a person; 0: none do
    vip: tuple[str, ...] = ()  # levels of customers who are always given to a person

    def is_vip(self, level: str) -> bool:
        """Whether customers of that level go before others in the queue."""
        return level == "vip" or level in self.vip


# A release says "the bot can go on": what the bot concludes by itself must not undo it at once. Wishes of the shopper,
# and what must not wait, always count.
AUTOMATIC: frozenset[HandoffReason] = frozenset({"failed", "low_confidence", "guard", "vip", "money"})


@dataclass(frozen=True, slots=True)
class Release:
    """A person gave the conversation back to the bot."""

    at: datetime
    reason: str  # why a person had been called


def cooling(reason: HandoffReason, released: Release | None, at: datetime, settings: QueueSettings) -> bool:
    """Whether this handoff would only undo a release."""
    if released is None or reason not in AUTOMATIC:
        return False
    return at - released.at < timedelta(seconds=settings.cool_down_s)


_SUM = re.compile(
    r"(?:[¥￥$€£]|\b(?:rmb|cny|usd|eur|gbp)\s?)(?P<a>\d[\d,]*(?:\.\d+)?)(?P<wa>万|k\b)?"
    r"|(?P<b>\d[\d,]*(?:\.\d+)?)\s?(?P<wb>万|k\b)?\s?(?:元|块钱?|人民币|rmb|yuan|dollars?|bucks|usd|euros?|pounds?|刀)"
    r"|(?P<c>\d[\d,]*(?:\.\d+)?)\s?(?P<wc>万)"
    r"|(?:退款?|赔偿?|扣了?|补偿)(?:了?我)?\s?(?P<d>\d{3,6})(?![\dA-Za-z-])"  # 退款3000, with nothing said of money
    r"|(?P<z>[一二两三四五六七八九十][一二两三四五六七八九十百千]*)(?P<wz>万)?(?:多|来)?(?:元|块)",
    re.I,
)
_DISPUTE = re.compile(
    r"退(款|钱|回|我)|赔(偿|付|钱|我)?|补偿|多(扣|收|付)|少(发|退|给)|扣(了|款|钱)|没(收到|退)|纠纷|盗刷"
    r"|\b(refund|compensat\w*|charge ?back|overcharg\w*|(?:double|twice) charged"
    r"|charged\b.{0,24}\b(?:twice|double|again|too much)|charged twice|money back|(?:dollars|pounds|euros|yuan) back|"
    r"(?:you|shop|store) owes? me|reimburse\w*|stolen|missing)",
    re.I,
)


def disputed(text: str) -> Decimal:
    """The largest sum of money named in a message that is about getting money back; 0 when there is none."""
    if not _DISPUTE.search(text):
        return Decimal(0)
    sums = [Decimal(0)]
    for found in _SUM.finditer(text):
        digits = found["a"] or found["b"] or found["c"] or found["d"] or str(parse_zh(found["z"]) or 0)
        unit = found["wa"] or found["wb"] or found["wc"] or found["wz"] or ""
        sums.append(Decimal(digits.replace(",", "")) * {"万": 10_000, "k": 1000}.get(unit.lower(), 1))
    return max(sums)


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers."""

    name: str
    online: bool = True  # has the inbox open and is not away
    skills: frozenset[str] = frozenset()  # reasons of handoff this person is for; empty: all
    langs: frozenset[str] = frozenset()  # empty: all
    limit: int = 5
    load: int = 0  # conversations held now

    @property
    def free(self) -> int:
        return max(0, self.limit - self.load) if self.online else 0


def choose(reason: str, lang: Lang, agents: Sequence[Agent], passed: frozenset[str] = frozenset()) -> str:
    """Whom to offer a conversation: one who is there, has room, speaks the language and is for this; those made for it
    first, then the least loaded. Empty when there is nobody."""
    able = [
        agent
        for agent in agents
        if agent.free > 0
        and agent.name not in passed
        and (not agent.langs or lang in agent.langs)
        and (not agent.skills or reason in agent.skills)
    ]
    if not able:
        return ""
    return min(able, key=lambda one: (reason not in one.skills, one.load / one.limit, one.name)).name


def estimate(place: int, waits_s: Sequence[float], talks_s: Sequence[float], agents: Sequence[Agent]) -> int | None:
    """Seconds until somebody is there for the one at `place` (1 is next), from how long others waited and talked
    lately; None when nobody is there or nothing is known."""
    online = [agent for agent in agents if agent.online]
    if not online or not waits_s:
        return None
    pick_up = median(waits_s)
    behind = place - sum(agent.free for agent in online)
    if behind <= 0:
        return round(pick_up)
    if not talks_s:
        return None
    return round(pick_up + behind * median(talks_s) / sum(max(1, agent.limit) for agent in online))


_NOBODY = {"zh": "现在没有同事在线。", "en": "No colleague is online right now."}


def says_nobody(text: str) -> bool:
    """Whether a message told a shopper that nobody is there."""
    return text.startswith(tuple(_NOBODY.values()))


def offline_words(hours: Hours, at: datetime, lang: Lang) -> str:
    """That nobody is there now, when somebody will be, and what to do."""
    opens = hours.next_opening(at)
    zh = lang == "zh"
    back = ""
    if opens is not None and zh:
        back = f"我们会在{SHOWN_DAYS[opens.weekday()].zh} {opens:%m-%d %H:%M} 回来。"
    elif opens is not None:
        back = f" We are back on {SHOWN_DAYS[opens.weekday()].en}, {opens:%d %b, %H:%M}."
    if zh:
        return f"{_NOBODY[lang]}{back}请留下手机号或邮箱，写在这里就行，我们会尽早联系您。"
    return (
        f"{_NOBODY[lang]}{back} Please leave your phone number or e-mail address here and we will "
        "get back to you as soon as we can."
    )
