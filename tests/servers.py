"""Real servers as children of the tests, each on free ports, as an ordinary user even when the tests run as root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RTMP_MODULE = (
    Path("/usr/lib/nginx/modules/ngx_rtmp_module.so"),
    Path("/usr/local/lib/nginx/modules/ngx_rtmp_module.so"),
)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def missing(program: str) -> str:
    """Why `program` cannot be used here, or an empty string when it can."""
    if program == "nginx-rtmp":
        if not shutil.which("nginx", path=_path()):
            return "nginx is not installed"
        return "" if any(module.exists() for module in RTMP_MODULE) else "nginx has no RTMP module"
    if program == "postgres":
        return "" if _postgres("initdb") and _postgres("postgres") else "PostgreSQL is not installed"
    if program == "chromium":
        return "" if chromium() else "no Chromium is installed"
    return "" if shutil.which(program, path=_path()) else f"{program} is not installed"


def chromium() -> str:
    """The path of a Chromium, or an empty string."""
    return next((found for name in CHROMIUM if (found := shutil.which(name, path=_path()))), "")


def _postgres(program: str) -> str:
    """Debian keeps the server's programs out of everybody's PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(program, path=":".join([*map(str, places), _path()])) or ""


@contextmanager
def postgres() -> Iterator[str]:
    """A new PostgreSQL without anything in it; its SQLAlchemy URL."""
    folder, port = Path(tempfile.mkdtemp(prefix="zhibo-postgres-")), free_port()
    user = _unprivileged()
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    made = [_postgres("initdb"), "-D", f"{folder}/data", "-U", "zhibo", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    serve = [_postgres("postgres"), "-D", f"{folder}/data", "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"]
    try:
        subprocess.run(made, check=True, capture_output=True, cwd="/", **user)  # type: ignore[call-overload]
        with child(serve, port, folder=folder):
            yield f"postgresql+psycopg://zhibo@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"  # Debian keeps nginx out of an ordinary user's PATH


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_port(port: int, *, within_s: float = 15.0, process: subprocess.Popen[bytes] | None = None) -> None:
    """Return once something listens on `port`; raise TimeoutError, or ChildProcessError when `process` died."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise ChildProcessError(f"the server exited with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return
        except OSError:
            time.sleep(0.03)
    raise TimeoutError(f"nothing listens on port {port} after {within_s} s")


def _unprivileged() -> Mapping[str, object]:
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def child(command: Sequence[str], port: int, *, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the block ends; it must listen on `port`."""
    with (folder / "child.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            **_unprivileged(),  # type: ignore[call-overload]  # user and group only when root
        )
    try:
        wait_for_port(port, process=process)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGCONT)  # a test may have stopped it
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


NGINX_CONF = """\
load_module {module};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{}}
rtmp {{
    access_log off;
    server {{
        listen 127.0.0.1:{port};
        application live {{
            live on;
            record {record};
            record_path {folder}/recorded;
            record_unique on;
        }}
    }}
}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{http_port}; location /stat {{ rtmp_stat all; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class NginxRtmp:
    """A running nginx-rtmp: publish to `url(key)`, read from the same, find recordings in `recorded`."""

    port: int
    http_port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, key: str) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    @property
    def recorded(self) -> list[Path]:
        """FLV files, oldest first."""
        return sorted((self.folder / "recorded").glob("*.flv"), key=lambda path: path.stat().st_mtime)

    def publishing(self, key: str) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/stat", timeout=5) as answer:
            page: str = answer.read().decode()
        return f"<name>{key}</name>" in page and "<publishing/>" in page

    @classmethod
    @contextmanager
    def start(cls, *, port: int = 0, record: bool = True) -> Iterator["NginxRtmp"]:
        """Start one, on `port` when given: so a test can bring a dead server back at the same address."""
        folder = Path(tempfile.mkdtemp(prefix="zhibo-rtmp-"))
        port, http_port = port or free_port(), free_port()
        (folder / "recorded").mkdir()
        module = next(module for module in RTMP_MODULE if module.exists())
        conf = NGINX_CONF.format(
            module=module, folder=folder, port=port, http_port=http_port, record="all" if record else "off"
        )
        (folder / "nginx.conf").write_text(conf)
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (folder, folder / "recorded", folder / "nginx.conf"):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        nginx = shutil.which("nginx", path=_path()) or "nginx"
        command = [nginx, "-e", f"{folder}/error.log", "-p", str(folder), "-c", f"{folder}/nginx.conf"]
        try:
            with child(command, port, folder=folder) as process:
                yield cls(port=port, http_port=http_port, folder=folder, process=process)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
