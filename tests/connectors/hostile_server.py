"""A server on 127.0.0.1 that answers with whatever bytes a test wants, as slowly and as long as it wants."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket, str], None]


class HostileServer:
    """Takes connections until closed; `requests` are the heads it read, `connects` counts what reached it at all."""

    def __init__(
        self, behave: Behaviour, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.requests: list[str] = []
        self.connects = 0
        self._behave = behave
        self._tls = tls
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self._socket.listen(50)
        self.is_open = True
        self.port = self._socket.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://{self.place}{path}"

    def close(self) -> None:
        self.is_open = False
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while self.is_open:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connects += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.settimeout(20)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            while self.is_open and (head := _read_head(connection)):
                self.requests.append(head)
                self._behave(connection, head)
        with suppress(OSError):
            connection.close()


def _read_head(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            return ""
        data += more
    return data.decode("latin-1")


@contextmanager
def serving(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[HostileServer]:
    server = HostileServer(behave, tls)
    try:
        yield server
    finally:
        server.close()


def answer(status: str = "200 OK", body: bytes = b"ok", *heads: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *heads]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def saying(reply: bytes) -> Behaviour:
    """Every request gets the same bytes; a whole answer keeps the connection open."""
    return lambda connection, _head: connection.sendall(reply)


def dripping(head: bytes, every_s: float = 0.05) -> Behaviour:
    """One byte at a time, for ever."""

    def behave(connection: socket.socket, _head: str) -> None:
        connection.sendall(head)
        for _ in range(2_000):
            connection.sendall(b"x")
            time.sleep(every_s)

    return behave


def streaming(head: bytes, piece: bytes) -> Behaviour:
    """The same piece without end."""

    def behave(connection: socket.socket, _head: str) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave
