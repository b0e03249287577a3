"""How many shoppers two cores can talk to:  python -m bench.chat_load [--seconds 60] [--sessions 200] [--think 1.22]
                                           or an open loop:  python -m bench.chat_load --rate 160

Real sockets, a real `zhibo serve` with the demo shop, the embedded model. Every session asks what shoppers ask, and, as
they do, its next question a while after it was answered (`--think`: 200 who think for 1.22 s ask 164 times a second if
answered at once). With `--rate` it asks at an even pace, answered or not; 0: without a pause. In the middle the whole
server is killed with SIGKILL and started again; the sessions resume as the widget does. Afterwards the database is
read: each message must be there once and have one answer. Server and generator share the machine; the share of each is
printed. The figures of the whole time have the kill in them; those "without the kill" leave out who waited at any
moment from the kill until all that was asked before the server came back had been answered.

Two runs beside each other: questions as often as shops see them, and questions none of which is asked twice.
"""

import asyncio
import os
import platform
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bench.chat_client import PATIENCE_S, Answered, Pace, Shopper, Tally
from bench.chat_questions import TURNS, Asked
from bench.report import Cell, arguments, report
from knowledge.catalog import Catalog
from knowledge.settings import KnowledgeSettings
from web.wiring import DEMO_SHOP

WARM_S = 5.0  # before anything is counted
TICK_S = 0.5
UNLIMITED = {  # every session comes from one address here
    "ZHIBO_MESSAGES_PER_MINUTE": "100000",
    "ZHIBO_REQUESTS_PER_MINUTE": "10000000",
    "ZHIBO_STREAMS_PER_ADDRESS": "100000",
    "ZHIBO_LOG_LEVEL": "warning",
    "ZHIBO_CONSOLE": "false",
}


@dataclass
class Machine:
    """Processor time and memory of a process and those it started, where /proc tells."""

    root: int
    seen: dict[int, float] = field(default_factory=dict)  # process → seconds of CPU
    processes: int = 0
    memory_mb: float = 0.0

    def look(self) -> None:
        ticks, memory = os.sysconf("SC_CLK_TCK"), 0.0
        running = self.running()
        for pid in running:
            with suppress(OSError, IndexError, ValueError, StopIteration):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                self.seen[pid] = (int(fields[11]) + int(fields[12])) / ticks
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                memory += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1000
        self.processes = len(running) or self.processes
        self.memory_mb = memory or self.memory_mb

    def running(self) -> list[int]:
        """The process and its descendants that live."""
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, IndexError, ValueError):
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(stat.parent.name))
        found = [self.root] if Path(f"/proc/{self.root}").exists() else []
        for pid in found:
            found += children.get(pid, [])
        return found

    @property
    def cpu_s(self) -> float:
        return sum(self.seen.values())


class Served:
    """`zhibo serve` in a process group of its own."""

    def __init__(self, data: Path, workers: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._log = data / "server.log"
        self._command = [sys.executable, "-m", "web.cli", "serve", "--data", str(data), "--port", str(self.port)]
        self._environment = {**os.environ, **UNLIMITED, "ZHIBO_WORKERS": str(workers)}
        # As where it is installed for good: a second start finds what the first one compiled.
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._environment["PYTHONPYCACHEPREFIX"] = str(data / "bytecode")
        self._process: subprocess.Popen[bytes] | None = None
        self.machines: list[Machine] = []

    @property
    def machine(self) -> Machine:
        return self.machines[-1]

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        self.machines.append(Machine(self._process.pid))

    async def ready(self) -> None:
        """When it answers; RuntimeError with its last words when it has ended."""
        while True:
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(self._log.read_text(errors="replace")[-2000:])
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                answer = await reader.read()
                writer.close()
                if b" 200 " in answer[:16]:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self.machine.look()
        for pid in self.machine.running() if how == signal.SIGKILL else [self._process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._end(signal.SIGKILL)
            return
        self._process = None


@dataclass
class Run:
    """What was measured, all moments on one clock."""

    tally: Tally
    begin: float = 0.0
    end: float = 0.0
    killed: float = 0.0
    back: float = 0.0
    server_cpu_s: float = 0.0
    own_cpu_s: float = 0.0
    empty_mb: float = 0.0
    full_mb: float = 0.0
    processes: int = 0
    yardstick_ms: float = 0.0
    questions: int = 0  # that were made
    different: int = 0  # of those

    @property
    def caught_up(self) -> float:
        """When all that was asked before the server was back had been answered."""
        return max((one.whole for one in self.tally.answered if one.sent < self.back), default=self.back)


async def measure(served: Served, catalog: Catalog, told: "Options", *, distinct: bool) -> Run:
    rng = random.Random(told.seed)
    asked = Asked(catalog, rng, distinct=distinct)
    tally = Tally()
    run = Run(tally, yardstick_ms=yardstick_ms())
    served.start()
    await served.ready()
    served.machine.look()
    run.empty_mb = served.machine.memory_mb
    start = time.monotonic() + 0.5
    run.begin, run.end = start + WARM_S, start + WARM_S + told.seconds
    pace = told.pace
    between_s = pace.every_s or pace.think_s
    most = int(told.seconds / between_s) + 40 if between_s else 400
    questions = [asked.of_visitors(most) for _ in range(told.sessions)]
    shoppers = [Shopper(("127.0.0.1", served.port), each, tally, TURNS) for each in questions]
    tasks = [
        asyncio.create_task(each.live(start + between_s * rng.random() + WARM_S / 2 * rng.random(), pace, run.end))
        for each in shoppers
    ]
    await _until(run.begin)
    served.machine.look()
    before, own = served.machine.cpu_s, time.process_time()
    if told.restart:
        await _until(run.begin + told.seconds / 2)
        served.machine.look()
        run.full_mb, run.processes = served.machine.memory_mb, served.machine.processes
        await asyncio.to_thread(served.kill)
        run.killed = time.monotonic()
        served.start()
        await served.ready()
        run.back = time.monotonic()
    await _until(run.end)
    served.machine.look()
    run.server_cpu_s = sum(each.cpu_s for each in served.machines) - before
    run.own_cpu_s = time.process_time() - own
    if not told.restart:
        run.full_mb, run.processes = served.machine.memory_mb, served.machine.processes
    await asyncio.gather(*tasks)
    run.questions = sum(shopper.asked for shopper in shoppers)
    pairs = zip(questions, shoppers, strict=True)
    run.different = len({text for each, shopper in pairs for _, text in each[: shopper.asked]})
    return run


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))


def audit(catalog: Catalog, tally: Tally) -> tuple[int, int]:
    """Read the database: messages that are missing or unanswered, and those stored or answered twice."""
    lost = doubled = 0
    query = sa.text("SELECT conversation_id, role, client_id FROM messages ORDER BY conversation_id, seq")
    found: dict[str, list[tuple[str, str]]] = {}
    with catalog.store.read() as connection:
        for conversation, role, client_id in connection.execute(query):
            found.setdefault(conversation, []).append((role, client_id))
    for conversation, asked in tally.audit.items():
        answers: dict[str, int] = {}
        current = ""
        for role, client_id in found.get(conversation, []):
            if role == "user":
                doubled += client_id in answers
                answers[client_id], current = answers.get(client_id, 0), client_id
            elif role == "bot":  # that nobody is there to take over, the shop says besides
                answers[current] = answers.get(current, 0) + 1
        lost += sum(not answers.get(client_id) for client_id in asked)
        doubled += sum(max(0, count - 1) for count in answers.values())
    return lost, doubled


@dataclass(frozen=True, slots=True)
class Options:
    seconds: float
    sessions: int
    rate: float
    think_s: float  # 0: an open loop
    workers: int
    restart: bool
    seed: int
    questions: str  # shop, distinct or both

    @property
    def pace(self) -> Pace:
        if self.think_s:
            return Pace(think_s=self.think_s)
        return Pace(every_s=self.sessions / self.rate if self.rate else 0.0)

    @property
    def loop(self) -> str:
        if self.think_s:
            return f"closed loop, {self.think_s:g} s of thought"
        return f"open loop, {self.rate:g}/s offered" if self.rate else "closed loop, no pause"


def _percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The 50th, 95th and 99th, in milliseconds."""
    if len(values) < 2:
        return (0.0, 0.0, 0.0)
    cuts = statistics.quantiles(values, n=100)
    return cuts[49] * 1000, cuts[94] * 1000, cuts[98] * 1000


def rows(name: str, run: Run, told: Options) -> list[dict[str, Cell]]:
    """The whole time, and with a restart all of it but the kill's window, before that and after it."""
    table = [_row(name, "all", run.tally.answered, run.begin, run.end)]
    if told.restart:
        back = min(run.caught_up, run.end)
        untouched = [one for one in run.tally.answered if one.whole < run.killed or one.sent >= back]
        away_s = back - run.killed
        table.append(_row(name, "without the kill", untouched, run.begin, run.end, away_s))
        table.append(_row(name, "before it", untouched, run.begin, run.killed))
        if back + 1.0 < run.end:  # a short run may be over before all have caught up
            table.append(_row(name, "after it", untouched, back, run.end))
    return table


def _row(
    name: str, span: str, answered: Sequence[Answered], begin: float, end: float, left_out_s: float = 0.0
) -> dict[str, Cell]:
    """`left_out_s`: of the time between, in which none of `answered` was."""
    asked = [one for one in answered if begin <= one.sent < end]
    whole = [one.whole - one.sent for one in answered if begin <= one.whole < end]
    p50, p95, p99 = _percentiles([one.first - one.sent for one in asked])
    return {
        "questions": name,
        "time": span,
        "answered": len(whole),
        "answered/s": len(whole) / max(0.001, end - begin - left_out_s),
        "first p50 ms": p50,
        "first p95 ms": p95,
        "first p99 ms": p99,
        "whole p95 ms": _percentiles(whole)[1],
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = arguments("Concurrent widget sessions over real sockets, the server killed and restarted in the middle.")
    parser.add_argument("--seconds", type=float, default=60, help="how long is measured, after 5 s of warming up (60)")
    parser.add_argument("--sessions", type=int, default=200, help="visitors at the same time (200)")
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument(
        "--think", type=float, default=1.22, help="seconds from an answer to the next question, ±50 %% (1.22)"
    )
    pace.add_argument(
        "--rate", type=float, help="an open loop instead: messages a second of all together; 0: no pause at all"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes of the server (2)")
    parser.add_argument("--no-restart", action="store_true", help="leave the server alone")
    parser.add_argument("--seed", type=int, default=1, help="of the questions (1)")
    parser.add_argument(
        "--questions",
        choices=("shop", "distinct", "both"),
        default="both",
        help="as often as shops see them, each only once, or one run of each (both)",
    )
    args = parser.parse_args(argv)
    told = Options(
        args.seconds,
        args.sessions,
        args.rate or 0.0,
        args.think if args.rate is None else 0.0,
        args.workers,
        not args.no_restart,
        args.seed,
        args.questions,
    )
    names = ("shop", "distinct") if told.questions == "both" else (told.questions,)
    runs = {name: _measured(told, distinct=name == "distinct") for name in names}
    return show(runs, told, args.json)


def _measured(told: Options, *, distinct: bool) -> Run:
    with tempfile.TemporaryDirectory(prefix="zhibo-bench-") as folder:
        data = Path(folder)
        catalog = Catalog.open(KnowledgeSettings(data_dir=data))
        catalog.ingest(DEMO_SHOP)
        served = Served(data, told.workers)
        try:
            run = _loop(measure(served, catalog, told, distinct=distinct))
        finally:
            served.stop()
        lost, doubled = audit(catalog, run.tally)
        run.tally.lost, run.tally.doubled = max(run.tally.lost, lost), max(run.tally.doubled, doubled)
        catalog.close()
    return run


def _loop(work: Coroutine[None, None, Run]) -> Run:
    """By uvloop where it is installed, as the server does: the generator is to cost little."""
    factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with suppress(ImportError):
        from uvloop import new_event_loop as factory
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


def show(runs: Mapping[str, Run], told: Options, json_file: Path | None) -> int:
    figures = {name: _figures(run, told) for name, run in runs.items()}
    about = {f"{name}: {each}": value for name, found in figures.items() for each, value in found.items()}
    report(
        f"Chat load: {told.sessions} sessions, {told.loop}, {told.seconds:.0f} s, {told.workers} workers,"
        f" {os.cpu_count()} cores",
        [row for name, run in runs.items() for row in rows(name, run, told)],
        json_file,
        **about,
    )
    names = next(iter(figures.values()))
    print(f"{'':>24}" + "".join(f"{name:>28}" for name in figures))
    for each in names:
        print(f"{each:>24}" + "".join(f"{found[each]!s:>28}" for found in figures.values()))
    return int(any(run.tally.lost or run.tally.doubled or run.tally.gaps or run.tally.repeats for run in runs.values()))


def _figures(run: Run, told: Options) -> dict[str, Cell]:
    tally, seconds = run.tally, run.end - run.begin
    answered = max(1, sum(run.begin <= one.whole < run.end for one in tally.answered))
    window_s = run.caught_up - run.killed if told.restart else 0.0
    touched = sum(one.whole >= run.killed and one.sent < run.caught_up for one in tally.answered) if told.restart else 0
    return {
        "loop": told.loop,
        "questions": run.questions,
        "different ones": run.different,
        "lost": tally.lost,
        "doubled": tally.doubled,
        f"later than {PATIENCE_S:.0f} s": tally.late,
        "events missing": tally.gaps,
        "events repeated": tally.repeats,
        "away_s": round(run.back - run.killed, 2),
        "kill to caught up s": round(window_s, 2),
        "who waited then %": round(100 * touched / answered, 1),
        "resumed streams": tally.resumed,
        "messages posted again": tally.reposted,
        "refused": " ".join(f"{count}×{status}" for status, count in tally.refused.items()) or 0,
        "visitors": tally.sessions,
        "server CPU ms/answer": round(1000 * run.server_cpu_s / answered, 2),
        "that makes/s on all cores": round(answered * (os.cpu_count() or 1) / max(0.001, run.server_cpu_s)),
        "generator CPU ms/answer": round(1000 * run.own_cpu_s / answered, 2),
        "server cores": round(run.server_cpu_s / seconds, 2),
        "generator cores": round(run.own_cpu_s / seconds, 2),
        "server MB": round(run.full_mb),
        "KB/session": round(1000 * max(0.0, run.full_mb - run.empty_mb) / told.sessions),
        "server processes": run.processes,
        "Python": platform.python_version(),
        "a million turns, ms": round(run.yardstick_ms, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def yardstick_ms() -> float:
    """Processor time of a million turns of an empty loop, the best of five: how fast this machine is in this hour, and
    how well this Python was built, without which figures of two runs can't be held beside each other."""
    best = float("inf")
    for _ in range(5):
        before = time.process_time()
        for _ in range(1_000_000):
            pass
        best = min(best, time.process_time() - before)
    return 1000 * best


if __name__ == "__main__":
    sys.exit(main())
