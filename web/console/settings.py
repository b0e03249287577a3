"""How the server fares, and every setting: what it is, and where it was set. Secrets are never shown."""

import os
import tomllib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from pydantic import SecretStr

from knowledge.model import Text
from web.api.service import health
from web.console import html
from web.console.page import Page
from web.settings import PREFIX, SECRET_FILES, Settings

GROUPS: Mapping[Text, tuple[str, ...]] = {
    Text("模型", "Model"): (
        "model", "models_file", "model_url", "model_name", "model_key", "model_timeout_s", "model_vision",
        "verifier", "verifier_ms",
    ),
    Text("检索", "Search"): ("embedder", "embedder_url", "embedder_key", "reranker", "rerank_ms"),
    Text("直播", "Live room"): (
        "voice", "voice_url", "voice_model", "voice_key", "voice_rate", "voice_fields", "voice_python",
        "voice_sample", "face", "look",
        "music", "music_lufs", "music_duck_db",
    ),
    Text("核验", "Guard"): ("law_folder", "law_packs"),
    Text("网站", "Web server"): (
        "host", "port", "workers", "public_url", "origins", "trusted_proxies", "api_token", "console",
    ),
    Text("安全", "Safety"): (
        "require_totp", "require_identity", "identity_key", "identity_key_old", "identity_life_s", "fetch_hosts",
    ),
    Text("别的客服系统", "Another help desk"): (
        "chatwoot_url", "chatwoot_account", "chatwoot_inbox", "chatwoot_token", "chatwoot_secret",
    ),
    Text("语音留言", "Voice messages"): ("ears", "ears_url", "ears_model", "ears_key"),
    Text("人工客服", "People who answer"): (
        "hours", "hours_zone", "holidays", "first_reply_s", "next_reply_s", "offer_s", "requeue_s", "cool_down_s",
        "per_agent", "handoff_amount", "vip_levels",
    ),
    Text("限制", "Limits"): ("messages_per_minute", "requests_per_minute", "streams_per_address", "streams"),
    Text("数据与日志", "Data and log"): ("data", "database", "media", "log_format", "log_level"),
}  # fmt: skip
ABOUT = {
    "data": "服务器所有数据放在这个文件夹", "database": "SQLAlchemy 地址；空着用数据文件夹里的 SQLite",
    "media": "商品图片的文件夹（目录里写的是相对路径时）", "host": "监听地址；0.0.0.0 是所有网卡", "port": "监听端口",
    "workers": "一起服务的进程数，最多每个核一个",
    "public_url": "浏览器访问本服务器用的网址", "origins": "可以嵌入聊天窗的其他网站，用逗号隔开",
    "trusted_proxies": "信任其 X-Forwarded-For 的反向代理", "api_token": "程序用的令牌，至少 20 个字符",
    "console": "是否启用控制台；不启用可省内存", "log_format": "日志的样子", "log_level": "记录到哪一级",
    "messages_per_minute": "一位访客每分钟可发的消息数", "requests_per_minute": "一个地址每分钟可做的改动数",
    "streams_per_address": "一个地址可保持的事件流", "streams": "服务器总共保持的事件流",
    "hours": "有人值班的时间，如 mon-fri 09:00-18:00；空着一直有人", "hours_zone": "这些时间的时区；空着用店铺的",
    "holidays": "没人值班的日期，用逗号隔开", "first_reply_s": "多少秒内该有人第一次回复",
    "next_reply_s": "之后多少秒内该回复", "offer_s": "多少秒没人接就派给另一位",
    "requeue_s": "多少秒没回复就放回排队", "cool_down_s": "放回后多少秒内助手不再自行转人工",
    "per_agent": "一位客服同时接几个对话", "handoff_amount": "争议金额达到多少转人工；0 是不限",
    "vip_levels": "总由人工接待的会员等级，如 vip, gold；空着没有",
    "model": "grounded 自带；openai 是任何兼容的服务器；transformers 在本机运行",
    "model_url": "兼容 OpenAI 的服务器地址",
    "models_file": "模型表（YAML）：多个模型和分流规则；设了它，model_url 等不再读取",
    "model_name": "那里的模型名；空着用列出的第一个", "model_key": "它的密钥",
    "model_timeout_s": "它沉默多少秒后由 grounded 回答", "model_vision": "这个模型能不能看图",
    "require_totp": "店主和运营是否必须用两步验证", "require_identity": "是否只有带签名的顾客才能聊天",
    "identity_key": "您的服务器用来签名“顾客是谁”的密钥，至少 32 个字符", "identity_key_old": "换密钥期间的旧密钥",
    "identity_life_s": "这种签名多少秒内有效", "fetch_hosts": "Webhook 和导入可以访问的内部主机和网段，用逗号隔开",
    "chatwoot_url": "显示转人工对话的 Chatwoot 地址；空着没有", "chatwoot_account": "那里的账号编号",
    "chatwoot_inbox": "那里 API 类型收件箱的编号", "chatwoot_token": "那里一位用户的访问令牌",
    "chatwoot_secret": "把回复带回来的 webhook 的密钥", "ears": "whisper:文件夹或名字，在本机识别；空着看 ears_url",
    "ears_url": "语音转文字服务器地址；空着由浏览器听",
    "ears_model": "那里的模型名；空着用列出的第一个", "ears_key": "它的密钥",
    "law_folder": "自己的规则包（YAML）文件夹", "law_packs": "启用的规则包，用逗号隔开；空着全部启用",
    "verifier": "nli:文件夹或名字，或 judge（问模型服务器）；空着不用", "verifier_ms": "复核每句话最多多花的毫秒",
    "embedder": "hashed、sentence-transformers:文件夹或名字、openai:模型", "embedder_url": "向量服务器地址",
    "embedder_key": "它的密钥", "reranker": "cross-encoder:文件夹或名字；空着不用", "rerank_ms": "重排最多多花的毫秒",
    "voice": "主播的声音", "voice_url": "语音合成服务器地址（声音 openai 用）",
    "voice_model": "那里的模型名；空着用列出的第一个", "voice_key": "它的密钥",
    "voice_rate": "它的原始 PCM 的采样率（它自己不说明时）", "voice_fields": "每次请求附带的其他字段，JSON",
    "voice_python": "装有 coqui-tts 的 Python；空着用本服务器的",
    "voice_sample": "经本人同意的声音样本的文件夹", "face": "主播的形象", "look": "形象里的哪一位；空着用第一位",
    "music": "背景音乐：文件、文件夹，或 bed（自带）；空着没有", "music_lufs": "没人说话时音乐多响（LUFS）",
    "music_duck_db": "主播说话时音乐让几分贝", "live_reminder_min": "主播每隔几分钟说一次自己是 AI（2 到 60）；0 不说",
}  # fmt: skip
SECRET_URLS = ("database",)  # may hold a password


def settings_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    board = gr.HTML(padding=False)
    gr.HTML(settings_html(page), padding=False)

    def now() -> str:
        return status_html(page)

    page.fresh(now, None, board, tab)
    gr.Timer(5).tick(now, None, board, show_progress="hidden")


def status_html(page: Page) -> str:
    say, services, now = page.say, page.services, health(page.running)
    figures = {
        say("版本", "Version"): now["version"],
        say("模型", "Model"): now["model"],
        say("商品", "Products"): now["products"],
        say("目录版本", "Catalogue version"): now["catalogue_version"],
        say("正在回答", "Answering"): page.running.desk.answering,
        say("打开的页面", "Open pages"): services.streams.open,
    }
    reasons = "".join(html.note(reason) for reason in now["degraded"])
    well = reasons or html.note(say("一切正常", "All is well"), "good")
    return f'<div class="zb zb-status">{well}{html.chips(figures)}</div>'


def settings_html(page: Page) -> str:
    say, settings = page.say, page.services.settings
    found = origins(settings)
    hint = say(
        "设置写在环境变量或 zhibo.toml 里，改了要重启服务。",
        "Settings stand in the environment or in zhibo.toml; restart the server after a change.",
    )
    parts = [f"<p class='hint'>{hint}</p>"]
    known = {name for names in GROUPS.values() for name in names}
    groups = [
        *GROUPS.items(),
        (Text("其他", "Other"), tuple(name for name in type(settings).model_fields if name not in known)),
    ]
    heads = (say("设置", "Setting"), say("值", "Value"), say("来自", "From"))
    for title, names in groups:
        if names:
            rows = [_row(page, name, settings, found[name]) for name in names]
            parts.append(f"<h3>{escape(title(say.lang))}</h3>{html.table(heads, rows)}")
    return f'<div class="zb zb-status zb-settings">{"".join(parts)}</div>'


def _row(page: Page, name: str, settings: Settings, origin: Text) -> list[str]:
    english = type(settings).model_fields[name].description or ""
    about = page.say(ABOUT.get(name, english), english)
    variable = f"{PREFIX}{name.upper()}"
    return [
        f"<code>{variable}</code><small>{escape(about)}</small>",
        f"<b>{escape(shown(page, name, getattr(settings, name)))}</b>",
        escape(origin(page.say.lang)),
    ]


def shown(page: Page, name: str, value: Any) -> str:
    """A value as the page shows it; of a secret only whether it is set."""
    say = page.say
    if isinstance(value, SecretStr) or name in SECRET_URLS:
        return say("已设置（不显示）", "set (hidden)") if value else "—"
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "—"
    return "—" if value is None or value == "" else str(value)


def origins(settings: Settings, file: Path = Path("zhibo.toml")) -> dict[str, Text]:
    """Where each setting was set, strongest first: command line, environment, zhibo.toml, nowhere."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        written = {}
    found: dict[str, Text] = {}
    for name in type(settings).model_fields:
        as_file = f"{name}_file"
        if name not in settings.model_fields_set:
            found[name] = Text("默认", "default")
        elif PREFIX + name.upper() in os.environ:
            found[name] = Text("环境变量", "environment")
        elif as_file in SECRET_FILES and (PREFIX + as_file.upper() in os.environ or as_file in written):
            found[name] = Text("密钥文件", "secret file")
        elif name in written:
            found[name] = Text("zhibo.toml", "zhibo.toml")
        else:
            found[name] = Text("命令行", "command line")
    return found
