"""The people of the shop: who may do what, invitations, second factors; for owners alone."""

from html import escape
from typing import Any

import gradio as gr

from knowledge.model import Text
from web.accounts import Account
from web.console import html
from web.console.page import Page
from web.errors import Refusal
from web.roles import Role

TITLES: dict[Role, Text] = {
    "owner": Text("店主", "Owner"), "merchant": Text("运营", "Merchant"), "agent": Text("客服", "Agent"),
    "viewer": Text("只看", "Viewer"),
}  # fmt: skip
MAY = {
    "owner": Text("什么都可以，也管员工、令牌和操作记录", "everything, also people, tokens and the audit"),
    "merchant": Text(
        "商品、活动、问答、直播、数据、客服台和控制台", "catalogue, offers, questions, rooms, figures, inbox, console"
    ),
    "agent": Text("看和回复对话", "read and answer conversations"),
    "viewer": Text("看对话、数据和直播，不能改", "look at conversations, figures and rooms; change nothing"),
}
Shown = tuple[Any, ...]


def users_tab(page: Page, tab: gr.Tab) -> None:
    """Build the tab; call it inside `gr.Blocks`."""
    say, desk = page.say, Desk(page)
    gr.Markdown(
        say(
            "### 员工\n邀请链接只能用一次，24 小时内有效；请当面或用可信的方式发给本人。",
            "### People\nAn invitation is a link that works once, within 24 hours; hand it to that person alone.",
        )
    )
    roles = [(title(say.lang), role) for role, title in TITLES.items()]
    armed = gr.State("")
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300):
            pick = gr.Radio([], label=say("员工", "People"), show_label=False, container=False, elem_classes="zb-pick")
            with gr.Group():
                name = gr.Textbox(label=say("新员工的名字", "Name of somebody new"), max_lines=1, max_length=80)
                first = gr.Dropdown(roles, value="agent", label=say("角色", "Role"))
            invite = gr.Button(say("邀请", "Invite"), variant="primary")
        with gr.Column(scale=3, min_width=330):
            about = gr.HTML(desk.about(None), padding=False)
            link = gr.Textbox(
                label=say("一次性登录链接", "One-time sign-in link"), interactive=False, visible=False,
                buttons=["copy"], elem_id="zb-link",
            )  # fmt: skip
            said = gr.HTML(padding=False)
            with gr.Column(visible=False) as form:
                role = gr.Dropdown(roles, label=say("角色", "Role"))
                with gr.Row():
                    save = gr.Button(say("保存角色", "Save the role"), variant="primary", min_width=190)
                    fresh = gr.Button(say("新的登录链接", "New sign-in link"), min_width=190)
                    out = gr.Button(say("在各处退出", "Sign out everywhere"), min_width=190)
                    totp = gr.Button(say("重设两步验证", "Reset second factor"), min_width=190)
                    keep = gr.Button(say("停用", "Disable"), variant="stop", min_width=190)
                    remove = gr.Button(say("删除", "Delete"), variant="stop", min_width=190)
    shown = [about, form, role, keep, remove, armed, link, said]
    pick.input(desk.show, pick, shown, show_progress="hidden")
    invite.click(desk.invite, [name, first], [pick, name, *shown])
    save.click(desk.save, [pick, role], [pick, *shown])
    fresh.click(desk.link, pick, [pick, *shown])
    out.click(desk.sign_out, pick, [pick, *shown])
    totp.click(desk.reset_totp, pick, [pick, *shown])
    keep.click(desk.keep_out, pick, [pick, *shown])
    remove.click(desk.remove, [pick, armed], [pick, *shown])
    page.fresh(desk.listing, pick, pick, tab)
    page.only(tab, "people")


class Desk:
    """What the buttons do. Each asks first whether whoever presses it is an owner."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._accounts = page.services.auth.accounts

    def listing(self, request: gr.Request, chosen: str | None) -> Any:
        if not self._page.can(request, "people"):
            return gr.update(choices=[], value=None)
        people = self._accounts.people()
        kept = chosen if chosen in {person.id for person in people} else None
        return gr.update(choices=[(self._line(person), person.id) for person in people], value=kept)

    def show(self, request: gr.Request, person_id: str | None) -> Shown:
        self._page.must(request, "people")
        return self._shown(person_id)

    def invite(self, request: gr.Request, name: str, role: Role) -> Shown:
        self._page.must(request, "people")
        try:
            person = self._accounts.add(name or "", role)
        except Refusal as refusal:
            return gr.skip(), gr.skip(), *self._shown(None, note=html.note(refusal.message(self._page.say.lang)))
        self._page.record(request, "person add", f"{person.name} {role}")
        return self.listing(request, person.id), "", *self._shown(person.id, link=self._link(request, person))

    def save(self, request: gr.Request, person_id: str | None, role: Role) -> Shown:
        def change(person: Account) -> str:
            self._accounts.set_role(person.id, role)
            self._page.record(request, "person role", f"{person.name} {role}")
            return self._page.say("已保存，马上生效。", "Saved; it counts at once.")

        return self._do(request, person_id, change)

    def link(self, request: gr.Request, person_id: str | None) -> Shown:
        self._page.must(request, "people")
        person = self._accounts.person(person_id or "")
        try:
            made = self._link(request, person)
        except Refusal as refusal:
            raise self._page.error(refusal) from None
        self._page.record(request, "person link", person.name)
        return self.listing(request, person.id), *self._shown(person.id, link=made)

    def sign_out(self, request: gr.Request, person_id: str | None) -> Shown:
        def end(person: Account) -> str:
            self._accounts.end_all(person.id)
            self._page.record(request, "person signout", person.name)
            return self._page.say("所有设备都已退出。", "Signed out on every device.")

        return self._do(request, person_id, end)

    def reset_totp(self, request: gr.Request, person_id: str | None) -> Shown:
        def reset(person: Account) -> str:
            self._accounts.reset_totp(person.id)
            self._page.record(request, "person reset-totp", person.name)
            return self._page.say(
                "两步验证已清除，密码不变；下次登录后请本人重新开启。",
                "The second factor is cleared, the password stays; they turn it on again after signing in.",
            )

        return self._do(request, person_id, reset)

    def keep_out(self, request: gr.Request, person_id: str | None) -> Shown:
        def turn(person: Account) -> str:
            self._accounts.set_disabled(person.id, not person.disabled)
            self._page.record(request, f"person {'enable' if person.disabled else 'disable'}", person.name)
            say = self._page.say
            if person.disabled:
                return say("已启用，可以登录了。", "Enabled: they may sign in again.")
            return say("已停用：马上退出，不能再登录。", "Disabled: signed out at once, and kept out.")

        return self._do(request, person_id, turn)

    def remove(self, request: gr.Request, person_id: str | None, armed: str) -> Shown:
        """Asks once whether that is meant."""
        self._page.must(request, "people")
        if armed != person_id:
            return gr.skip(), *self._shown(person_id, armed=person_id or "")
        try:
            removed = self._accounts.remove(person_id)
        except Refusal as refusal:
            return gr.skip(), *self._shown(person_id, note=html.note(refusal.message(self._page.say.lang)))
        self._page.record(request, "person remove", removed.name)
        done = self._page.say(
            f"{removed.name} 已删除，做过的事仍在操作记录里。",
            f"{removed.name} is gone; what they did stays.",
        )
        return self.listing(request, None), *self._shown(None, note=html.note(done, "good"))

    def about(self, person: Account | None) -> str:
        say = self._page.say
        if person is None:
            return html.empty(say("在左边选一个人，或邀请新人。", "Choose somebody on the left, or invite anew."))
        yes, no = say("有", "yes"), say("没有", "no")
        codes = say(f"，剩 {person.recovery_left} 个恢复码", f", {person.recovery_left} recovery codes left")
        last = self._page.moment(person.signed_in) if person.signed_in else say("从未", "never")
        sessions = self._accounts.sessions(person.id)
        places = " · ".join(dict.fromkeys(each.address for each in sessions)) or "—"
        rows = [
            (say("可以", "May"), MAY[person.role](say.lang)),
            (say("密码", "Password"), yes if person.has_password else no),
            (say("两步验证", "Second factor"), yes + codes if person.totp else no),
            (say("上次登录", "Last signed in"), last),
            (say("正登录的设备", "Signed in on"), f"{len(sessions)} ({places})" if sessions else "—"),
        ]
        items = "".join(f"<dt>{escape(title)}</dt><dd>{escape(value)}</dd>" for title, value in rows)
        mark = f"<em>{TITLES[person.role](say.lang)}</em>"
        off = html.note(say("这个账号已停用。", "This account is disabled."), "info") if person.disabled else ""
        return html.card(person.name, f"{off}<dl class='zb-facts'>{items}</dl>", mark)

    def _do(self, request: gr.Request, person_id: str | None, work: Any) -> Shown:
        """Change somebody and show how they stand then; `work` gives the sentence that says what was done."""
        self._page.must(request, "people")
        try:
            note = html.note(work(self._accounts.person(person_id or "")), "good")
        except Refusal as refusal:
            note = html.note(refusal.message(self._page.say.lang))
        return self.listing(request, person_id), *self._shown(person_id, note=note)

    def _shown(self, person_id: str | None, *, note: str = "", link: str = "", armed: str = "") -> Shown:
        say = self._page.say
        person = next((one for one in self._accounts.people() if one.id == person_id), None)
        off = person is not None and person.disabled
        sure = say(f"真的删除 {person.name}？", f"Really delete {person.name}?") if armed and person else ""
        return (
            self.about(person), gr.update(visible=person is not None), person.role if person else None,
            say("启用", "Enable") if off else say("停用", "Disable"), sure or say("删除", "Delete"), armed,
            gr.update(value=link, visible=bool(link)), note,
        )  # fmt: skip

    def _link(self, request: gr.Request, person: Account) -> str:
        host = f"{request.request.url.scheme}://{request.headers['host']}"
        base = self._page.services.settings.public_url or host
        return f"{base}/signin#{self._accounts.new_link(person.id)}"

    def _line(self, person: Account) -> str:
        say = self._page.say
        off = say(" · 已停用", " · disabled") if person.disabled else ""
        return f"{person.name} · {TITLES[person.role](say.lang)}{off}"
