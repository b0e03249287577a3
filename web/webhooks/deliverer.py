"""Sends what is due, until the server stops. One for each server; several on one database share the work."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import structlog

from web.fetching import Fetcher, FetchError, Limits
from web.webhooks.book import Job, Try, Webhooks
from web.webhooks.signing import headers

log = structlog.get_logger("webhooks")

EVERY_S = 1.0
IN_ALL, FOR_ONE = 16, 4  # that are sent at the same time; a slow webhook holds up nobody else
ANSWER = Limits(most_bytes=64 * 1024, seconds=15.0)
CLEAR_EVERY_S = 3600.0
GOODBYE_S = 2.0


class Deliverer:
    def __init__(self, webhooks: Webhooks, fetcher: Fetcher, *, every_s: float = EVERY_S) -> None:
        self._webhooks = webhooks
        self._fetcher = fetcher
        self._every_s = every_s
        self._sending: dict[asyncio.Task[None], str] = {}  # task → webhook
        self._cleared = -CLEAR_EVERY_S

    @property
    def sending(self) -> int:
        return len(self._sending)

    async def run(self, stopping: asyncio.Event) -> None:
        try:
            while not stopping.is_set():
                try:
                    await self._round()
                except Exception as error:  # a database that is away for a moment must not end this for good
                    log.exception("webhooks were not looked after", error=type(error).__name__)
                await self._pause(stopping)
        finally:
            if self._sending:  # what is cut off here is sent again after its lease
                await asyncio.wait(self._sending, timeout=GOODBYE_S)
            for task in self._sending:
                task.cancel()

    async def _round(self) -> None:
        if time.monotonic() - self._cleared > CLEAR_EVERY_S:
            await asyncio.to_thread(self._webhooks.clear_away)
            self._cleared = time.monotonic()
        if not await asyncio.to_thread(self._webhooks.anything):
            return
        await asyncio.to_thread(self._webhooks.collect)
        while (free := IN_ALL - len(self._sending)) > 0:
            counts = Counter(self._sending.values())
            busy = [webhook for webhook, count in counts.items() if count >= FOR_ONE]
            jobs = await asyncio.to_thread(self._webhooks.take, min(free, FOR_ONE), busy)
            for job in jobs:
                task = asyncio.create_task(self._send(job), name=f"webhook {job.delivery.id}")
                self._sending[task] = job.delivery.webhook_id
                task.add_done_callback(lambda done: self._sending.pop(done, None))
            if not jobs:
                return

    async def _pause(self, stopping: asyncio.Event) -> None:
        """Until something may be due: a while, or as soon as there is room again for more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._every_s):
                await stopping.wait()

    async def _send(self, job: Job) -> None:
        try:
            tried = await self._tried(job)
            state = await asyncio.to_thread(self._webhooks.note, job, tried)
        except Exception as error:  # one webhook must not stop the others; its lease ends and it is tried again
            log.exception("a webhook failed", webhook=job.delivery.webhook_id, error=type(error).__name__)
            return
        level = log.info if state == "delivered" else log.warning
        level("webhook", webhook=job.delivery.webhook_id, kind=job.delivery.kind, status=tried.status, state=state)

    async def _tried(self, job: Job) -> Try:
        body, started = job.delivery.body.encode(), time.perf_counter()
        signed = headers(job.keys, job.delivery.message_id, int(time.time()), body)
        try:
            answer = await self._fetcher.post(job.url, body, headers=signed, limits=ANSWER)
        except FetchError as error:
            return Try(0, str(error), _ms(started))
        return Try(answer.status, "", _ms(started), wait_of(answer.headers.get("retry-after", "")))


def wait_of(retry_after: str, now: datetime | None = None) -> int:
    """Seconds that `Retry-After` asks for, as a number or a date; 0 when it says nothing."""
    if retry_after.strip().isdecimal():
        return int(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, int((at - (now or datetime.now(UTC))).total_seconds()))


def _ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
