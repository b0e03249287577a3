"""The parent of several workers: makes what they share, starts them, and puts another in the place of one that died."""

import gc
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

import structlog

from knowledge.needs import save_readings
from web.listening import listen
from web.log import configure_logging
from web.settings import Settings
from web.team import Loads, Seat
from web.wiring import load_words

log = structlog.get_logger("workers")

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 10.0  # before a worker that died is replaced
HEALTHY_S = 30.0
GOODBYE_S = 10.0
BUFFER = 1 << 20


@dataclass
class _Pairs:
    """One socket pair for each worker: the inner end is its own, the outer end everybody's."""

    inner: list[socket.socket]
    outer: list[socket.socket]

    @classmethod
    def make(cls, count: int) -> "_Pairs":
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(count)]
        for pair in pairs:
            for end in pair:
                for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                    end.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        return cls([inner for inner, _ in pairs], [outer for _, outer in pairs])


@dataclass(frozen=True, slots=True)
class _Worker:
    number: int
    started: float
    told: int  # a pipe that it writes to once it serves


class Parent:
    """Loads the program once and makes the workers by forking: they share its memory, and one that died is replaced by
    one that has everything at hand. It has neither threads nor an event loop, which a fork would leave behind broken.
    """

    def __init__(self, count: int, listener: socket.socket, serve: Callable[[Seat], None]) -> None:
        """`serve`: what a worker does, until told to stop."""
        self._count = count
        self._listener = listener
        self._serve = serve
        self._buses = _Pairs.make(count)
        self._doors = _Pairs.make(count)
        self._loads = Loads(count)
        self._ears, self._told = socket.socketpair()  # signals
        for end in (self._ears, self._told):
            end.setblocking(False)
        self._life, self._our_life = os.pipe()  # whose end tells workers that we are gone
        self._workers: dict[int, _Worker] = {}  # by process
        self._due = dict.fromkeys(range(count), 0.0)  # worker → when it is to be started
        self._waits_s = dict.fromkeys(range(count), FIRST_WAIT_S)
        self._served: set[int] = set()
        self._stop_at = 0.0  # when those who were told to stop are ended; 0: nobody was
        self._failed = False

    def run(self) -> bool:
        """Until told to stop; false when a worker could not even start."""
        signal.set_wakeup_fd(self._told.fileno())
        for each in _HEARD:
            signal.signal(each, _heard)
        while self._workers or not self._stop_at:
            now = time.monotonic()
            for number in [number for number, at in self._due.items() if at <= now]:
                del self._due[number]
                self._start(number)
            if self._stop_at and now >= self._stop_at:
                self._signal(signal.SIGKILL)
            moments = [*self._due.values(), *([self._stop_at] if self._stop_at else [])]
            self._listen(max(0.0, min(moments, default=now + 60) - now) + 0.001)
            self._bury()
        return not self._failed

    def _listen(self, within_s: float) -> None:
        """Wait for a signal: each leaves its number as a byte."""
        if select.select([self._ears], [], [], within_s)[0]:
            for number in self._ears.recv(4096):
                if number in (signal.SIGINT, signal.SIGTERM):
                    self._stop(signal.Signals(number))

    def _start(self, number: int) -> None:
        told, ready = os.pipe()
        seat = Seat(
            number, self._count, self._listener.fileno(), ready,
            self._buses.inner[number].fileno(), self._doors.inner[number].fileno(),
            tuple(one.fileno() for one in self._buses.outer), tuple(one.fileno() for one in self._doors.outer),
            self._loads,
        )  # fmt: skip
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)  # none may reach a worker that still hears as we do
        process = os.fork()
        if process == 0:
            self._live(seat)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
        os.close(ready)
        self._workers[process] = _Worker(number, time.monotonic(), told)

    def _live(self, seat: Seat) -> NoReturn:
        """A worker's whole life."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for each in _HEARD:
                signal.signal(each, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.setsid()  # Ctrl-C reaches the parent, which tells us
            os.close(self._our_life)
            os.dup2(self._life, 0)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            self._serve(seat)
            status = 0
        except BaseException as error:
            status = getattr(error, "exit_code", 1)  # then it has said why
            if not hasattr(error, "exit_code"):
                traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
            os._exit(status)

    def _stop(self, how: signal.Signals) -> None:
        self._due.clear()
        self._stop_at = time.monotonic() + GOODBYE_S
        self._signal(how)

    def _signal(self, how: signal.Signals) -> None:
        for process in self._workers:
            with suppress(ProcessLookupError):
                os.kill(process, how)

    def _bury(self) -> None:
        while self._workers:
            process, _ = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            if (worker := self._workers.pop(process, None)) is not None:
                self._replace(worker)

    def _replace(self, worker: _Worker) -> None:
        number = worker.number
        if os.read(worker.told, 1):
            self._served.add(number)
        os.close(worker.told)
        if self._stop_at:
            return
        if number not in self._served:  # it has said why
            self._failed = True
            self._stop(signal.SIGTERM)
            return
        healthy = time.monotonic() - worker.started > HEALTHY_S
        wait_s = self._waits_s[number] = FIRST_WAIT_S if healthy else min(LONGEST_WAIT_S, self._waits_s[number] * 2)
        log.warning("a worker died; another takes its place", worker=number, in_s=wait_s)
        self._due[number] = time.monotonic() + wait_s


_HEARD = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGCHLD})


def _heard(number: int, frame: object) -> None:
    """What is to be done is done where nothing else is under way: `_listen`."""


def run_workers(settings: Settings, serve: Callable[[Seat], None]) -> bool:
    """Serve with `settings.workers` processes until told to stop; false when they cannot start."""
    configure_logging(settings.log_level, settings.log_format)
    listener = listen(settings.host, settings.port)  # who comes while we load is kept waiting, not turned away
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads would not come along, and cores are taken
    os.environ["ZHIBO_DATA"] = str(settings.data)  # for what workers start: it may have been given by an option
    gc.disable()  # what is loaded stays: looking through it again and again takes a tenth of the start
    load_words(settings)
    save_readings()
    gc.freeze()  # what is shared stays shared; collecting first takes 150 ms and frees next to nothing
    gc.enable()
    return Parent(settings.workers, listener, serve).run()
