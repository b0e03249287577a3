"""Which music a room plays, how loud, and the merchant's own with the right to play it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from starlette.concurrency import run_in_threadpool

from avatar.media import RATE
from knowledge.model import Text
from streaming.sound.bed import TUNES, bed
from streaming.sound.music import MusicError
from web.console import html
from web.console.page import Page
from web.errors import Refusal
from web.music import OFF, OWN
from web.wiring import tracks

BEDS = {
    "bed": Text("自带 · 平静", "Built in: calm"), "bed-bright": Text("自带 · 轻快", "Built in: bright"),
    "bed-evening": Text("自带 · 晚间", "Built in: evening"),
}  # fmt: skip


def music_picker(page: Page) -> tuple[Any, Any, Any]:
    """Build the part; call it inside `gr.Blocks`. The boxes with music and loudness, and what tells the choices now."""
    say, desk = page.say, Desk(page)
    settings = page.services.settings
    with gr.Row():
        music = gr.Dropdown(desk.choices(), value="", label=say("背景音乐", "Music"), min_width=140)
        volume = gr.Slider(
            -40, -16, settings.music_lufs, step=1, min_width=140,
            label=say("音量（LUFS，主播说话时自动让开）", "Loudness (LUFS; steps back under the host)"),
        )  # fmt: skip
    sample = gr.Audio(label=say("试听", "Listen"), interactive=False, buttons=[], visible=False)
    with gr.Accordion(say("用自己的音乐", "Music of your own"), open=False):
        file = gr.File(label="MP3 / M4A / FLAC / WAV / OGG", height=90)
        title = gr.Textbox(label=say("曲名", "What it is called"), max_lines=1)
        rights = gr.Textbox(
            label=say("凭什么可以公开播放", "Why you may play it in public"), lines=2,
            placeholder=say("某音乐库商用授权，编号……，可用于直播和回放", "Licence no. … of …, for live and replays"),
            info=say("个人会员的听歌权利不包括直播。会记下是谁、什么时候写的。",
                     "A personal subscription does not cover it. Who wrote this and when is kept."),
        )  # fmt: skip
        said = gr.HTML(padding=False)
        with gr.Row():
            save = gr.Button(say("保存", "Save"), variant="primary", min_width=90)
            remove = gr.Button(say("删除上面选中的", "Delete the one chosen above"), variant="stop", min_width=90)
    music.input(desk.listen, music, sample, show_progress="minimal")
    save.click(desk.save, [file, title, rights], [said, music])
    remove.click(desk.remove, music, [said, music])
    return music, volume, desk.choices


class Desk:
    """What the boxes do."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._tracks = tracks(page.services.settings)

    def choices(self) -> list[tuple[str, str]]:
        say, configured = self._page.say, self._page.services.settings.music
        usual = say("默认（不放）", "As configured (none)") if not configured else say("默认", "As configured")
        own = [(track.title, OWN + name) for name, track in self._tracks.all()]
        return [(usual, ""), (say("不放", "None"), OFF), *((BEDS[name](say.lang), name) for name in TUNES), *own]

    async def listen(self, music: str | None) -> Any:
        """A file as it is, or one round of what is built in."""
        try:
            if music and music in TUNES:
                wave = await run_in_threadpool(bed, music)
                heard: Any = (RATE, (wave * 20_000).astype(np.int16))
            elif music and music.startswith(OWN):
                heard = str(self._tracks.path(music.removeprefix(OWN)))
            else:
                return gr.update(value=None, visible=False)
        except MusicError as error:
            raise gr.Error(str(error), print_exception=False) from None
        return gr.update(value=heard, visible=True)

    def save(self, request: gr.Request, file: str | None, title: str, rights: str) -> tuple[str, Any]:
        say = self._page.say
        if not file:
            return html.note(say("先选一个音乐文件。", "Choose a music file first.")), gr.skip()
        recorded = f"{self._page.who(request)}, {datetime.now(UTC).isoformat(timespec='seconds')}"
        try:
            made = self._tracks.add(Path(file).read_bytes(), title or "", rights or "", recorded)
        except Refusal as refusal:
            return html.note(refusal.message(say.lang)), gr.skip()
        self._page.record(request, "music save", made)
        done = say("已保存，授权说明记录在案。", "Saved, with the note of your right on record.")
        return html.note(done, "good"), gr.update(choices=self.choices(), value=OWN + made)

    def remove(self, request: gr.Request, music: str | None) -> tuple[str, Any]:
        say, name = self._page.say, (music or "").removeprefix(OWN)
        try:
            self._tracks.remove(name)
        except MusicError:
            return html.note(say("先在上面选一首自己的音乐。", "Choose one of your own above first.")), gr.skip()
        self._page.record(request, "music remove", name)
        return html.note(say("已删除。", "Deleted."), "good"), gr.update(choices=self.choices(), value="")
