"""Words, dates and numbers as the reader of the console wants them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from knowledge.model import Lang, Text

LABELS = {
    "ok": Text("通过", "Passed"),
    "unsupported": Text("无依据", "No source"),
    "contradicted": Text("不符", "Wrong"),
    "forbidden": Text("违规", "Unlawful"),
}
CHANNELS = {"chat": Text("聊天", "Chat"), "live": Text("直播", "Live")}
REASONS = {
    "asked": Text("顾客要求", "Asked for a person"),
    "low_confidence": Text("没有把握", "Not sure enough"),
    "failed": Text("几次没答上", "Failed repeatedly"),
    "anger": Text("顾客生气", "Upset"),
    "distress": Text("顾客求助", "In distress"),
    "policy": Text("政策规定", "Policy"),
    "legal": Text("法律风险", "Legal"),
    "vip": Text("重要顾客", "VIP"),
    "guard": Text("核验拦下", "Stopped by the guard"),
    "money": Text("金额较大", "Large sum"),
}


@dataclass(frozen=True, slots=True)
class Say:
    """One language."""

    lang: Lang

    def __call__(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def text(self, text: Text) -> str:
        return text(self.lang)

    def label(self, label: str) -> str:
        return LABELS[label](self.lang)

    def channel(self, channel: str) -> str:
        return CHANNELS[channel](self.lang) if channel in CHANNELS else channel

    def reason(self, reason: str) -> str:
        return REASONS[reason](self.lang) if reason in REASONS else reason or self("其他", "Other")

    def day(self, day: date) -> str:
        return f"{day.month}月{day.day}日" if self.lang == "zh" else f"{day.day} {day:%b}"

    def short_day(self, day: date) -> str:
        """For the axis of a plot."""
        return f"{day.month}/{day.day}" if self.lang == "zh" else f"{day.day}/{day.month}"

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """Month, day and minute on the shop's clock; the year only when it is another one."""
        local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone)
        year = "" if local.year == datetime.now(zone).year else self(f"{local.year}年", f" {local.year}")
        day = self.day(local.date())
        return f"{year}{day} {local:%H:%M}" if self.lang == "zh" else f"{day}{year}, {local:%H:%M}"

    def seconds(self, seconds: float | None) -> str:
        if seconds is None:
            return "—"
        if seconds < 1:
            return self(f"{seconds * 1000:.0f} 毫秒", f"{seconds * 1000:.0f} ms")
        if seconds < 10:
            return self(f"{seconds:.1f} 秒", f"{seconds:.1f} s")
        if seconds < 120:
            return self(f"{seconds:.0f} 秒", f"{seconds:.0f} s")
        return self(f"{seconds / 60:.0f} 分钟", f"{seconds / 60:.0f} min")

    def share(self, part: int, whole: int) -> str:
        return f"{part / whole:.0%}" if whole else "—"
