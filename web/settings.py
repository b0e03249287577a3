"""Every setting of the product, read once from the environment and `zhibo.toml`, and handed down frozen."""

import difflib
import os
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.queue import parse_week
from web.hosts import Allowed

PREFIX = "ZHIBO_"
SECRETS = (
    "api_token",
    "identity_key",
    "identity_key_old",
    "model_key",
    "embedder_key",
    "ears_key",
    "voice_key",
    "chatwoot_token",
    "chatwoot_secret",
    "shop_secret",
)
SECRET_FILES = tuple(f"{name}_file" for name in SECRETS)
ORIGIN = re.compile(r"https?://[\w.-]+(:\d+)?", re.ASCII)


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what it may be."""


class Settings(BaseSettings):
    """One flat list: `ZHIBO_MODEL_URL` in the environment is `model_url` in `zhibo.toml`; the environment wins."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file="zhibo.toml", extra="forbid", frozen=True)

    # where things lie
    data: Path = Field(Path("data"), description="Folder for everything the server keeps")
    database: str = Field("", description="SQLAlchemy URL; empty: SQLite in the data folder")
    media: Path | None = Field(None, description="Folder of pictures that the catalogue names by relative path")

    # the web server
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on")
    workers: int = Field(1, ge=1, le=32, description="Processes that serve together; one for each core at most")
    public_url: str = Field("", description="What browsers call this server, e.g. https://shop.example.com/help")
    origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other sites that may embed the widget, separated by commas: https://www.example.com"
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1",), description="Reverse proxies whose X-Forwarded-For is believed"
    )
    api_token: SecretStr | None = Field(None, description="Bearer token for programs; at least 20 characters")
    identity_key: SecretStr | None = Field(
        None, description="Key with which your own server signs who a shopper is; at least 32 characters"
    )
    identity_key_old: SecretStr | None = Field(None, description="The key before, while the two are exchanged")
    identity_life_s: int = Field(3600, ge=60, le=86_400, description="Seconds for which such a signature holds")
    require_identity: bool = Field(False, description="Whether only shoppers with such a signature may chat")
    require_totp: bool = Field(False, description="Whether owners and merchants must use a second factor")
    console: bool = Field(True, description="Whether there is a console; without it less memory is needed")
    log_format: Literal["text", "json"] = Field("text", description="How log lines look")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least a line must weigh")

    # limits
    messages_per_minute: int = Field(20, ge=1, description="Chat messages one visitor may send in a minute")
    requests_per_minute: int = Field(240, ge=10, description="Changes one address may ask for in a minute")
    streams_per_address: int = Field(20, ge=1, description="Event streams one address may keep open")
    streams: int = Field(5000, ge=1, description="Event streams the server keeps open in all")

    # asking other servers
    fetch_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Private hosts and networks that webhooks and imports may ask: crm.internal, 10.1.0.0/16"
    )

    # people who answer
    hours: str = Field("", description="When people answer: mon-fri 09:00-18:00, sat 10:00-14:00; empty: always")
    hours_zone: str = Field("", description="Time zone of these hours; empty: the shop's")
    holidays: Annotated[tuple[date, ...], NoDecode] = Field(
        (), description="Days on which nobody answers, separated by commas: 2026-10-01, 2026-10-02"
    )
    first_reply_s: int = Field(120, ge=1, description="Seconds in which a person should first answer")
    next_reply_s: int = Field(300, ge=1, description="Seconds in which a person should answer after that")
    offer_s: int = Field(60, ge=1, description="Seconds after which a conversation is offered to somebody else")
    requeue_s: int = Field(600, ge=1, description="Seconds without an answer that put a conversation back in the queue")
    cool_down_s: int = Field(900, ge=0, description="Seconds after a release without handoffs of the bot's own accord")
    per_agent: int = Field(5, ge=1, description="Conversations offered to one person at a time")
    handoff_amount: Decimal = Field(Decimal(0), ge=0, description="Disputed sum that goes to a person; 0: none does")
    vip_levels: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Levels of customers that people always serve, e.g. vip, gold; empty: none"
    )

    # what shoppers are told unasked
    proactive: Literal["off", "asked", "on"] = Field("off", description="Whom reminders are sent to")
    quiet_hours: str = Field("21:00-09:00", description="When none are sent, in the shop's time zone; empty: never")

    # another help desk
    chatwoot_url: str = Field(
        "", description="Base URL of a Chatwoot that shows handed-over conversations; empty: none"
    )
    chatwoot_account: int = Field(1, ge=1, description="Number of the account there")
    chatwoot_inbox: int = Field(1, ge=1, description="Number of its inbox of type API")
    chatwoot_token: SecretStr | None = Field(None, description="Access token of a user there")
    chatwoot_secret: SecretStr | None = Field(None, description="Secret of the webhook that brings replies back")

    # comments of live rooms, from platforms
    douyin_secret: SecretStr | None = Field(None, description="Key that Douyin signs its pushes with")
    kuaishou_secret: SecretStr | None = Field(None, description="App secret that Kuaishou signs its pushes with")
    tiktok_secret: SecretStr | None = Field(None, description="Client secret that TikTok signs its webhooks with")
    youtube_key: SecretStr | None = Field(None, description="API key for YouTube's live chat")
    bilibili_app: int = Field(0, ge=0, description="Number of the project on Bilibili's open platform; 0: none")
    bilibili_key: SecretStr | None = Field(None, description="Access key of that platform")
    bilibili_secret: SecretStr | None = Field(None, description="Its secret")

    # the shop's own system
    shop_url: str = Field("", description="Base URL of the shop's own order system; empty: orders are in our tables")
    shop_secret: SecretStr | None = Field(None, description="Key that requests to it are signed with")
    service_policy: Path | None = Field(None, description="YAML file of what the shop allows after a sale")

    # the model that answers
    model: Literal["grounded", "openai", "transformers"] = Field(
        "grounded", description="grounded needs nothing; openai: any compatible server; transformers: in this process"
    )
    models_file: Path | None = Field(
        None, description="YAML file with a table of models and rules; model_url and the like are then not read"
    )
    model_url: str = Field("http://127.0.0.1:8001/v1", description="Base URL of the OpenAI-compatible server")
    model_name: str = Field("", description="Name of the model there; empty: the first one it lists")
    model_key: SecretStr | None = Field(None, description="Its API key")
    model_timeout_s: float = Field(8.0, gt=0, le=600, description="Seconds of its silence before grounded answers")
    model_vision: bool = Field(False, description="Whether that model sees pictures; grounded does not")

    # voice messages
    ears: str = Field("", description="whisper:FOLDER-OR-NAME, faster-whisper in this process; empty: see ears_url")
    ears_url: str = Field("", description="Base URL of a speech-to-text server; empty: shoppers' browsers listen")
    ears_model: str = Field("", description="Name of the model there; empty: the first one it lists")
    ears_key: SecretStr | None = Field(None, description="Its API key")

    # a second opinion on what the guard cannot look up
    law_folder: Path | None = Field(None, description="Folder of rule packs (YAML) beside those that come along")
    law_packs: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Names of the rule packs that hold, separated by commas; empty: all of them"
    )
    verifier: str = Field("", description="nli:FOLDER-OR-NAME or judge (asks the model server); empty: none")
    verifier_ms: int = Field(400, ge=10, le=10_000, description="Milliseconds a second opinion may add to a sentence")

    # search
    embedder: str = Field("hashed", description="hashed, sentence-transformers:FOLDER-OR-NAME or openai:MODEL")
    embedder_url: str = Field("", description="Base URL of the embedding server, for openai:MODEL")
    embedder_key: SecretStr | None = Field(None, description="Its API key")
    reranker: str = Field("", description="cross-encoder:FOLDER-OR-NAME; empty: none")
    rerank_ms: int = Field(300, ge=10, le=10_000, description="Milliseconds a reranker may add to a search")

    # the live room
    voice: str = Field("espeak", description="Voice of the host: espeak, openai or coqui, each with :SPEAKER")
    voice_url: str = Field("", description="Base URL of a speech server, for the voice openai")
    voice_model: str = Field("", description="Name of the model there; for coqui a folder or a name as it lists it")
    voice_key: SecretStr | None = Field(None, description="Its API key")
    voice_rate: int = Field(24_000, ge=8_000, le=192_000, description="Hz of its raw PCM, where it does not say")
    voice_fields: dict[str, Any] = Field({}, description="Further fields of each request to it, as JSON")
    voice_python: Path | None = Field(None, description="Python that has coqui-tts; empty: this one")
    voice_sample: Path | None = Field(None, description="Folder of a consented sample of the voice to speak with")
    face: str = Field("drawn", description="Face of the host")
    look: str = Field("", description="Which look of the face; empty: its first")
    music: str = Field("", description="Background music: a file, a folder, or bed for the built-in one; empty: none")
    music_lufs: float = Field(-22.0, ge=-40, le=-16, description="Loudness of the music while nobody speaks")
    music_duck_db: float = Field(14.0, ge=0, le=30, description="How far the music steps back under the host")
    live_reminder_min: float = Field(
        10.0, ge=0, le=60, description="Minutes after which the host says again that it is an AI, 2 to 60; 0: never"
    )
    live_template: str = Field("blossom", description="How the picture of a room looks; a folder's name")
    encoder: str = Field("auto", description="auto, nvenc, vaapi or x264: what makes the picture's stream")
    preset: str = Field(
        "veryfast", description="x264's preset: quicker ones cost less and look worse at the same bitrate"
    )
    live_size: str = Field(
        "1280x720", pattern=r"^\d+x\d+$", description="Picture of a room, lying; upright rooms turn it"
    )
    live_fps: int = Field(25, ge=4, le=30, description="Pictures a second")
    live_kbps: int = Field(2500, ge=100, description="Bitrate of the picture")
    spare_room: bool = Field(True, description="Whether a loaded process stands ready to take a dead room's place")
    record: bool = Field(True, description="Whether rooms record what they send")
    recordings: Path | None = Field(None, description="Folder of the recordings; empty: recordings in each room's")
    keep_days: int = Field(1100, ge=1, le=36_500, description="Days for which recordings are kept")
    spare_mb: int = Field(1024, ge=0, description="MB left free on the recordings' disk; below that recording pauses")

    @field_validator("origins", "trusted_proxies", "law_packs", "holidays", "vip_levels", "fetch_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is not an origin; write scheme and host only, like https://www.example.com"
                )
        return value

    @field_validator("fetch_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        Allowed.parse(value)  # raises ValueError with what is wrong
        return value

    @field_validator("hours")
    @classmethod
    def _week(cls, value: str) -> str:
        parse_week(value)  # raises ValueError with what is wrong
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _night(cls, value: str) -> str:
        if value and not re.fullmatch(r"\d{1,2}:\d{2}-\d{1,2}:\d{2}", value):
            raise ValueError(f"{value!r} is not a time of day; write it like 21:00-09:00")
        parse_week(f"mon-sun {value}" if value else "")
        return value

    @field_validator("hours_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value and value not in available_timezones():
            raise ValueError(f"{value!r} is not a time zone; write one like Asia/Shanghai")
        return value

    @field_validator("public_url", "model_url", "embedder_url", "ears_url", "voice_url", "chatwoot_url", "shop_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]+", value):
            raise ValueError(f"{value!r} is not a web address; it begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("ears")
    @classmethod
    def _ears(cls, value: str) -> str:
        if value and not re.fullmatch(r"whisper:\S.*", value):
            raise ValueError(f"{value!r} is not one of: whisper:FOLDER-OR-NAME")
        return value

    @field_validator("api_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 20:
            raise ValueError("it must have at least 20 characters")
        return value

    @field_validator("identity_key", "identity_key_old", "shop_secret")
    @classmethod
    def _long_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("it must have at least 32 characters")
        return value

    @model_validator(mode="after")
    def _identified(self) -> Self:
        if self.require_identity and self.identity_key is None:
            raise ValueError("require_identity needs identity_key, the key that your server signs with")
        return self

    @model_validator(mode="before")
    @classmethod
    def _files(cls, values: Any) -> Any:
        """`api_token_file` and the like name files that hold the secret, as container platforms mount them."""
        for name in SECRETS:
            if path := values.pop(f"{name}_file", None):
                try:
                    values[name] = Path(path).read_text(encoding="utf-8").strip()
                except OSError as error:
                    raise ValueError(f"{name}_file: cannot read {path} ({error.strerror})") from error
        return values

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.chatwoot_url and self.chatwoot_token is None:
            raise ValueError("chatwoot_url needs chatwoot_token, an access token of a user there")
        if self.shop_url and self.shop_secret is None:
            raise ValueError("shop_url needs shop_secret, the key that requests to the shop are signed with")
        return self

    @model_validator(mode="after")
    def _absolute(self) -> Self:
        object.__setattr__(self, "data", self.data.expanduser().absolute())
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**given: Any) -> Settings:
    """Settings from what was `given` (None: not given), else the environment, else `zhibo.toml`, else the defaults.

    Raises SettingsError with one sentence per setting that is wrong.
    """
    given = {name: value for name, value in given.items() if value is not None}
    for name in SECRET_FILES:
        if path := os.environ.get(PREFIX + name.upper()):
            given.setdefault(name, path)
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(detail) for detail in error.errors())) from None
    except (OSError, ValueError) as error:  # zhibo.toml cannot be read or is not TOML
        raise SettingsError(f"zhibo.toml: {error}") from None


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """One sentence for each ZHIBO_ variable that means nothing; a typing error would otherwise go unseen."""
    known = {PREFIX + name.upper() for name in (*Settings.model_fields, *SECRET_FILES)}
    sentences = []
    for name in sorted(name for name in environment if name.startswith(PREFIX) and name not in known):
        near = difflib.get_close_matches(name, known, n=1)
        sentences.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "."))
    return sentences


def _sentence(detail: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in detail["loc"])
    message = str(detail["msg"]).removeprefix("Value error, ").rstrip(".")
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        return f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ".")
    if not name:
        return message + "."
    # never echo the input of a secret
    return f"{PREFIX}{name.upper()} ({name} in zhibo.toml): {message[:1].lower()}{message[1:]}."
