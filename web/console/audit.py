"""Who did what, when, from where; for owners alone."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from knowledge.model import Lang, Text
from web.audit import Entry
from web.console import html
from web.console.page import Page

PAGE = 50
AREAS: Mapping[str, tuple[Text, tuple[str, ...]]] = {  # how the actions of each begin
    "": (Text("全部", "Everything"), ()),
    "sign-in": (Text("登录", "Signing in"), ("sign-in", "POST /api/staff/sign", "POST /api/staff/me")),
    "people": (
        Text("员工和令牌", "People and tokens"),
        ("person ", "token ", "POST /api/staff/people", "PUT /api/staff/people", "DELETE /api/staff/people",
         "POST /api/staff/tokens", "DELETE /api/staff/tokens"),
    ),
    "shop": (
        Text("商品和文字", "Catalogue and texts"),
        ("catalogue ", "policies ", "faqs ", "promotions ", "gap ", "POST /api/catalogue", "DELETE /api/catalogue",
         "POST /api/gaps"),
    ),
    "rooms": (Text("直播", "Live rooms"), ("room ", "host ", "script ", "POST /api/rooms")),
    "inbox": (Text("客服台", "Inbox"), ("POST /api/inbox", "PUT /api/inbox", "DELETE /api/inbox")),
    "webhooks": (
        Text("Webhook", "Webhooks"),
        ("webhook ", "POST /api/webhooks", "PUT /api/webhooks", "DELETE /api/webhooks"),
    ),
}  # fmt: skip
NOUNS = {
    "person": Text("员工", "person"), "token": Text("令牌", "token"), "catalogue": Text("商品", "catalogue"),
    "policies": Text("政策", "policy"), "faqs": Text("问答", "question"), "promotions": Text("活动", "promotion"),
    "gap": Text("没答上的问题", "gap"), "room": Text("直播间", "room"), "host": Text("主播", "host"),
    "script": Text("台词", "script"), "webhook": Text("Webhook", "webhook"), "mapping": Text("列的更正", "corrections"),
    "conversation": Text("对话", "conversation"), "note": Text("备注", "note"), "tags": Text("标签", "tags"),
    "canned": Text("快捷回复", "canned reply"), "password": Text("密码", "password"),
    "totp": Text("两步验证", "second factor"),
}  # fmt: skip
VERBS = {
    "add": Text("新增", "add"), "save": Text("保存", "save"), "remove": Text("删除", "delete"),
    "role": Text("改角色", "change role of"), "reset": Text("重设", "reset"), "link": Text("登录链接", "link for"),
    "disable": Text("停用", "disable"), "enable": Text("启用", "enable"), "signout": Text("退出", "sign out"),
    "reset-totp": Text("重设两步验证", "reset second factor of"), "revoke": Text("收回", "revoke"),
    "import": Text("导入", "import into"), "forget": Text("恢复", "forget changes of"),
    "approve": Text("采用", "approve"), "dismiss": Text("忽略", "dismiss"), "start": Text("开播", "start"),
    "stop": Text("下播", "stop"), "insert": Text("插话", "insert a line in"), "comment": Text("发弹幕", "comment in"),
    "take": Text("接手", "take"), "release": Text("放回", "release"), "close": Text("关闭", "close"),
    "messages": Text("回复", "write in"), "transfer": Text("转交", "pass on"), "snooze": Text("稍后处理", "snooze"),
    "suggest": Text("要建议回复", "ask for a reply in"), "off": Text("关闭", "turn off"),
    "rotate": Text("换密钥", "exchange the secret of"), "ping": Text("试发", "try"), "again": Text("重发", "resend to"),
}  # fmt: skip


SIGNING_IN = {
    "sign-in": Text("登录", "sign in"), "sign-in failed": Text("登录失败", "failed sign-in"),
    "POST /api/staff/signout": Text("退出", "sign out"),
    "POST /api/staff/signout-everywhere": Text("在各处退出", "sign out everywhere"),
}  # fmt: skip
METHODS = {"POST": "add", "PUT": "save", "DELETE": "remove"}
PARTS = {  # of paths
    "people": "person", "tokens": "token", "catalogue": "catalogue", "mappings": "mapping", "gaps": "gap",
    "rooms": "room", "webhooks": "webhook", "deliveries": "webhook", "conversations": "conversation", "notes": "note",
    "tags": "tags", "canned": "canned", "password": "password", "totp": "totp",
}  # fmt: skip


def audit_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    gr.Markdown(
        say(
            "### 操作记录\n谁、什么时候、在哪里、做了什么。数据库不让任何人改或删。",
            "### Audit\nWho did what, when and from where. The database lets nobody change or remove a line.",
        )
    )
    with gr.Row():
        who = gr.Dropdown([], label=say("谁", "Who"), min_width=160)
        areas = [(title(say.lang), name) for name, (title, _) in AREAS.items()]
        area = gr.Dropdown(areas, value="", label=say("哪方面", "About"), min_width=160)
    board = gr.HTML(padding=False)
    upto = gr.State(0)
    with gr.Row():
        newest = gr.Button(say("最新", "Newest"), size="sm", min_width=110)
        older = gr.Button(say("更早", "Older"), size="sm", min_width=110)
    chosen = [who, area]
    for control in chosen:
        control.input(desk.newest, chosen, [board, upto], show_progress="hidden")
    newest.click(desk.newest, chosen, [board, upto], show_progress="hidden")
    older.click(desk.older, [*chosen, upto], [board, upto], show_progress="hidden")
    page.fresh(desk.opened, chosen, [who, board, upto], tab)
    page.only(tab, "audit.read")


class Desk:
    """What the tab shows; nothing to anybody who may not see it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._audit = page.services.audit

    def opened(self, request: gr.Request, who: str | None, area: str | None) -> tuple[Any, str, int]:
        if not self._page.can(request, "audit.read"):
            return gr.update(choices=[], value=None), "", 0
        say = self._page.say
        everybody = (say("所有人", "Everybody"), "")
        names = [everybody, *((name, name) for name in self._audit.names() if name)]
        return gr.update(choices=names, value=who or ""), *self._board(who, area, 0)

    def newest(self, request: gr.Request, who: str | None, area: str | None) -> tuple[str, int]:
        self._page.must(request, "audit.read")
        return self._board(who, area, 0)

    def older(self, request: gr.Request, who: str | None, area: str | None, upto: int) -> tuple[str, int]:
        self._page.must(request, "audit.read")
        return self._board(who, area, upto)

    def _board(self, who: str | None, area: str | None, before: int) -> tuple[str, int]:
        """The lines before the one with this id, and the id that the next page goes on from."""
        say, begins = self._page.say, AREAS[area or ""][1]
        entries = self._audit.entries(who=who or "", actions=begins, before=before, limit=PAGE)
        if not entries:
            none = say("没有更早的记录了。", "There is nothing older.") if before else say("还没有记录。", "None yet.")
            return html.empty(none), before
        heads = (say("时间", "When"), say("谁", "Who"), say("做了什么", "What"), say("对象", "Of what"),
                 say("结果", "Outcome"), say("来自", "From"))  # fmt: skip
        asked = urlencode([*([("who", who)] if who else []), *(("action", each) for each in begins)])
        address = f"/api/staff/audit.csv{'?' if asked else ''}{asked}"
        export = f'<a class="zb-download" href="{escape(address)}" download>{say("下载 CSV", "Download CSV")} ↓</a>'
        table = html.table(heads, (self._row(entry) for entry in entries))
        return f'<div class="zb zb-table zb-audit"><p>{export}</p>{table}</div>', entries[-1].id

    def _row(self, entry: Entry) -> list[str]:
        role = f"<small>{escape(entry.role)}</small>" if entry.role else ""
        return [
            escape(self._page.moment(entry.at)), f"{escape(entry.who) or '—'}{role}",
            words(self._page.say.lang, entry.action), escape(entry.target), self._outcome(entry.outcome),
            escape(entry.address or self._page.say("命令行", "command line")),
        ]  # fmt: skip

    def _outcome(self, status: int) -> str:
        say = self._page.say
        if status == 0 or status < 400:
            return f'<span class="ok">{say("成功", "done")}</span>'
        return f'<span class="low">{say("被拒", "refused")} {status}</span>'


def words(lang: Lang, action: str) -> str:
    """An action as people call it; below it the route, when it came over the API."""
    if action in SIGNING_IN:
        return escape(SIGNING_IN[action](lang))
    noun, _, verb = action.partition(" ")
    route = _of_route(noun, verb) if verb.startswith("/") else None
    noun, verb = route or (noun, verb)
    if noun not in NOUNS or verb not in VERBS:
        return f"<code>{escape(action)}</code>"
    said = f"{VERBS[verb](lang)}{'' if lang == 'zh' else ' '}{NOUNS[noun](lang)}"
    return escape(said) + (f"<small>{escape(action)}</small>" if route else "")


def _of_route(method: str, path: str) -> tuple[str, str] | None:
    """What a change over the API was of, and what was done: by the parts of its path, else by its method."""
    parts = [part for part in path.removeprefix("/api/").split("/") if not part.startswith("{")]
    nouns = [PARTS[part] for part in parts if part in PARTS]
    verb = parts[-1] if parts[-1] in VERBS else METHODS.get(method, "")
    return (nouns[-1], "import" if parts[-1] == "ingest" else verb) if nouns else None
