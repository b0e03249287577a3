"""`zhibo`: everything from the command line. Heavy imports wait until a command needs them."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

app = typer.Typer(
    name="zhibo",
    help="Zhibo 智播: a shopping assistant and a live room that never say what the catalogue can't back up.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path | None, typer.Option("--data", help="Folder for everything that is kept.  [default: ./data]")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on.", min=1, max=65535)]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; 0.0.0.0 for every interface.")]
LangOption = Annotated[str | None, typer.Option("--lang", help="zh or en; left out: the language of the question.")]


def fail(message: str, status: int = 1) -> NoReturn:
    typer.secho(message, fg="red", err=True)
    raise typer.Exit(status)


def settings_of(**given: Any) -> Any:
    from web.settings import SettingsError, load_settings, unknown_variables

    for sentence in unknown_variables():
        typer.secho(sentence, fg="yellow", err=True)
    try:
        return load_settings(**given)
    except SettingsError as error:
        fail(str(error), 2)


@app.command()
def demo(
    data: Data = None,
    port: Port = None,
    host: Host = None,
    room: Annotated[bool, typer.Option(help="Start the live room.")] = True,
) -> None:
    """Run the demo shop with one live room, until Ctrl-C. / 启动演示店铺和直播间。"""
    from web.server import run_demo

    run_demo(settings_of(data=data, host=host, port=port), port_given=port is not None, with_room=room)


@app.command()
def serve(data: Data = None, port: Port = None, host: Host = None) -> None:
    """Run the web server: shop pages, widget, inbox, console. / 启动网站服务。"""
    from web.server import run_server

    run_server(settings_of(data=data, host=host, port=port))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What a shopper asks.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    lang: LangOption = None,
    product: Annotated[str, typer.Option("--product", help="The product page the shopper is on.")] = "",
    data: Data = None,
) -> None:
    """Answer one question, with its evidence. / 回答一个问题并给出依据。"""
    from web.asking import ask_once, show

    answer = asyncio.run(ask_once(settings_of(data=data), question, lang, product))
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        show(answer)


def main() -> None:
    app()


if __name__ == "__main__":
    sys.exit(main())
