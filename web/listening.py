"""The socket that shoppers come in by. Imports little: a process that only watches others stays small."""

import socket


def listen(host: str, port: int, *, tries: int = 1) -> socket.socket:
    """A listening socket on `port`, or on the first free one after it; raises PortTaken."""
    for number in range(port, min(port + tries, 65_536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
            listener.listen(2048)
            return listener
        except OSError as error:
            listener.close()
            if tries == 1:
                reason = error.strerror or str(error)
                raise _taken(
                    f"{host}:{number} 已被占用或不可用（{reason}），请换一个端口，例如 --port {number + 1}。\n"
                    f"Cannot listen on {host}:{number} ({reason}); choose another port, e.g. --port {number + 1}."
                ) from error
    raise _taken(
        f"{host} 的 {port}–{port + tries - 1} 端口都被占用，请用 --port 指定。\n"
        f"Ports {port} to {port + tries - 1} of {host} are all taken; choose one with --port."
    )


def _taken(message: str) -> Exception:
    from web.trouble import PortTaken  # it knows the errors of every package, and imports them

    return PortTaken(message)
