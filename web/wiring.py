"""The only place where concrete objects are built. Heavy parts are imported by whoever needs them, when they do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.settings import AssistantSettings
from knowledge.settings import KnowledgeSettings
from web.rooms import Client, RoomPlan
from web.settings import Settings, SettingsError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.conversation import Conversations
    from assistant.guard.guard import Guard
    from assistant.messages import Model
    from knowledge.catalog import Catalog
    from streaming.room import Room
    from web.services import Services

DEMO_SHOP = Path(__file__).parents[1] / "knowledge" / "demo"


def knowledge_settings(settings: Settings) -> KnowledgeSettings:
    given = {"embedder": settings.embedder} if settings.embedder else {}
    return KnowledgeSettings(data_dir=settings.data, database_url=settings.database, **given)


def assistant_settings(settings: Settings) -> AssistantSettings:
    try:
        return AssistantSettings(
            model=settings.model,
            model_url=settings.model_url if settings.model == "openai" else "",
            model_name=settings.model_name,
            model_key=settings.model_key.get_secret_value() if settings.model_key else "",
            first_token_s=settings.model_timeout_s,
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error


@dataclass(frozen=True)
class Core:
    """What answers questions: enough for the command line, a part of the server."""

    catalog: "Catalog"
    guard: "Guard"
    conversations: "Conversations"
    assistant: "Assistant"

    async def close(self) -> None:
        await self.assistant.close()
        await self.conversations.close()
        self.catalog.close()


def open_catalog(settings: Settings) -> "Catalog":
    from knowledge.catalog import Catalog

    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Catalog.open(knowledge_settings(settings))


def build_guard(catalog: "Catalog") -> "Guard":
    from assistant.guard.guard import Guard

    return Guard()


def build_core(settings: Settings, model: "Model | None" = None) -> Core:
    """What answers, with the configured model or with the one given."""
    from assistant.assistant import Assistant
    from assistant.conversation import Conversations
    from assistant.models import load_model

    told = assistant_settings(settings)
    chosen = model or load_model(told)
    catalog = open_catalog(settings)
    guard = build_guard(catalog)
    conversations = Conversations(catalog.store.engine)
    return Core(catalog, guard, conversations, Assistant(catalog, chosen, guard, conversations, told))


def room_client(settings: Settings) -> Callable[[str], Client]:
    def client(room: str) -> Client:
        from streaming.control import RoomClient

        return RoomClient(settings.data / "rooms" / room)

    return client


def build_services(settings: Settings, *, demo: bool = False, core: Core | None = None) -> "Services":
    """Everything the web server needs. `demo`: rooms end with it, and pages of this machine may embed the widget."""
    from assistant.guard.sentences import sentences
    from web.auth import Auth
    from web.present import Presenter
    from web.rooms import Supervisor
    from web.services import Services

    core = core or build_core(settings)
    client = room_client(settings)
    return Services(
        settings=settings,
        catalog=core.catalog,
        guard=core.guard,
        assistant=core.assistant,
        conversations=core.conversations,
        presenter=Presenter(core.catalog, core.guard, sentences),
        auth=Auth(settings.data, settings.api_token.get_secret_value() if settings.api_token else ""),
        supervisor=Supervisor(
            settings.data / "rooms", client, outlive=not demo, environment=room_environment(settings)
        ),
        room_client=client,
        local_origins=demo,
        core=core,
    )


def room_environment(settings: Settings) -> dict[str, str]:
    """What a room's process must know beyond its plan; the rest of the environment is handed down as it is."""
    given = {"ZHIBO_DATA": str(settings.data)}
    return given | ({"ZHIBO_DATABASE": settings.database} if settings.database else {})


def build_room(settings: Settings, plan: RoomPlan) -> "Room":
    raise NotImplementedError
