"""The parent of several workers: makes what they share, starts them, and puts another in the place of one that died."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass

import structlog

from web.listening import listen
from web.log import configure_logging
from web.settings import Settings
from web.team import Seat

log = structlog.get_logger("workers")

FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 10.0  # before a worker that died is replaced
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


class Parent:
    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._buses = _Pairs.make(settings.workers)
        self._doors = _Pairs.make(settings.workers)
        self._stopping = asyncio.Event()
        self._signal = signal.SIGTERM
        self.failed = False

    async def run(self) -> None:
        """Until told to stop, or until a worker cannot even start."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop, number)
        async with asyncio.TaskGroup() as tasks:
            for worker in range(self._settings.workers):
                tasks.create_task(self._keep(worker), name=f"worker {worker}")

    def _stop(self, how: signal.Signals) -> None:
        self._signal = how
        self._stopping.set()

    async def _keep(self, number: int) -> None:
        wait_s, served = FIRST_WAIT_S, False
        while not self._stopping.is_set():
            started = time.monotonic()
            ready = await self._once(number)
            if self._stopping.is_set():
                return
            if not ready and not served:  # it has said why
                self.failed = True
                self._stopping.set()
                return
            served = True
            wait_s = FIRST_WAIT_S if time.monotonic() - started > HEALTHY_S else min(LONGEST_WAIT_S, wait_s * 2)
            log.warning("a worker died; another takes its place", worker=number, in_s=wait_s)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._stopping.wait()

    async def _once(self, number: int) -> bool:
        """Run a worker until it ends or all are to stop; whether it ever served."""
        told, ready = os.pipe()
        seat = Seat(
            number, self._settings.workers, self._listener.fileno(), ready,
            self._buses.inner[number].fileno(), self._doors.inner[number].fileno(),
            tuple(one.fileno() for one in self._buses.outer), tuple(one.fileno() for one in self._doors.outer),
        )  # fmt: skip
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "web.cli", "worker", seat.to_json(),
                stdin=asyncio.subprocess.PIPE,  # whose end tells it that we are gone
                pass_fds=seat.passed,
                start_new_session=True,  # Ctrl-C reaches us; we tell the workers
                env={**os.environ, "ZHIBO_DATA": str(self._settings.data)},
            )  # fmt: skip
        finally:
            os.close(ready)
        exited, stop = asyncio.ensure_future(process.wait()), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait([exited, stop], return_when=asyncio.FIRST_COMPLETED)
            if not exited.done():
                await _end(process, self._signal)
            return os.read(told, 1) != b""
        finally:
            stop.cancel()
            os.close(told)


async def _end(process: asyncio.subprocess.Process, how: signal.Signals) -> None:
    for urgency in (how, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(urgency)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await process.wait()
                return


def run_workers(settings: Settings) -> bool:
    """Serve with `settings.workers` processes until told to stop; false when they cannot start."""
    configure_logging(settings.log_level, settings.log_format)
    listener = listen(settings.host, settings.port)

    async def run() -> bool:
        parent = Parent(settings, listener)
        await parent.run()
        return not parent.failed

    return asyncio.run(run())
