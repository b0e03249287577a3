"""`zhibo`: everything from the command line. Heavy imports wait until a command needs them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

app = typer.Typer(
    name="zhibo",
    help="Zhibo 智播: a shopping assistant and a live room that never say what the catalogue can't back up.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
staff = typer.Typer(help="People and programs that may sign in. · 员工账号与程序令牌。", no_args_is_help=True)
app.add_typer(staff, name="staff")
models = typer.Typer(help="The model servers that answer. · 模型服务器。", no_args_is_help=True)
app.add_typer(models, name="models")

Data = Annotated[Path | None, typer.Option("--data", help="Folder for everything that is kept.  [default: ./data]")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on.", min=1, max=65535)]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; 0.0.0.0 for every interface.")]
LangOption = Annotated[str | None, typer.Option("--lang", help="zh or en; left out: the language of the question.")]


CHANGED = 3  # exit status of `guard`; 1 is trouble, 2 is wrong use
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def fail(message: str, status: int = 1) -> NoReturn:
    typer.secho(message, fg="red", err=True)
    raise typer.Exit(status)


def settings_of(**given: Any) -> Any:
    from knowledge.needs import keep_readings
    from web.settings import SettingsError, load_settings, unknown_variables

    for sentence in unknown_variables():
        typer.secho(sentence, fg="yellow", err=True)
    try:
        settings = load_settings(**given)
    except SettingsError as error:
        fail(str(error), 2)
    keep_readings(settings.data / "patterns.json")
    return settings


def checked(lang: str | None) -> Any:
    if lang not in (None, "zh", "en"):
        fail(f"--lang 只能是 zh 或 en。--lang is zh or en, not {lang!r}.", 2)
    return lang


@contextmanager
def told() -> Iterator[None]:
    """What a person can put right ends in its sentence, without a traceback."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        from web.trouble import KNOWN  # not before: it knows the errors of every package, and imports them

        if isinstance(error, KNOWN):
            fail(str(error))
        raise


@app.command()
def demo(
    data: Data = None,
    port: Port = None,
    host: Host = None,
    room: Annotated[bool, typer.Option(help="Start the live room as well.")] = True,
) -> None:
    """Run the demo shop with one live room, until Ctrl-C. · 启动演示店铺和直播间，按 Ctrl-C 停止。"""
    settings = settings_of(data=data, host=host, port=port)
    with told():
        from web.server import run_demo

        run_demo(settings, port_given=port is not None, with_room=room)


@app.command()
def serve(data: Data = None, port: Port = None, host: Host = None) -> None:
    """Run the web server: pages, widget, inbox, console. · 启动网站：页面、聊天窗、客服台、控制台。"""
    settings = settings_of(data=data, host=host, port=port)
    with told():
        if settings.workers > 1:
            from web.workers import run_workers

            def work(seat: Any) -> None:
                with told():
                    from web.server import run_worker

                    run_worker(settings, seat)

            if not run_workers(settings, work):
                raise typer.Exit(1)
            return
        from web.server import run_server

        run_server(settings)


@app.command()
def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Tables (CSV, XLSX), JSON, feeds, saved pages, manuals, questions, policies; folders or zips of them."
        ),
    ],
    mapping: Annotated[
        Path | None, typer.Option(help="YAML file that says which column is what; remembered for such files.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; change nothing.")] = False,
    refused: Annotated[
        Path | None, typer.Option(help="Write refused rows to this CSV file, to put right and feed again.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove what an earlier file of this name had and this one lacks.")
    ] = False,
    product: Annotated[
        list[str] | None, typer.Option(help="Id of a product that a manual is about; may be repeated.")
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget corrections remembered for such files; guess anew.")
    ] = False,
    as_json: JsonOption = False,
    data: Data = None,
) -> None:
    """Take in a merchant's files. · 导入商家的商品文件。"""
    settings = settings_of(data=data)
    with told():
        from web.ingesting import IngestPlan, run_ingest

        plan = IngestPlan(files, mapping, dry_run, refused, replace, tuple(product or ()), forget, as_json)
        if not run_ingest(settings, plan):
            raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What a shopper asks.")],
    as_json: JsonOption = False,
    lang: LangOption = None,
    product: Annotated[str, typer.Option(help="Id of the product page the shopper is on.")] = "",
    data: Data = None,
) -> None:
    """Answer one question, with its evidence. · 回答一个问题，并给出依据。"""
    settings = settings_of(data=data)
    with told():
        from web.commands import run_ask

        run_ask(settings, question, checked(lang), product, as_json=as_json)


@app.command()
def guard(
    text: Annotated[str, typer.Argument(help="What somebody wants to say about products; - reads standard input.")],
    product: Annotated[list[str] | None, typer.Option(help="Id of a product it is about; may be repeated.")] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="YAML or JSON file of one product, property: value; instead of the shop's own.")
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
    data: Data = None,
) -> None:
    """Check a text against catalogue and law; exits with 3 when it may not be said as it is.

    按商品资料和广告法检查一段话；有改动时退出码为 3。
    """
    settings = settings_of(data=data)
    with told():
        from web.commands import run_guard

        said = sys.stdin.read() if text == "-" else text
        passed = run_guard(settings, said, product or [], checked(lang), sheet=sheet, as_json=as_json)
    if not passed:
        raise typer.Exit(CHANGED)


@models.command("check")
def check_models(
    name: Annotated[list[str] | None, typer.Argument(help="Names in the table of models; left out: all.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Try every configured model server: what works, and what is done about what doesn't; exits with 1 when one fails.

    逐个试用配置的模型服务器：哪些能用、不能用的怎么办；有失败时退出码为 1。
    """
    settings = settings_of()
    with told():
        from web.checking import run_check

        passed = run_check(settings, name or [], as_json=as_json)
    if not passed:
        raise typer.Exit(1)


@app.command()
def proactive(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, to whom; send nothing.")] = False,
    as_json: JsonOption = False,
    data: Data = None,
) -> None:
    """Send the reminders that are due: late parcels, unpaid orders, … · 发出到点的提醒。"""
    settings = settings_of(data=data)
    with told():
        from web.reminding import run_proactive

        run_proactive(settings, dry_run=dry_run, as_json=as_json)


class _Live(TyperGroup):
    """`zhibo live ROOM …` goes on air; a room may be called anything but `export`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = not args or args[0] in self.commands or args[0] == "--help"
        return super().parse_args(ctx, args if known else ["air", *args])


live = typer.Typer(
    cls=_Live, no_args_is_help=True, help="Go on air: zhibo live ROOM --to URL. · 开播；export 导出记录。"
)
app.add_typer(live, name="live")


face = typer.Typer(
    no_args_is_help=True, help="A portrait of somebody who agreed, as the host. · 用本人同意的照片做主播。"
)
app.add_typer(face, name="face")


@face.command("mark")
def mark(
    photo: Annotated[Path, typer.Argument(help="PNG, JPEG or WebP; one face, from the front, mouth shut.")],
    out: Annotated[Path | None, typer.Option(help="The page to write; left out: PHOTO.html beside it.")] = None,
) -> None:
    """Write a page to mark a face on; open it in a browser. · 生成标记面部的网页，用浏览器打开。"""
    with told():
        from avatar.faces.photo.mark import page

        to = out or photo.with_suffix(".html")
        to.write_text(page(photo), encoding="utf-8")
        typer.echo(f"用浏览器打开 {to}，拖好十二个点，保存 points.yaml。Open it in a browser and save points.yaml.")


@face.command("make")
def make(
    photo: Annotated[Path, typer.Argument(help="The photograph; transparent around the person if you like.")],
    folder: Annotated[Path, typer.Argument(help="Is made, and named as the look of the face.")],
    points: Annotated[Path, typer.Option(help="points.yaml from `zhibo face mark`.")],
    person: Annotated[str, typer.Option(help="Who is shown.")],
    consented: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the consent.")],
    document: Annotated[str, typer.Option(help="Where the signed consent is kept.")],
    purpose: Annotated[str, typer.Option(help="What it was given for.")],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day.")] = None,
) -> None:
    """Make a host of a marked photograph. · 用标记好的照片生成主播。"""
    with told():
        from avatar.consent import Consent
        from avatar.faces.photo.host import PhotoHost
        from avatar.faces.photo.mark import marked

        consent = Consent(person, consented.date(), document, until.date() if until else None)
        PhotoHost.make(photo, folder, consent, purpose, marked(points))
        where = folder.resolve()
        typer.echo(f"好了：设置 face = photo、look = {where}。Ready: set face = photo and look = {where}.")


@live.command(name="export")
def export(
    room: Annotated[str, typer.Argument(help="Name of the room.")],
    form: Annotated[str, typer.Option("--format", help="txt (transcript), json, srt or vtt (subtitles).")] = "txt",
    since: Annotated[str, typer.Option(help="2026-11-28T08:00+08:00, or -90m, -2h, -3d from now.")] = "",
    until: Annotated[str, typer.Option(help="The same, for the end.")] = "",
    words: Annotated[str, typer.Option("--find", help="Only what holds these words.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; left out: standard output.")] = None,
    clips: Annotated[int, typer.Option(help="Also cut so many highlights from the recording.", min=0, max=100)] = 0,
    data: Data = None,
) -> None:
    """What a room said, showed, was asked and did not say. · 导出直播间说过、展示过、被问到和拦下的话。"""
    settings = settings_of(data=data)
    with told():
        from streaming.export import FORMATS
        from web.history import run_export

        chosen = next((each for each in FORMATS if each == form), None)
        if chosen is None:
            fail(f"--format 只能是 {'、'.join(FORMATS)}。--format is one of {', '.join(FORMATS)}.", 2)
        run_export(settings, room, chosen, since, until, words, out, clips)


@live.command(name="air")
def air(
    room: Annotated[str, typer.Argument(help="Name of the room: letters, digits, - and _.")],
    to: Annotated[
        list[str] | None, typer.Option(help="rtmp:// or rtmps:// address, or a file; may be repeated.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="End after so many seconds on air.", min=1)] = None,
    portrait: Annotated[bool, typer.Option("--portrait", help="720×1280 instead of 1280×720.")] = False,
    look: Annotated[str, typer.Option(help="Which host: a look of the face.")] = "",
    voice: Annotated[str, typer.Option(help="Voice of the host.")] = "",
    music: Annotated[str, typer.Option(help="Music in the background: a file, a folder, or bed.")] = "",
    template: Annotated[str, typer.Option(help="How the picture looks: blossom, daylight, festival, …")] = "",
    lang: Annotated[str, typer.Option(help="Language of the room: zh or en.")] = "zh",
    record: Annotated[bool, typer.Option(help="Keep a recording of what is sent.")] = True,
    comments: Annotated[
        list[str] | None, typer.Option(help="twitch:CHANNEL, youtube:VIDEO, bilibili:CODE, replay:FILE; repeatable.")
    ] = None,
    data: Data = None,
) -> None:
    """Go on air in this terminal, until Ctrl-C. · 在这个终端里开播，按 Ctrl-C 停止。"""
    settings = settings_of(data=data)
    with told():
        from web.rooms import RoomPlan
        from web.watched import run_live

        plan = RoomPlan(
            room, tuple(to or ()), checked(lang) or "zh", portrait, look, voice, seconds, music=music,
            record=record, comments=tuple(comments or ()), template=template,
        )  # fmt: skip
        run_live(settings, plan)


@app.command(hidden=True)
def room(
    name: Annotated[str, typer.Argument()] = "",
    with_parent: Annotated[bool, typer.Option("--with-parent")] = False,
    spare: Annotated[bool, typer.Option("--spare")] = False,
) -> None:
    """Run a room whose plan the web server has written; the server starts this itself.

    With --spare, load everything and wait for the name on standard input.
    """
    settings = settings_of()
    with told():
        from web.onair import run_planned, run_spare

        if spare:
            run_spare(settings)
        else:
            run_planned(settings, name, with_parent=with_parent)


@app.command()
def link(
    name: Annotated[
        str, typer.Option(help="Who signs in with it; colleagues see this name. Left out: 客服 1, 2, …")
    ] = "",
    role: Annotated[
        str | None, typer.Option(help="Role of somebody new: owner, merchant, agent (unless told) or viewer.")
    ] = None,
    data: Data = None,
) -> None:
    """Print a new one-time sign-in link for the staff. · 生成新的一次性登录链接。"""
    settings = settings_of(data=data)
    with told():
        from web.people import print_link

        print_link(settings, name, role)


Who = Annotated[str, typer.Argument(help="Name of the person.")]
RoleName = Annotated[str, typer.Argument(help="owner, merchant, agent or viewer.")]


@staff.command("list")
def list_staff(as_json: JsonOption = False, data: Data = None) -> None:
    """Who there is. · 列出员工。"""
    settings = settings_of(data=data)
    with told():
        from web.people import show_people

        show_people(settings, as_json=as_json)


@staff.command("add")
def add_staff(name: Who, role: RoleName, data: Data = None) -> None:
    """Add somebody and print their sign-in link. · 添加员工并生成登录链接。"""
    settings = settings_of(data=data)
    with told():
        from web.people import add_person

        add_person(settings, name, role)


@staff.command("role")
def staff_role(name: Who, role: RoleName, data: Data = None) -> None:
    """Change somebody's role. · 更改角色。"""
    settings = settings_of(data=data)
    with told():
        from web.people import change_role

        change_role(settings, name, role)


@staff.command("reset")
def reset_staff(name: Who, data: Data = None) -> None:
    """Clear password and second factor, sign out everywhere, print a new link. · 重设密码和两步验证。"""
    settings = settings_of(data=data)
    with told():
        from web.people import reset_person

        reset_person(settings, name)


@staff.command("disable")
def disable_staff(name: Who, data: Data = None) -> None:
    """Keep somebody out: sessions and links end. · 停用账号。"""
    settings = settings_of(data=data)
    with told():
        from web.people import keep_out

        keep_out(settings, name, disabled=True)


@staff.command("enable")
def enable_staff(name: Who, data: Data = None) -> None:
    """Let somebody in again. · 启用账号。"""
    settings = settings_of(data=data)
    with told():
        from web.people import keep_out

        keep_out(settings, name, disabled=False)


@staff.command("remove")
def remove_staff(name: Who, data: Data = None) -> None:
    """Remove somebody; what they did stays on record. · 删除员工。"""
    settings = settings_of(data=data)
    with told():
        from web.people import remove_person

        remove_person(settings, name)


@staff.command("token")
def staff_token(
    name: Annotated[str, typer.Argument(help="Name of the program.")],
    scope: Annotated[list[str] | None, typer.Option(help="What it may do; may be repeated.")] = None,
    days: Annotated[int | None, typer.Option(help="How long it holds; left out: for ever.", min=1, max=3650)] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the token of this name back.")] = False,
    data: Data = None,
) -> None:
    """Make a token for a program, shown once, or take one back. · 生成或收回程序令牌。"""
    settings = settings_of(data=data)
    with told():
        from web.people import make_token, revoke_token

        if revoke:
            revoke_token(settings, name)
        else:
            make_token(settings, name, scope or [], days)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
