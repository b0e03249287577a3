"""`make pictures`: the pictures of the README and of docs/faces.md, taken from the running product.

Starts the demo shop in a temporary folder, uses it in Chromium as a shopper, a viewer, an agent and a merchant would,
and takes a frame from the live room's stream. Run as: python -m docs.pictures [FOLDER]
"""

import io
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from avatar.faces.drawn import looks
from avatar.faces.drawn.host import Host
from avatar.faces.drawn.pose import Pose
from tests.servers import chromium, free_port, missing, wait_for_port

QUESTION = "两百元以内，适合通勤的保温杯有哪些？"
COMMENT = "这款可以放进洗碗机吗？"
DESKTOP = {"width": 1360, "height": 850}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@contextmanager
def demo(folder: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "web.cli", "demo", "--data", str(folder / "data"), "--port", str(port)]
    with (folder / "demo.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder)
    try:
        wait_for_port(port, within_s=180, process=server)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)  # a busy machine is slow to leave a room


def save(picture: bytes | Image.Image, path: Path) -> None:
    image = Image.open(io.BytesIO(picture)) if isinstance(picture, bytes) else picture
    image.convert("RGB").save(path, quality=88, method=6)
    sys.stdout.write(f"{path}  {image.width}×{image.height}  {path.stat().st_size // 1024} KB\n")


def sign_in_link(folder: Path, site: str) -> str:
    command = [
        sys.executable,
        "-m",
        "web.cli",
        "link",
        "--name",
        "小林",
        "--role",
        "owner",
        "--data",
        str(folder / "data"),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    token = re.search(r"/signin#(\S+)", answer.stdout)
    if token is None:
        raise SystemExit(f"zhibo link printed no address:\n{answer.stdout}")
    return f"{site}/signin#{token[1]}"


def window(browser: Browser, address: str, *, width: int = 1360, height: int = 850) -> Page:
    page = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", device_scale_factor=1
    ).new_page()
    page.set_default_timeout(180_000)  # a busy machine is slow
    page.goto(address)
    return page


def ask(page: Page, text: str) -> None:
    if (door := page.get_by_role("button", name="打开客服对话")).is_visible():
        door.click()
        page.locator(".turn.bot").first.wait_for()
    page.get_by_label("输入消息", exact=True).fill(text)
    page.keyboard.press("Enter")


def frame_of_stream(address: str, *, after_s: float) -> Image.Image:
    """A picture a viewer sees `after_s` seconds into the room's own stream."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=20) as stream, av.open(stream, format="flv") as container:
                started: float | None = None
                for frame in container.decode(video=0):
                    started = frame.time if started is None else started
                    if frame.time - started >= after_s:
                        return frame.to_image()
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(1)


def on_air(site: str) -> None:
    """Return once the demo's room has a picture with a product in it."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{site}/api/rooms/demo", timeout=10) as answer:
            room = json.load(answer)
        if room["state"] == "on_air" and room.get("product"):
            return
        time.sleep(1)
    raise SystemExit("The demo's live room showed no product within 180 s; see its room.log.")


def templates(out: Path) -> None:
    """Every template in both orientations, drawn as on air, on one sheet."""
    from avatar.face import load_face
    from avatar.media import RATE, Moment
    from streaming.phrases import LABELS
    from streaming.scene import Scene
    from streaming.scenes.layout import host_size
    from streaming.scenes.template import template
    from streaming.scenes.template import templates as known
    from streaming.settings import RoomSettings
    from streaming.view import Bubble, Caption, Card, Countdown, Coupon, View
    from web.wiring import DEMO_SHOP

    words = LABELS["zh"]
    card = Card(
        "cup", "檐雀轻旅316不锈钢保温杯 500ml", "129", "169", points=("容量 500ml", "净重 285g"),
        picture=DEMO_SHOP / "pictures" / "cup-316-500.webp", coupon=Coupon("¥20", "满99可用", "HELLO20"),
    )  # fmt: skip
    view = View(
        "檐雀生活", words["call"], card=card, bubble=Bubble("小***", COMMENT), ticker=("全场满300减50",),
        countdown=Countdown(words["ends"], time.time() + 754),
    )  # fmt: skip
    names, (wide, tall) = sorted(known()), ((480, 270), (152, 270))
    sheet = Image.new("RGB", (2 * (wide[0] + tall[0]) + 36, -(-len(names) // 2) * (wide[1] + 12) + 12), "white")
    for at, name in enumerate(names):
        x, y = 12 + at % 2 * (wide[0] + tall[0] + 12), 12 + at // 2 * (wide[1] + 12)
        for width, height, size in ((1280, 720, wide), (720, 1280, tall)):
            box = host_size(width, height, template(name))
            face = load_face("drawn", size=box, look=("lin", "mia", "yue", "chen", "leo")[at % 5])
            scene = Scene(RoomSettings(room="x", folder=out, width=width, height=height, template=name), box)
            host = face.render(Moment(0, np.zeros(RATE // 25, np.int16)))
            for _ in range(45):
                picture = scene.compose(host, view, Caption("六小时后还有68度以上。", 7))
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p").reformat(format="rgb24", src_colorspace=1)
            sheet.paste(frame.to_image().resize(size, Image.Resampling.LANCZOS), (x, y))
            x += wide[0] + 4
    save(sheet, out / "templates.webp")


def take(folder: Path, site: str, out: Path) -> None:
    live = f"{site}/live/demo"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        on_air(site)
        shop = window(browser, site)
        ask(shop, QUESTION)
        shop.locator(".turn.bot .thumbs").first.wait_for()
        shop.wait_for_timeout(4_000)
        save(shop.screenshot(), out / "shop.webp")

        viewer = window(browser, live)
        viewer.wait_for_timeout(6_000)
        request = urllib.request.Request(
            f"{site}/api/rooms/demo/comments",
            data=f'{{"author": "小林", "text": "{COMMENT}"}}'.encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=10).close()
        save(frame_of_stream(f"{live}.flv", after_s=4.0), out / "stream.webp")
        viewer.wait_for_timeout(3_000)
        save(viewer.screenshot(), out / "live.webp")

        waiting = window(browser, site)
        waiting.get_by_role("button", name="打开客服对话").wait_for()
        ask(waiting, "你们的保温杯摔坏了能换吗？")
        waiting.locator(".turn.bot .thumbs").first.wait_for()
        ask(waiting, "我想找人工客服，杯盖漏水")
        waiting.locator(".system.wait").wait_for()
        staff = window(browser, sign_in_link(folder, site))
        staff.wait_for_url(re.compile(r"/inbox"))
        staff.locator(".chip.waiting").click()
        staff.locator(".rows .row").first.click()
        staff.get_by_role("button", name="接管", exact=True).click()
        reply = staff.get_by_label("回复顾客…")
        reply.fill("您好，我是客服小林。漏水的杯子可以换新，麻烦您拍一张杯盖的照片。")
        reply.press("Enter")
        staff.locator(".turn.agent:not(.pending)").wait_for()
        ask(waiting, "好的，谢谢！")
        staff.locator(".chip").first.click()
        staff.wait_for_timeout(2_000)
        save(staff.screenshot(), out / "inbox.webp")

        staff.goto(f"{site}/console/zh/")
        staff.get_by_role("tab", name="政策").click()
        staff.locator(".zb-pick label").first.click()
        staff.wait_for_timeout(4_000)
        save(staff.screenshot(), out / "console.webp")
        browser.close()


def hosts(out: Path) -> None:
    """All hosts side by side, each in the clothes it is listed with first, and one who has changed."""
    names = [*(name for name in looks() if "-" not in name), "lin-ivory"]
    columns, ground = 5, (244, 232, 226)
    width, height = 320, 350
    sheet = Image.new("RGB", (columns * width, -(-len(names) // columns) * height), ground)
    for index, name in enumerate(names):
        host = Host(looks()[name], (420, 540))
        frame = host.draw(Pose(yaw=0.08, roll=-0.02, smile=0.75))
        host.close()
        person = Image.fromarray(frame[:height, 50 : 50 + width], "RGBa").convert("RGBA")
        sheet.paste(person, (index % columns * width, index // columns * height), person)
    save(sheet, out / "hosts.webp")


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    out.mkdir(parents=True, exist_ok=True)
    hosts(out)
    templates(out)
    if not (chromium() and not missing("chromium")):
        raise SystemExit("Pictures are taken in Chromium; install it first (Debian: apt install chromium).")
    with tempfile.TemporaryDirectory(prefix="zhibo-pictures-") as name:
        port = free_port()
        with demo(Path(name), port):
            take(Path(name), f"http://127.0.0.1:{port}", out)


if __name__ == "__main__":
    main()
