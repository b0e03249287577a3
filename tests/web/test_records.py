"""A room's history over HTTP and on the command line, with clips cut from a real recording."""

import io
import json
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.guard.verdict import Verdict
from streaming.airings import Airings
from streaming.encoder import Encoder
from streaming.records import Records
from streaming.settings import RoomSettings
from streaming.sinks.files import RollingWriting
from tests.web.conftest import Site
from web.cli import app
from web.wiring import recordings_of

RUN = "abcd1234"


@pytest.fixture
def history(site: Site) -> Site:
    """Seven seconds of a room that answered one question and was kept from one sentence."""
    store = site.services.catalog.store
    records, airings = Records(store, "main"), Airings(store, "main", RUN)
    records.comment("c1", "小鹿", "douyin", "这双多少钱？")
    records.said("u1", "answer", Verdict("ok", "这双59元。", "这双59元。"), product_id="S1", comment_id="c1")
    airings.begin("said", 2400, "这双59元。", utterance_id="u1", product_id="S1")
    airings.end(2400, 3900)
    records.comment_ended("c1", "answered")
    records.said("u2", "script", Verdict("contradicted", "全网最低价！", ""), product_id="S1")
    settings = RoomSettings(room="main", folder=Path(), width=640, height=360, preset="ultrafast")
    encoder = Encoder(settings)
    writing = RollingWriting(
        recordings_of(site.services.settings, "main"), encoder.format, run=RUN, keep_s=1e6, piece_s=3.0, spare_bytes=0
    )
    for frame in range(175):
        for packet in encoder.encode(np.full((540, 640), frame, np.uint8), np.zeros(1764, np.int16)):
            writing.write(packet)
    writing.close()
    return site


def test_a_rooms_history_is_searched_exported_and_cut(history: Site, tmp_path: Path) -> None:
    with history.client() as anybody:
        for path in ("records", "export", "highlights", f"clip?run={RUN}&start_ms=0&end_ms=9"):
            assert anybody.get(f"/api/rooms/main/{path}").status_code == 401
    with history.staff(role="viewer") as staff:
        entries = staff.get("/api/rooms/main/records").json()["entries"]
        assert sorted((entry["kind"], entry["text"]) for entry in entries) == [
            ("asked", "这双多少钱？"), ("blocked", "全网最低价！"), ("said", "这双59元。"),
        ]  # fmt: skip
        found = staff.get("/api/rooms/main/records", params={"q": "最低", "since": "-1h"}).json()["entries"]
        assert [entry["text"] for entry in found] == ["全网最低价！"]
        refused = staff.get("/api/rooms/main/records", params={"since": "gestern"})
        assert refused.status_code == 422 and "-90m" in refused.json()["message"]
        subtitles = staff.get("/api/rooms/main/export", params={"format": "srt"})
        assert subtitles.text == "1\n00:00:02,400 --> 00:00:03,900\n这双59元。\n"
        assert "attachment" in subtitles.headers["Content-Disposition"]
        (best,) = staff.get("/api/rooms/main/highlights").json()["highlights"]
        assert (best["title"], best["run"], best["start_ms"]) == ("这双多少钱？", RUN, 2400)
        span = {name: best[name] for name in ("run", "start_ms", "end_ms")}
        clip = staff.get("/api/rooms/main/clip", params=span)
        assert clip.status_code == 200, clip.text
        with av.open(io.BytesIO(clip.content)) as container:
            shown = [int(frame.to_ndarray()[100, 100]) for frame in container.decode(video=0)]
        # From the key frame before 1.6 s (there is one at the beginning) to 4.7 s, over the border of two pieces.
        assert len(shown) in range(115, 120) and abs(shown[0] - 0) < 3 and abs(shown[-1] - (len(shown) - 1)) < 4
        assert staff.get("/api/rooms/main/clip", params={**span, "run": "0" * 8}).status_code == 404
        assert staff.get("/api/rooms/main/clip", params={**span, "end_ms": 10**7}).status_code == 422
    data = str(history.services.settings.data)
    out = tmp_path / "show.json"
    ran = CliRunner().invoke(
        app, ["live", "export", "main", "--format", "json", "--out", str(out), "--clips", "3", "--data", data]
    )
    assert ran.exit_code == 0, ran.output
    assert len(json.loads(out.read_text(encoding="utf-8"))) == 3
    subtitles_of_clip = (tmp_path / "show" / "01-question.srt").read_text(encoding="utf-8")
    assert "00:00:02,400 --> 00:00:03,900" in subtitles_of_clip and (tmp_path / "show" / "01-question.mp4").exists()
    nothing = CliRunner().invoke(app, ["live", "export", "other", "--data", data])
    assert nothing.exit_code == 1 and "Nothing is on record" in nothing.output
