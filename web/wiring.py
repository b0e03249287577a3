"""The only place where concrete objects are built. Heavy parts are imported by whoever needs them, when they do."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.settings import AssistantSettings
from knowledge.settings import KnowledgeSettings
from web.rooms import Client, RoomPlan
from web.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from assistant.assistant import Assistant
    from assistant.conversation import Conversations
    from assistant.guard.guard import Guard
    from assistant.guard.verdict import Verdict
    from assistant.hearing import Ears
    from assistant.hostwords import Persona
    from assistant.messages import Model
    from assistant.orderbook import OrderBook
    from assistant.pictures import Pictures
    from assistant.proactive.reminders import Reminders
    from assistant.proactive.switches import Mode
    from assistant.queue import QueueSettings
    from assistant.script_model import ModelWriter
    from assistant.service.desk import ServiceDesk
    from assistant.service.shop import ServiceShop
    from assistant.service.shops.http import MerchantShop
    from assistant.staffroom import StaffRoom
    from assistant.translating import Translator
    from avatar.face import Face
    from avatar.voice import Voice
    from knowledge.catalog import Catalog
    from knowledge.model import Lang
    from streaming.comments.steady import SteadySource
    from streaming.room import Room
    from streaming.scene import Scene
    from streaming.settings import RoomSettings
    from streaming.showing import Showing
    from streaming.standby import SteadyVoice
    from streaming.steady_face import SteadyFace
    from web.mirror import Mirror
    from web.music import Tracks
    from web.portraits import Portraits
    from web.presence import Presence
    from web.services import Services
    from web.team import Team

DEMO_ROOM = "demo"
TURNING = ("drawn", "photo")  # faces that look to the side where the card is
DEMO_SHOP = Path(__file__).parents[1] / "knowledge" / "demo"
EMBEDDED_POLICY = Path(__file__).parents[1] / "assistant" / "service" / "data" / "embedded.yaml"


def knowledge_settings(settings: Settings, *, keeps_index: bool = False) -> KnowledgeSettings:
    """`keeps_index`: this process lives long enough to keep the vectors in Chroma, whose import alone takes 2.5 s. The
    embedded embedder's only refine what words find: nobody would ask Chroma for them."""
    told = KnowledgeSettings(
        data_dir=settings.data,
        database_url=settings.database,
        embedder=settings.embedder,
        embedder_url=settings.embedder_url,
        embedder_key=settings.embedder_key.get_secret_value() if settings.embedder_key else "",
        reranker=settings.reranker,
        rerank_ms=settings.rerank_ms,
    )
    return replace(told, ann_from=0) if keeps_index and settings.embedder != "hashed" else told


def assistant_settings(settings: Settings) -> AssistantSettings:
    judged = settings.verifier.partition(":")[0] == "judge"  # by the model server, whoever answers
    try:
        return AssistantSettings(
            model=settings.model,
            models_file=settings.models_file,
            model_url=settings.model_url if settings.model == "openai" or judged else "",
            model_name=settings.model_name,
            model_vision=settings.model_vision,
            model_key=settings.model_key.get_secret_value() if settings.model_key else "",
            first_token_s=settings.model_timeout_s,
            verifier=settings.verifier,
            verifier_ms=settings.verifier_ms,
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error


def queue_settings(settings: Settings, zone: str) -> "QueueSettings":
    """`zone`: the shop's, where none is set."""
    from assistant.queue import Hours, QueueSettings, parse_week

    hours = Hours(settings.hours_zone or zone, parse_week(settings.hours), frozenset(settings.holidays))
    return QueueSettings(
        hours=hours,
        first_reply_s=settings.first_reply_s,
        next_reply_s=settings.next_reply_s,
        offer_s=settings.offer_s,
        requeue_s=settings.requeue_s,
        cool_down_s=settings.cool_down_s,
        per_agent=settings.per_agent,
        amount=settings.handoff_amount,
        vip=settings.vip_levels,
    )


@dataclass(frozen=True)
class Core:
    """What answers questions: enough for the command line, a part of the server."""

    catalog: "Catalog"
    guard: "Guard"
    conversations: "Conversations"
    assistant: "Assistant"
    pictures: "Pictures"
    presence: "Presence"
    room: "StaffRoom"
    translator: "Translator | None" = None  # when a model is configured
    merchant: "MerchantShop | None" = None  # when orders are in the shop's own system

    async def close(self) -> None:
        await self.assistant.close()
        if self.translator is not None:
            await self.translator.close()
        await self.conversations.close()
        if self.merchant is not None:
            self.merchant.close()
        self.pictures.close()
        self.catalog.close()


def open_catalog(settings: Settings, *, keeps_index: bool = False) -> "Catalog":
    from knowledge.catalog import Catalog
    from knowledge.embed import EmbedderError
    from knowledge.rerank import RerankerError

    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return Catalog.open(knowledge_settings(settings, keeps_index=keeps_index))
    except (EmbedderError, RerankerError) as error:
        raise SettingsError(str(error)) from error


def build_guard(settings: Settings) -> "Guard":
    from assistant.guard.guard import Guard
    from assistant.guard.law import RulePackError, load_law

    try:
        return Guard(load_law(settings.law_folder, settings.law_packs))
    except RulePackError as error:
        raise SettingsError(str(error)) from error


def build_core(
    settings: Settings,
    model: "Model | None" = None,
    *,
    keeps_index: bool = False,
    team: "Team | None" = None,
    on_air: bool = False,
) -> Core:
    """What answers, with the configured model or with the one given. `team`: the other workers of a server; `on_air`:
    for a room, which remembers little: its viewers come and go, and ask about ever new sets of products."""
    from assistant.arithmetic import keep_at_most
    from assistant.assistant import Assistant
    from assistant.calling import Caller
    from assistant.conversation import Conversations
    from assistant.guard import sheet
    from assistant.guard.verifier import VerifierError, load_verifier
    from assistant.models import load_alone, load_eyes, load_model
    from assistant.models.router import Router, TableError
    from assistant.models.router.judging import ShadowJudge
    from assistant.models.router.spending import UsageBook
    from assistant.pictures import Pictures
    from assistant.remembering import Remembering
    from assistant.seeing import Sight
    from assistant.staffroom import StaffRoom
    from assistant.translating import Translator
    from web.presence import Presence
    from web.zone import today_of, zone_of

    told = assistant_settings(settings)
    try:
        chosen = model or load_model(told)
        second = load_verifier(told)
    except (VerifierError, TableError) as error:
        raise SettingsError(str(error)) from error
    catalog = open_catalog(settings, keeps_index=keeps_index)
    guard = build_guard(settings)
    if isinstance(chosen, Router):
        chosen.keep(UsageBook(catalog.store.engine), partial(today_of, catalog))
        chosen.judge = ShadowJudge(catalog, guard)
    conversations = Conversations(catalog.store.engine, relay=team, remembered=8 if on_air else 200)
    if on_air:
        keep_at_most(64, catalog)
        catalog.keep_facts_of(64)
        sheet.keep_at_most(64, 2048)
    pictures = Pictures(settings.data / "pictures")
    sight = Sight(pictures, _counted_with(load_eyes(told), chosen))
    presence, room = Presence(), StaffRoom(conversations)
    there = presence.present if team is None or team.first else team.present  # the inbox is the first worker's
    merchant = _merchant(settings)
    orders = _orders(catalog, merchant)
    caller = Caller(conversations, room, queue_settings(settings, zone_of(catalog).key), there, orders)
    service = _service(settings, catalog, merchant, conversations)
    assistant = Assistant(
        catalog, chosen, Remembering(guard), conversations, told, sight, second, caller, service, orders,
        _reminders(settings, catalog, guard, conversations, orders, settings.proactive),
    )  # fmt: skip
    linguist = None if told.embedded else _counted_with(load_alone(told, "translate"), chosen)
    translator = Translator(linguist, told.answer_s) if linguist is not None else None
    return Core(catalog, guard, conversations, assistant, pictures, presence, room, translator, merchant)


def _counted_with(model: "Model | None", chosen: "Model") -> "Model | None":
    """The same model; what it costs goes into the budget and the figures of the one that answers shoppers."""
    from assistant.models.router import Router

    if isinstance(model, Router) and isinstance(chosen, Router):
        model.share(chosen)
    return model


def _merchant(settings: Settings) -> "MerchantShop | None":
    """The shop's own system, where one is configured."""
    if not settings.shop_url or settings.shop_secret is None:
        return None
    from assistant.service.shops.http import MerchantShop
    from assistant.service.shops.line import ShopLine

    return MerchantShop(ShopLine(settings.shop_url, settings.shop_secret.get_secret_value()))


def _orders(catalog: "Catalog", merchant: "MerchantShop | None") -> "OrderBook":
    from assistant.orderbook import CatalogOrders
    from assistant.service.shops.http import HttpOrders

    return HttpOrders(merchant) if merchant is not None else CatalogOrders(catalog)


def build_reminders(core: Core, settings: Settings, mode: "Mode") -> "Reminders":
    return _reminders(settings, core.catalog, core.guard, core.conversations, core.assistant.orders, mode)


def _reminders(
    settings: Settings,
    catalog: "Catalog",
    guard: "Guard",
    conversations: "Conversations",
    orders: "OrderBook",
    mode: "Mode",
) -> "Reminders":
    """What shoppers are told unasked."""
    from assistant.proactive.reminders import Reminders
    from assistant.queue import Hours, parse_week
    from web.zone import zone_of

    zone = zone_of(catalog)
    night = parse_week(f"mon-sun {settings.quiet_hours}" if settings.quiet_hours else "")
    quiet = Hours(zone.key, night)
    return Reminders(catalog, guard, conversations, orders, mode=mode, quiet=quiet, zone=zone)


def _service(
    settings: Settings, catalog: "Catalog", merchant: "MerchantShop | None", conversations: "Conversations"
) -> "ServiceDesk":
    """After-sales service on the orders in our own tables, or in the shop's own system."""
    from assistant.service.desk import ServiceDesk
    from assistant.service.policy import PolicyError, load_policy
    from assistant.service.shops.embedded import EmbeddedShop
    from assistant.service.shops.http import HttpShop
    from assistant.service.store import StoredSessions, known_outcome
    from assistant.service.understand.chinese import Chinese
    from assistant.service.understand.english import English

    try:
        policy = load_policy(settings.service_policy or EMBEDDED_POLICY)
    except PolicyError as error:
        raise SettingsError(f"service_policy: {error}") from error
    known = partial(known_outcome, catalog.store.engine)

    def shop(lang: "Lang") -> "ServiceShop":
        return HttpShop(merchant, lang) if merchant else EmbeddedShop(catalog, policy, lang, known)

    return ServiceDesk(
        shop,
        policy,
        {
            "en": English(policy.order_number),
            "zh": Chinese(policy.order_number, policy.product_number, policy.payments),
        },
        StoredSessions(conversations.database),
    )


def load_words(settings: Settings) -> None:
    """Import the server and read every lexicon, for processes that are about to be forked: nothing is opened yet."""
    import web.server  # noqa: F401
    from assistant.attributes import about_properties
    from assistant.guard.privacy import find_personal
    from assistant.handoff import trigger, withdraws
    from assistant.models.grounded.clerk import Clerk
    from assistant.models.grounded.dialogue import Dialogue
    from assistant.models.grounded.understand import understand
    from assistant.service import flow  # noqa: F401
    from assistant.service.policy import load_policy
    from assistant.service.understand import chinese, english  # noqa: F401
    from assistant.tools import specs
    from knowledge.facts import Fact, Facts
    from knowledge.model import LANGS
    from knowledge.search import SearchIndex
    from knowledge.thesaurus import default_thesaurus

    load_policy(EMBEDDED_POLICY)
    specs()
    guard = build_guard(settings)
    facts = Facts.of([Fact("1/price", "1", "价格", "59元", "price"), Fact("1/title", "1", "名称", "杯子", "title")])
    for lang, said, asked in zip(LANGS, ("这款59元，棉的。", "It costs ¥59."), ("谢谢", "thanks"), strict=True):
        dialogue = Dialogue(lang, asked)
        Clerk(dialogue, frozenset()).answer(understand(dialogue))
        about_properties(asked), trigger(asked), withdraws(asked), find_personal(asked)
        guard.review(said, facts, lang=lang, about=("1",))
    SearchIndex({}, default_thesaurus()).search("200元以内的保温杯", lang="zh")


def build_mirror(settings: Settings) -> "Mirror | None":
    """The other help desk that shows handed-over conversations, when there is one."""
    if not settings.chatwoot_url or settings.chatwoot_token is None:
        return None
    from web.chatwoot import Chatwoot

    return Chatwoot(
        settings.chatwoot_url,
        settings.chatwoot_account,
        settings.chatwoot_inbox,
        settings.chatwoot_token.get_secret_value(),
    )


def room_client(settings: Settings) -> Callable[[str], Client]:
    def client(room: str) -> Client:
        from streaming.control import RoomClient

        return RoomClient(settings.data / "rooms" / room / "control.sock")

    return client


def build_services(
    settings: Settings, *, demo: bool = False, core: Core | None = None, team: "Team | None" = None
) -> "Services":
    """Everything the web server needs. `demo`: rooms end with it, and pages of this machine may embed the widget.
    `team`: the other workers when several processes serve together."""
    from assistant.shown import Shown
    from web.audit import Audit
    from web.auth import Auth
    from web.fetching import Fetcher
    from web.hosts import Allowed
    from web.present import Presenter
    from web.rooms import Supervisor
    from web.services import Services
    from web.webhooks.book import Webhooks

    keeps = team is None or team.first  # several processes must not share the folder of vectors
    core = core or build_core(settings, keeps_index=keeps, team=team)
    _warm(core)
    client = room_client(settings)
    token = settings.api_token.get_secret_value() if settings.api_token else ""
    auth = Auth(settings.data, core.catalog.store, token)
    return Services(
        settings=settings,
        catalog=core.catalog,
        guard=core.guard,
        assistant=core.assistant,
        conversations=core.conversations,
        pictures=core.pictures,
        presence=core.presence,
        room=core.room,
        presenter=Presenter(core.catalog, Shown(core.catalog, core.guard)),
        auth=auth,
        webhooks=Webhooks(core.catalog.store, auth.webhook_key),
        fetcher=Fetcher(Allowed.parse(settings.fetch_hosts)),
        audit=Audit(core.catalog.store),
        supervisor=Supervisor(
            settings.data / "rooms",
            client,
            outlive=not demo,
            environment=room_environment(settings),
            spare=settings.spare_room and not demo,
        ),
        room_client=client,
        ears=build_ears(settings, core.catalog),
        demo=demo,
        core=core,
        team=team,
    )


def build_ears(settings: Settings, catalog: "Catalog") -> "Ears | None":
    """Who writes down what is said, knowing the catalogue's names; None when nobody does."""
    if not settings.ears and not settings.ears_url:
        return None
    from assistant.ears import RemoteEars
    from assistant.hearing import HearingError
    from assistant.hotwords import HotWords
    from assistant.whisper import WhisperEars

    words = HotWords(catalog)
    if settings.ears:
        try:
            return WhisperEars(settings.ears.partition(":")[2], words=words)
        except HearingError as error:
            raise SettingsError(str(error)) from error
    key = settings.ears_key.get_secret_value() if settings.ears_key else ""
    return RemoteEars(settings.ears_url, model=settings.ears_model, api_key=key, words=words)


def _warm(core: Core) -> None:
    """Load dictionaries and the search index now, so that the first shopper does not wait for them."""
    core.guard.review("您好。", core.catalog.shop_facts(), lang="zh")
    core.catalog.search("您好 hello", limit=1)


def _warm_host(core: Core) -> None:
    """Read what the first comment and the first answer on air need, so that no viewer waits for it."""
    from assistant.attributes import about_properties
    from assistant.handoff import withdraws
    from assistant.models.grounded.dialogue import Dialogue
    from assistant.models.grounded.host import Host
    from assistant.models.grounded.understand import understand
    from assistant.tools import specs
    from knowledge.model import LANGS
    from streaming.audience_questions import asks
    from streaming.audience_words import clean

    _warm(core)
    specs()
    product = next(iter(core.catalog.products()), None)
    facts = core.catalog.facts(product.id) if product is not None else core.catalog.shop_facts()
    about = (product.id,) if product is not None else ()
    said_and_asked = (("这款现在59元。", "这款有货吗？"), ("It costs ¥59.", "Is it in stock?"))
    for lang, (said, asked) in zip(LANGS, said_and_asked, strict=True):
        asks(clean(asked), product), asks("lovely", product), about_properties(asked), withdraws(asked)
        dialogue = Dialogue(lang, asked, channel="live", page={"id": "", "title": ""})
        Host(dialogue, frozenset()).answer(understand(dialogue))
        core.guard.review(said, facts, lang=lang, about=about)
        core.catalog.search_faq(asked)


def room_environment(settings: Settings) -> dict[str, str]:
    """What a room's process must know beyond its plan; the rest of the environment is handed down as it is."""
    given = {"ZHIBO_DATA": str(settings.data)}  # --data may have been given on the command line
    return given | ({"ZHIBO_DATABASE": settings.database} if settings.database else {})


def ready_core(settings: Settings) -> Core:
    """What a room needs, loaded as far as it can be before the room is known."""
    for module in ("assistant.script", "avatar.performer", "avatar.faces.drawn", "streaming.answers", "streaming.room"):
        import_module(module)
    core = build_core(settings, on_air=True)
    _warm_host(core)
    return core


@asynccontextmanager
async def open_room(settings: Settings, plan: RoomPlan, core: Core | None = None) -> AsyncGenerator["Room", None]:
    """A room with everything it is made of, closed after it, also a `core` that was made before."""
    from assistant.arithmetic import shop_and
    from assistant.assistant import review_text
    from assistant.hostwords import HostWords
    from assistant.script import ScriptWriter
    from assistant.script_words import Wordings
    from avatar.performer import Performer
    from streaming.answers import AssistantAnswerer
    from streaming.interest import Interest
    from streaming.room import Room, RoomParts

    core = core or build_core(settings, on_air=True)
    told = room_settings(settings, plan)
    voice = _steady_voice(settings, told.voice, HostWords(core.catalog.store).persona(told.persona))
    face = _steady_face(told)
    ears = build_ears(settings, core.catalog)
    wordings = Wordings(seed=f"{told.room}/{time.time_ns()}")
    scribe, interest = _scribe(settings, core), Interest()

    def review(text: str, product_ids: Sequence[str]) -> "Verdict":
        # By the guard itself: no wording comes back for hours, so the assistant's memory would only grow.
        facts = shop_and(core.catalog, product_ids)
        return review_text(core.guard, text, facts, told.lang, tuple(product_ids))

    try:
        yield Room(
            told,
            RoomParts(
                catalog=core.catalog,
                store=core.catalog.store,
                writer=ScriptWriter(core.catalog, core.guard, wordings=wordings, interest=interest),
                wordings=wordings,
                scribe=scribe.write if scribe is not None else None,
                sources=_sources(settings, plan),
                interest=interest,
                answerer=AssistantAnswerer(core.assistant, room=told.room, lang=told.lang),
                review=review,
                performer=Performer(voice, fps=told.fps),
                face=face,
                warm=partial(_warm_host, core),
                ears=ears,
                standbys=(voice, face),
            ),
        )
    finally:
        await face.close()
        await voice.close()
        if ears is not None:
            await ears.close()
        if scribe is not None:
            await scribe.close()
        await core.close()


def _sources(settings: Settings, plan: RoomPlan) -> "tuple[SteadySource, ...]":
    """Where the room's comments come from besides the API."""
    from streaming.comments import SourceKeys, load_source
    from streaming.comments.steady import SteadySource

    def shown(secret: "SecretStr | None") -> str:
        return secret.get_secret_value() if secret is not None else ""

    keys = SourceKeys(
        youtube_key=shown(settings.youtube_key),
        bilibili_app=settings.bilibili_app,
        bilibili_key=shown(settings.bilibili_key),
        bilibili_secret=shown(settings.bilibili_secret),
    )
    return tuple(SteadySource(each.partition(":")[0], load_source(each, keys)) for each in plan.comments)


def _scribe(settings: Settings, core: Core) -> "ModelWriter | None":
    """A configured model writes wordings for the host too."""
    told = assistant_settings(settings)
    if told.embedded:
        return None
    from assistant.models import load_alone
    from assistant.script_model import ModelWriter

    writer = load_alone(told, "script")
    _counted_with(writer, core.assistant.model)
    return ModelWriter(core.catalog, core.guard, writer, name=settings.model_name or getattr(writer, "name", ""))


def recordings_of(settings: Settings, room: str) -> Path:
    return settings.recordings / room if settings.recordings else settings.data / "rooms" / room / "recordings"


def portraits(settings: Settings) -> "Portraits":
    from web.portraits import Portraits

    return Portraits(settings.data / "hosts")


def tracks(settings: Settings) -> "Tracks":
    from web.music import Tracks

    return Tracks(settings.data / "music")


def music_of(settings: Settings, music: str) -> str:
    """What a room plays: `own:ID` is the merchant's own, `off` none at all. Raises MusicError when it is gone."""
    if music.startswith("own:"):
        return str(tracks(settings).path(music.removeprefix("own:")))
    return "" if music == "off" else music or settings.music


def face_of(settings: Settings, look: str) -> tuple[str, str]:
    """Which face, and which of its looks: a portrait of the console is `photo:ID`. Raises FaceError when it is gone."""
    kind, _, portrait = look.partition(":")
    if kind == "photo" and portrait:
        return kind, str(portraits(settings).folder(portrait))
    return settings.face, look or settings.look


def room_settings(settings: Settings, plan: RoomPlan) -> "RoomSettings":
    from streaming.settings import RoomSettings

    width, height = (int(side) for side in settings.live_size.split("x"))
    if plan.portrait:
        width, height = height, width
    knowledge = knowledge_settings(settings)
    face, look = face_of(settings, plan.look)
    try:
        return RoomSettings(
            room=plan.room,
            folder=settings.data / "rooms" / plan.room,
            lang=plan.lang,
            width=width,
            height=height,
            fps=settings.live_fps,
            video_kbps=settings.live_kbps,
            preset=settings.preset,
            voice=plan.voice or settings.voice,
            music=music_of(settings, plan.music),
            music_lufs=settings.music_lufs if plan.music_lufs is None else plan.music_lufs,
            music_duck_db=settings.music_duck_db,
            reminder_min=settings.live_reminder_min,
            face=face,
            look=look,
            template=plan.template or settings.live_template,
            templates=settings.data / "templates",
            persona=plan.persona or "warm",
            products=plan.products,
            outputs=plan.to,
            media=settings.media or knowledge.media_dir,
            seconds=plan.seconds,
            encoder=settings.encoder,
            recordings=recordings_of(settings, plan.room) if settings.record and plan.record else None,
            keep_days=settings.keep_days,
            spare_mb=settings.spare_mb,
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _voice(settings: Settings, name: str, pace: int = 100, pitch: int = 0) -> "Voice":
    """`espeak`, or with one of its speakers `espeak:male`; it alone has a pace and a pitch of the host's."""
    from avatar.voice import load_voice

    kind, _, speaker = name.partition(":")
    options: dict[str, object] = {"speaker": speaker} if speaker else {}
    if kind == "openai":
        options |= {
            "url": settings.voice_url,
            "model": settings.voice_model,
            "key": settings.voice_key.get_secret_value() if settings.voice_key else "",
            "rate": settings.voice_rate,
            "fields": settings.voice_fields,
            "sample": settings.voice_sample,
        }
    if kind == "espeak":
        options |= {"speed": pace / 100, "pitch": pitch}
    if kind == "coqui":
        options |= {"model": settings.voice_model, "sample": settings.voice_sample, "python": settings.voice_python}
    return load_voice(kind, **options)


def _steady_voice(settings: Settings, name: str, host: "Persona") -> "SteadyVoice":
    """The configured voice; should it fail on air, the embedded one speaks, or at worst the captions alone."""
    from streaming.standby import SteadyVoice

    spares = [spare for spare in ("espeak", "silent") if spare != name.partition(":")[0]]
    return SteadyVoice([(each, partial(_voice, settings, each, host.pace, host.pitch)) for each in (name, *spares)])


def preview_voice(settings: Settings, name: str, pace: int = 100, pitch: int = 0) -> "Callable[[], Voice]":
    """A voice to try; the configured one without a name."""
    return partial(_voice, settings, name or settings.voice, pace, pitch)


def preview_face(settings: Settings, look: str) -> "Callable[[], Face]":
    """The configured face to look at, in one of its looks."""
    from avatar.face import load_face

    face, chosen = face_of(settings, look)
    return partial(load_face, face, size=(420, 540), **({"look": chosen} if chosen else {}))


def preview_scene(settings: Settings, core: Core, plan: RoomPlan) -> "tuple[Scene, Face, Showing]":
    """What draws a room that is not on air. Raises SettingsError or FaceError."""
    from avatar.face import load_face
    from streaming.scene import Scene
    from streaming.scenes.layout import Layout, host_size
    from streaming.scenes.reading import TemplateError
    from streaming.scenes.template import template
    from streaming.showing import Showing

    told = room_settings(settings, plan)
    try:
        scenery = template(told.template, told.templates)
        size = host_size(told.width, told.height, scenery)
        scene = Scene(told, size)
    except TemplateError as error:
        raise SettingsError(str(error)) from error
    drawn = {"facing": Layout.of(told.width, told.height, size, scenery).facing} if told.face in TURNING else {}
    face = load_face(told.face, size=size, **({"look": told.look} if told.look else {}), **drawn)

    def review(text: str, product_ids: Sequence[str]) -> "Verdict":
        return core.assistant.review_line(text, product_ids, told.lang)

    return scene, face, Showing(core.catalog, told, review)


def _steady_face(told: "RoomSettings") -> "SteadyFace":
    """The configured face; should it fail on air, the drawn one, at worst a picture that does not move its lips."""
    from avatar.face import load_face
    from streaming.scenes.layout import Layout, host_size
    from streaming.scenes.reading import TemplateError
    from streaming.scenes.template import template
    from streaming.steady_face import SteadyFace

    try:
        scenery = template(told.template, told.templates)
    except TemplateError as error:
        raise SettingsError(str(error)) from error
    size = host_size(told.width, told.height, scenery)
    facing = {"facing": Layout.of(told.width, told.height, size, scenery).facing}
    look = {"look": told.look} if told.look else {}
    faces = [(told.face, partial(load_face, told.face, size=size, **look, **(facing if told.face in TURNING else {})))]
    if told.face not in ("drawn", "still"):
        faces.append(("drawn", partial(load_face, "drawn", size=size, **facing)))
    if told.face != "still":
        faces.append(("still", partial(load_face, "still", size=size, **(look if told.face == "drawn" else {}))))
    return SteadyFace(faces)
