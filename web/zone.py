"""The shop's clock: days begin and end where the shop is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from knowledge.catalog import Catalog


def zone_of(catalog: Catalog) -> ZoneInfo:
    """The shop's time zone; UTC when its name means nothing on this machine."""
    try:
        return ZoneInfo(catalog.shop.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_range(since: date | None, until: date | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From the first day's beginning to the last day's end, in UTC as everything is stored."""
    first = begin(since, zone) if since else None
    return first, begin(until + timedelta(days=1), zone) if until else None


def begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def today_of(catalog: Catalog) -> str:
    """The day that it is in the shop, as YYYY-MM-DD; its time zone may change while the program runs."""
    return datetime.now(zone_of(catalog)).date().isoformat()
