"""The door: a live room on air, from its first greeting to its goodbye."""

import asyncio
import contextlib
import json
import time
import uuid
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from assistant.hearing import Ears
from assistant.hostwords import HostWords
from assistant.listening import Heard
from assistant.messages import ModelError
from assistant.points import PointBook
from assistant.script import zone_of
from assistant.script_store import ScriptStore, new_id
from assistant.script_words import MARGIN_S, WINDOW_S, Wordings
from avatar.face import Face
from avatar.performer import Performer
from knowledge.catalog import Catalog
from knowledge.model import Product
from knowledge.store import Store
from streaming.adaptive import Bitrate
from streaming.airings import Airings
from streaming.audience import Audience, Taken
from streaming.audience_questions import understand
from streaming.audience_words import clean as clean_comment
from streaming.comments import Comment, CommentKind
from streaming.comments.steady import SteadySource
from streaming.control import DIRECTIONS, ControlServer, RoomError, Sounding
from streaming.dictation import Dictation
from streaming.director import Answerer, Director, DirectorParts, DirectorSettings
from streaming.director_prompter import Writer
from streaming.encoder import Encoder
from streaming.freshness import Freshness, Review
from streaming.health import Health
from streaming.interest import Interest
from streaming.journal import Journal
from streaming.microphone import Microphone, Occupied
from streaming.packets import Sink, SinkStatus
from streaming.phrases import LABELS, Phrases
from streaming.records import LeftOpen, Records
from streaming.reminding import Reminders
from streaming.responses import Responses
from streaming.runsheet import Plan, RunSheet
from streaming.scene import Scene
from streaming.settings import Lang, RoomSettings
from streaming.showing import Showing
from streaming.sinks.address import check, redact
from streaming.sinks.outputs import open_hls, open_output, open_recording
from streaming.sinks.preview import FlvPreview
from streaming.sinks.targets import RollingTarget
from streaming.sound.mixer import Sound
from streaming.sound.music import Playlist
from streaming.spares import RoomSpares
from streaming.stage import Begun, Pace, Stage, WallPace
from streaming.standby import Standby
from streaming.steady_face import SteadyFace
from streaming.view import Bubble

log = structlog.get_logger(__name__)

_WATCH_S = 0.4  # how often the catalogue is asked whether a figure on the card has changed
_OUTPUTS_S = 1.0
_STILL_WAITING_S = 90.0  # a viewer whose question is older has gone
_SCRIBE_RESTS_S = 60.0  # after a model failed
_KEYS = 5000  # platforms' ids of comments that are remembered
_GOODBYE_S = 2.2
_SINKS_S = 1.2
_EVENTS = 200  # kept for a slow listener; the oldest go first


@dataclass(frozen=True, slots=True)
class RoomParts:
    """What a room is made of. The room closes none of it."""

    catalog: Catalog
    store: Store
    writer: Writer
    answerer: Answerer
    review: Review
    performer: Performer
    face: Face
    wordings: Wordings = field(default_factory=Wordings)  # the writer's: what either says, the other does not repeat
    scribe: Callable[[str, Lang], Awaitable[int]] | None = None  # has a model write wordings for a product
    sources: tuple[SteadySource, ...] = ()
    interest: Interest = field(default_factory=Interest)
    warm: Callable[[], None] | None = None  # loads what the first answer needs, while the picture is already on air
    pace: Pace | None = None  # the wall's clock unless given
    ears: Ears | None = None  # who writes down what a person says at the microphone
    standbys: tuple[Standby, ...] = ()  # what may have stepped in for a voice or a face, for the status


class Room:
    """One room. `run` returns after the goodbye; everything else is called on the same event loop while it runs."""

    def __init__(self, settings: RoomSettings, parts: RoomParts) -> None:
        for output in settings.outputs:
            check(output)
        self.settings, self._parts = settings, parts
        self._picture = Showing(parts.catalog, settings, parts.review)
        self._shop = settings.title or parts.catalog.shop.name(settings.lang)
        self._run_id = uuid.uuid4().hex[:8]  # this time on air
        self._health = Health(settings.fps)
        self._fresh = Freshness(parts.catalog, parts.review)
        self._records = Records(parts.store, settings.room)
        self._airings = Airings(parts.store, settings.room, self._run_id)
        self._uttering: dict[str, Any] = {}  # the sentence whose clauses sound
        self._clause_ms: int | None = None  # where in the stream the clause that sounds began
        self._microphone = Microphone(parts.performer, settings.fps)
        self._person_ms = 0  # where in the stream a person began to speak
        self._dictation = Dictation(parts.ears, settings.lang) if parts.ears is not None else None
        self._journal = Journal()
        self._now = (parts.pace or WallPace()).now
        self._responses = Responses(PointBook(parts.store), parts.catalog, self._journal.later, self._now)
        self._audience = Audience(on_end=self._comment_ended, on_air=self._on_air_now, clock=self._now)
        mark = aigc_mark(settings.operator or parts.catalog.shop.id, settings.room)
        self._encoder = Encoder(settings, mark)
        self._scene = Scene(settings, parts.face.size)
        self._kbps = settings.video_kbps
        self._bitrate = Bitrate(settings.video_kbps, settings.least_kbps)
        words = LABELS[settings.lang]
        self._spares = RoomSpares(settings, mark, parts.face.size, self._picture.view(""), words["moment"])
        self._music = Playlist(settings.music, settings.folder, settings.music_lufs) if settings.music else None
        self._sound = Sound(settings.fps, self._music, duck_db=settings.music_duck_db)
        self._preview = FlvPreview(self._encoder.format)
        self._sinks: list[Sink] = []
        self._listeners: set[asyncio.Queue[dict[str, Any]]] = set()
        self._stopping = asyncio.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._shown: tuple[str, object, Bubble | None] = ("", None, None)  # product, what its card rests on, question
        self._showing = asyncio.Lock()
        self._ended: Counter[str] = Counter()
        self._keys: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._stage: Stage
        self._director: Director
        self._sheet: RunSheet

    async def run(self) -> None:
        """Go on air. Raises RoomError when the room cannot start or has lost its picture."""
        self._loop = asyncio.get_running_loop()
        self.settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        control = ControlServer(self, self.settings.folder / "control.sock")
        await control.start()
        try:
            await self._on_air()
        finally:
            await control.close()
            await asyncio.to_thread(self._journal.close)
        if self._failure is not None:
            raise RoomError(f"the picture was lost: {type(self._failure).__name__}: {self._failure}")

    def stop(self) -> None:
        """Say goodbye and end within a few seconds, however the outputs are."""
        self._stopping.set()

    def status(self) -> dict[str, Any]:
        director = getattr(self, "_director", None)
        outputs = [asdict(sink.status()) for sink in self._sinks]
        troubles = [f"{each['name']}: {each['reason']}" for each in outputs if each["reason"]]
        if director is not None and director.trouble:
            troubles.insert(0, director.trouble)
        told: list[Standby] = [self._bitrate, self._journal, *self._parts.standbys]
        if director is not None:
            told.append(self._stage)
        if self._music is not None:
            told.append(self._music)
        troubles += filter(None, (each.trouble for each in self._parts.sources))
        troubles += filter(None, (each.trouble for each in told))
        if isinstance(face := self._parts.face, SteadyFace):
            self._health.spent("face", face.spent_s)
        return {
            "room": self.settings.room,
            "state": "stopping" if self._stopping.is_set() else "on_air",
            "title": self._shop,
            "lang": self.settings.lang,
            "width": self.settings.width,
            "height": self.settings.height,
            "on_air_s": round(self._health.frames / self.settings.fps, 1),
            "kind": director.kind if director is not None else "",
            "subtitle": self._stage.subtitle if director is not None else "",
            "product_id": director.product_id if director is not None else "",
            "encoder": self._stage.codec if director is not None else self._encoder.codec,
            "video_kbps": self._kbps,
            "outputs": outputs,
            "viewers": self._preview.viewers,
            "questions_waiting": self._audience.waiting,
            "comments": dict(self._ended),  # how those of this run ended
            "direction": director.state if director is not None else {},
            "message": "; ".join(troubles),
            "health": self._health.figures(),
        }

    def comment(self, author: str, text: str, source: str = "api", kind: CommentKind = "text", key: str = "") -> str:
        """Take what a viewer wrote or did; returns its id. The `comment_ended` event tells what became of it.

        `key`: the platform's own id; what comes in again with the same source and key is the same comment.
        """
        if self._journal.full:
            raise RoomError("too many comments at once; try again in a moment")
        comment = Comment(author[:80], text[:4000], source, kind=kind, key=key[:200])
        if key and (known := self._known(comment)):
            return known
        cleaned = clean_comment(comment.text)
        meaning, on_air = understand(cleaned, self._on_air_now()), self._director.product_id
        self._journal.later(
            self._records.comment, comment.id, author, source, cleaned,
            kind=kind, lang=meaning.lang, intent=meaning.intent, product_id=on_air,
        )  # fmt: skip
        if kind != "text" or meaning.intent:
            self._parts.interest.note(on_air, kind, cleaned)
            self._responses.happened(on_air, kind, cleaned)
        told = {"id": comment.id, "author": author[:80], "text": cleaned, "source": source, "kind": kind}
        self._emit({"type": "comment", **told, "intent": meaning.intent, "lang": meaning.lang})
        self._admit(comment)
        return comment.id

    def _on_air_now(self) -> Product | None:
        on_air = self._director.product_id
        return self._parts.catalog.product(on_air) if on_air else None

    def clicked(self, product_id: str) -> None:
        """A viewer opened a product's page; what the shop does not have counts for nothing."""
        if self._parts.catalog.product(product_id) is not None:
            self._parts.interest.note(product_id, "click", "")
            self._responses.happened(product_id, "click", "")

    def _known(self, comment: Comment) -> str:
        """The id under which this very comment came in before; platforms deliver at least once."""
        place = (comment.source, comment.key)
        if place in self._keys:
            return self._keys[place]
        self._keys[place] = comment.id
        if len(self._keys) > _KEYS:
            self._keys.popitem(last=False)
        return ""

    def _take_up(self, left: LeftOpen) -> None:
        """A comment from before a crash is answered after all, unless it was being answered or has become old."""
        comment = Comment(left.author, left.text, left.source, left.id)
        if left.spoken:
            self._comment_ended(comment, Taken("answered", "the room was restarted amid the answer"))
        elif left.age_s > _STILL_WAITING_S:
            self._comment_ended(comment, Taken("ignored", "the room was restarted before it could be answered"))
        else:
            self._admit(comment)

    def _admit(self, comment: Comment) -> None:
        taken = self._audience.take(comment)
        if taken.outcome == "waiting":
            self._director.comment(comment, taken)
        else:
            self._comment_ended(comment, taken)

    async def insert(self, text: str, urgent: bool = False) -> dict[str, Any]:
        """Have a line said next, as far as the guard passes it; returns the verdict. `urgent`: at once."""
        verdict = self._parts.review(text[:500], (self._director.product_id,))
        if not verdict.text.strip():  # never said, yet the report must know that it was stopped
            product = self._director.product_id
            self._journal.later(self._records.said, uuid.uuid4().hex, "inserted", verdict, product_id=product)
        elif not self._director.insert(verdict, urgent=urgent):
            raise RoomError("too many lines are waiting to be said; try again in a moment")
        reasons = [span.reason for span in verdict.spans if span.label != "ok"]
        return {"label": verdict.label, "original": verdict.original, "text": verdict.text, "reasons": reasons}

    async def direct(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """What a person decides; returns how the room stands then. Raises RoomError when it cannot be done."""
        director, product = self._director, str(given.get("product_id") or "")
        match what:
            case "pin" | "show" if not product:
                raise RoomError("name the product: product_id")
            case "pin" | "show":
                if not (director.pin(product) if what == "pin" else director.go_to(product)):
                    raise RoomError(f"{product} is not in stock, or there is no such product")
            case "unpin":
                director.pin("")
            case "next":
                director.go_to()
            case "pause":
                director.pause()
            case "take_over":
                director.take_over()
            case "resume":
                director.resume()
            case "plan":
                await self._change_plan(given.get("plan") or {})
            case _:
                raise RoomError(f"a room can {', '.join(DIRECTIONS)}; not {what!r}")
        return {**director.state, "plan": self._sheet.plan.to_json()}

    async def _change_plan(self, document: Mapping[str, Any]) -> None:
        try:
            plan = Plan.from_json(document)
        except ValueError as error:
            raise RoomError(str(error)) from error
        self._sheet.change(plan)
        await self._journal.now(self._records.save_plan, plan.to_json())

    def listen(self, rate: int) -> Sounding:
        """A person's microphone: the script and the answers wait until it is closed. Raises RoomError while another is
        open, ValueError for an impossible rate."""
        try:
            listened = self._microphone.listen(rate, self._person_speaks)
        except Occupied as error:
            raise RoomError(str(error)) from None
        if self._dictation is None:
            return listened
        return self._dictation.beside(listened, rate, partial(self._person_said, self._person_ms))

    def _person_said(self, begin_ms: int, heard: Heard) -> None:
        """Drafts are shown at the desk. Sentences go on record as they were heard, and the desk is told where the
        guard would have spoken otherwise: the person has said it already."""
        event: dict[str, Any] = {"type": "heard", "text": heard.text, "final": heard.final}
        if heard.final:
            start_ms = begin_ms + max(1, round(heard.start_s * 1000))
            self._journal.later(self._airings.begin, "said", start_ms, heard.text)
            self._journal.later(self._airings.end, start_ms, begin_ms + round(heard.end_s * 1000))
            verdict = self._parts.review(heard.text, (self._director.product_id,))
            event |= {"label": verdict.label, "instead": verdict.text if verdict.changed else ""}
        self._emit(event)

    def _person_speaks(self, speaking: bool) -> None:
        self._director.listen(speaking)
        at_ms = round(self._health.frames / self.settings.fps * 1000)
        if speaking:
            self._person_ms = at_ms
            self._journal.later(self._airings.begin, "said", at_ms, LABELS[self.settings.lang]["person"])
        else:
            self._journal.later(self._airings.end, self._person_ms, at_ms)
        self._emit({"type": "microphone", "open": speaking})

    async def transcript(self, limit: int) -> list[dict[str, Any]]:
        """The newest sentences with their verdicts, oldest first."""
        rows = await self._journal.now(self._records.transcript, max(1, min(limit, 1000)))
        return [{**row, "at": row["at"].isoformat()} for row in rows]

    async def events(self) -> AsyncGenerator[dict[str, Any], None]:
        """What happens from now on; a listener that is too slow loses the oldest."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_EVENTS)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    def preview(self) -> AsyncGenerator[bytes, None]:
        return self._preview.watch()

    # On air

    async def _on_air(self) -> None:
        settings, parts = self.settings, self._parts
        left_open: list[LeftOpen] = await self._journal.now(self._records.left_open)
        self._sheet = await self._planned()
        await self._journal.now(self._records.save_runsheet, self._sheet.order(parts.catalog.products()))
        self._sinks = [open_output(each, self._encoder.format, self._output_changed) for each in settings.outputs]
        self._sinks.append(self._preview)
        if settings.hls:
            self._sinks.append(open_hls(settings.folder / "hls", self._encoder.format))
        if settings.recordings is not None:
            target = RollingTarget(
                folder=settings.recordings,
                run=self._run_id,
                keep_days=settings.keep_days,
                piece_s=settings.piece_s,
                spare_bytes=settings.spare_mb << 20,
            )
            self._sinks.append(open_recording(target, self._encoder.format, self._output_changed))
        view = self._picture.view("")
        await asyncio.to_thread(self._scene.prepare, view)
        self._stage = Stage(
            self._microphone,
            parts.face,
            self._scene,
            self._encoder,
            self._sinks,
            sound=self._sound,
            view=view,
            fps=settings.fps,
            health=self._health,
            on_begun=self._begun,
            on_failed=self._failed,
            spares=self._spares,
            pace=parts.pace,
        )
        self._director = Director(
            DirectorSettings(lang=settings.lang, persona=settings.persona),
            DirectorParts(
                shelf=parts.catalog,
                writer=parts.writer,
                scripts=ScriptStore(parts.store, settings.room),
                new_id=new_id,
                answerer=parts.answerer,
                review=parts.review,
                voice=parts.performer,
                stage=self._stage,
                records=self._records,
                journal=self._journal,
                audience=self._audience,
                runsheet=self._sheet,
                phrases=await asyncio.to_thread(self._phrases),
                reminders=await self._reminders(),
                told=self._responses.told,
                show=self._show,
                emit=self._emit,
                end=self._comment_ended,
            ),
        )
        for comment in left_open:
            self._take_up(comment)
        log.info("on air", room=settings.room, outputs=[redact(each) for each in settings.outputs])
        if self._music is not None:
            self._music.start()
        self._stage.start()
        try:
            await self._until_stopped()
        finally:
            await self._end()

    async def _planned(self) -> RunSheet:
        """The run sheet as the merchant set it; products named at the start go before those of the plan."""
        try:
            plan = Plan.from_json(await self._journal.now(self._records.plan))
        except ValueError as error:
            log.warning("the run sheet cannot be read; the whole catalogue goes on air", reason=str(error))
            plan = Plan()
        if self.settings.products:
            plan = replace(plan, products=self.settings.products)
        since = datetime.now(UTC) - timedelta(hours=2)
        interest = self._parts.interest
        interest.remember(await self._journal.now(self._records.asked, since))
        zone = zone_of(self._parts.catalog.shop)
        return RunSheet(plan, demand=interest.demand, clock=lambda: datetime.now(zone))

    def _phrases(self) -> Phrases:
        """The host's words between script and answers; what was said before a restart is not said again."""
        settings, wordings = self.settings, self._parts.wordings
        since = datetime.now(UTC) - timedelta(seconds=WINDOW_S + MARGIN_S)
        wordings.remember(self._records.lately(since))
        persona = HostWords(self._parts.store).persona(settings.persona)
        lang = settings.lang
        return Phrases(lang, self._shop, wordings, persona.manner(lang), persona.heads(lang))

    async def _reminders(self) -> Reminders:
        last = await self._journal.now(self._records.reminded)
        age_s = float("inf") if last is None else (datetime.now(UTC) - last).total_seconds()
        return Reminders(self.settings.reminder_min * 60, self._now, age_s)

    async def _until_stopped(self) -> None:
        tasks = [
            asyncio.create_task(self._director.run(), name="director"),
            asyncio.create_task(self._watch_catalogue(), name="catalogue"),
            asyncio.create_task(self._watch_outputs(), name="outputs"),
            asyncio.create_task(self._warm(), name="warm"),
            asyncio.create_task(self._write_ahead(), name="scribe"),
            *(asyncio.create_task(self._listen(source)) for source in self._parts.sources),
        ]
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait(
                [stopping, *tasks[:3]], timeout=self.settings.seconds, return_when=asyncio.FIRST_COMPLETED
            )
            self._stopping.set()
            for task in done - {stopping}:
                task.result()  # none ends by itself: an error comes out here
        finally:
            for task in (stopping, *tasks):
                task.cancel()
            await asyncio.gather(stopping, *tasks, return_exceptions=True)

    async def _end(self) -> None:
        """Goodbye, last packets, sinks; bounded, so that a dead server or voice cannot hold the process."""
        self._sound.end()
        if self._failure is None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await self._director.goodbye()
        await asyncio.to_thread(self._stage.stop)
        await asyncio.gather(*(asyncio.to_thread(sink.close, _SINKS_S) for sink in self._sinks))
        if self._music is not None:
            self._music.close()
        if self._dictation is not None:
            await self._dictation.close()
        await self._journal.now(self._records.close_waiting, "the room went off air")
        self._emit({"type": "ended"})
        log.info("off air", room=self.settings.room, **self._health.figures())

    async def _warm(self) -> None:
        if self._parts.warm is not None:
            try:
                await asyncio.to_thread(self._parts.warm)
            except Exception:  # the first answer will meet the same error, and is told of it there
                log.exception("warming up failed")

    async def _write_ahead(self) -> None:
        """Have a model word the products one after the other, while the host talks; without one nothing is missing."""
        write = self._parts.scribe
        if write is None:
            return
        for product in list(self._parts.catalog.products()):
            try:
                await write(product.id, self.settings.lang)
            except ModelError as error:
                log.warning("the model wrote no lines", product=product.id, reason=str(error))
                await asyncio.sleep(_SCRIBE_RESTS_S)

    async def _listen(self, source: SteadySource) -> None:
        async with contextlib.aclosing(source.comments()) as comments:
            async for comment in comments:
                with contextlib.suppress(RoomError):  # the disk is behind: as many as it can take
                    self.comment(comment.author, comment.text, comment.source, comment.kind, comment.key)

    async def _watch_catalogue(self) -> None:
        """A price that changes, and an offer that ends, are seen on the card within a second."""
        while True:
            await asyncio.sleep(_WATCH_S)
            product_id, stand, bubble = self._shown
            counted = self._picture.countdown(product_id)
            if product_id and (stand != self._fresh.subject(product_id) or counted != self._stage.view.countdown):
                await self._show(product_id, bubble)

    async def _watch_outputs(self) -> None:
        """The picture takes less while the network is slow."""
        while True:
            await asyncio.sleep(_OUTPUTS_S)
            kbps = self._bitrate.look([sink.status() for sink in self._sinks], time.monotonic())
            if kbps != self._kbps:
                log.info("the picture takes another bitrate", room=self.settings.room, kbps=kbps)
                self._kbps = kbps
                self._stage.aim(kbps)

    async def _show(self, product_id: str, bubble: Bubble | None) -> None:
        """Bring a product's card on the picture, with what the catalogue says at this moment."""
        async with self._showing:
            stand = self._fresh.subject(product_id)
            view = self._picture.view(product_id, bubble)
            card = view.card
            await asyncio.to_thread(self._scene.prepare, view)
            changed = self._stage.view.card != card
            self._stage.show(view)
            self._shown = (product_id, stand, bubble)
        if changed and card is not None:
            at_ms = round(self._health.frames / self.settings.fps * 1000)
            words = f"{card.title} {card.currency}{card.price}" if card.price else card.title
            self._journal.later(self._airings.begin, "shown", at_ms, words, product_id=product_id)
        if changed and product_id:
            self._emit({"type": "product", "product_id": product_id, "price": card.price if card else ""})

    # From other threads

    def _begun(self, begun: Begun) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._heard, begun)

    def _failed(self, error: BaseException) -> None:
        assert self._loop is not None
        self._failure = error
        self._loop.call_soon_threadsafe(self._stopping.set)

    def _output_changed(self, status: SinkStatus) -> None:
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._emit, {"type": "output", **asdict(status)})

    # Telling

    def _heard(self, begun: Begun) -> None:
        """A clause begins to sound, or silence: the last one is over."""
        at_ms = round(begun.at_s * 1000)
        if self._clause_ms is not None:
            self._journal.later(self._airings.end, self._clause_ms, at_ms)
            self._clause_ms = None
        if not begun.stamp:
            return
        self._director.begun(begun)
        if text := self._stage.captioned(begun.stamp):
            of = {name: str(self._uttering.get(name, "")) for name in ("id", "product_id")}
            self._journal.later(
                self._airings.begin, "said", at_ms, text, utterance_id=of["id"], product_id=of["product_id"]
            )
            self._clause_ms = at_ms

    def _emit(self, event: dict[str, Any]) -> None:
        if event["type"] == "said":
            self._uttering = event
        event = {**event, "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    def _comment_ended(self, comment: Comment, taken: Taken) -> None:
        self._ended[taken.outcome] += 1
        self._journal.later(self._records.comment_ended, comment.id, taken.outcome, taken.reason, taken.merged_into)
        self._emit(
            {
                "type": "comment_ended",
                "id": comment.id,
                "outcome": taken.outcome,
                "reason": taken.reason,
                "merged_into": taken.merged_into,
                # Where a private matter can go on; a collector may send it to the viewer.
                "link": f"/product/{self._director.product_id}" if taken.kind == "private" else "",
            }
        )


def aigc_mark(producer: str, room: str) -> tuple[tuple[str, str], ...]:
    """The implicit label that GB 45438-2025 wants in the container: this content is made by an AI."""
    made = f"{room}-{uuid.uuid4().hex}"
    allowed = "".join(char for char in producer if "!" <= char <= "~" and char not in '"\\') or "unknown"
    mark = {
        "Label": "1",
        "ContentProducer": allowed,
        "ProduceID": made,
        "ReservedCode1": "",
        "ContentPropagator": allowed,
        "PropagateID": made,
        "ReservedCode2": "",
    }
    return (("AIGC", json.dumps(mark, separators=(",", ":"))),)
