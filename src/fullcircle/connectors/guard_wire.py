"""The wire under the guarded client: every connection resolves once, checks every answer and its own peer, and spends
from the budget of the request it serves. No budget, no connection."""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any

import httpcore2

from fullcircle.connectors.guard_address import place_of, refusal_of_address, refusal_of_host
from fullcircle.core.errors import PermanentSourceError

PUBLIC_PORTS = frozenset({80, 443})
HEAD_BYTES = 200_000
"""Received until the headers are whole, hints and the body's first bytes included."""

CONNECT_S = 8.0
"""Seconds for one address when another is left to try."""

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port to numeric addresses; raises OSError where there are none."""


class LimitError(Exception):
    """This request has used up its bytes or its hops. Stays inside the guard, which names it to the caller."""


class LateError(Exception):
    """This request has used up its time. Stays inside the guard."""


class RefusedError(PermanentSourceError):
    """The address is one we never connect to."""


class Budget:
    """What one request may spend, redirects included."""

    def __init__(self, deadline_s: float, wire_bytes: int) -> None:
        self._wire_bytes = wire_bytes
        self.has_written = False  # bytes of the request have left: its effect may be unknown from here on
        self._ends_at = time.monotonic() + deadline_s
        self._received = 0
        self.expect_body()

    def left_s(self) -> float:
        """Seconds left. Raises LateError when there are none."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise LateError
        return left

    def count(self, received: int) -> None:
        self._received += received
        if self._received - self._began_at > self._phase_bytes:
            raise LimitError(f"more than {self._phase_bytes} bytes of {self._phase}")

    def expect_head(self) -> None:
        """A head comes next: it is small, and reading a large one costs more than its bytes."""
        self._began_at, self._phase_bytes, self._phase = self._received, HEAD_BYTES, "headers"

    def expect_body(self) -> None:
        self._began_at, self._phase_bytes, self._phase = 0, self._wire_bytes, "answer on the wire"


_BUDGET: ContextVar[Budget] = ContextVar("guard_budget")


@contextmanager
def spending(budget: Budget) -> Iterator[Budget]:
    """Connections made and used inside belong to this budget; without one they raise LookupError."""
    token = _BUDGET.set(budget)
    try:
        yield budget
    finally:
        _BUDGET.reset(token)


def current_budget() -> Budget:
    """Of the request this thread works on. Raises LookupError outside of one."""
    return _BUDGET.get()


class GuardedStream(httpcore2.NetworkStream):
    """A socket whose every operation ends at the deadline of the request it serves."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        budget = _BUDGET.get()
        data = self._inner.read(max_bytes, timeout=budget.left_s())
        budget.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        budget = _BUDGET.get()
        left = budget.left_s()
        budget.has_written = budget.has_written or bool(buffer)
        self._inner.write(buffer, timeout=left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return GuardedStream(self._inner.start_tls(ssl_context, server_hostname, _BUDGET.get().left_s()))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore2.NetworkBackend):
    """Makes connections to checked addresses only, whatever the layers above believe the host to be."""

    def __init__(self, allow: frozenset[str], resolve: Resolver | None = None) -> None:
        self._allow = allow
        self._resolve = resolve or system_addresses
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        is_named = place_of(host, port) in self._allow
        if port not in PUBLIC_PORTS and not is_named:
            raise RefusedError(f"Port {port} of {host} is not one we connect to.", hint=_hint(host, port))
        addresses = self._checked_addresses(host, port, is_named)
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, is_named, CONNECT_S)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, is_named, _BUDGET.get().left_s())

    def _checked_addresses(self, host: str, port: int, is_named: bool) -> list[str]:
        """Every answer must pass: one bad address among good ones is an attack or a mistake, never a spare."""
        refusal = refusal_of_host(host)
        if refusal:
            raise RefusedError(f"{host} is refused: {refusal}.")
        is_literal = refusal_of_address(host) != "not an address"
        addresses = [host] if is_literal else self._looked_up(host, port)
        for address in addresses:
            refusal = refusal_of_address(address, is_named)
            if refusal:
                raise RefusedError(f"{host} leads to an address we never reach ({refusal}).", hint=_hint(host, port))
        return addresses

    def _looked_up(self, host: str, port: int) -> list[str]:
        """The resolver has no time-out of its own, so it is asked aside and waited for until the deadline."""
        answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(host, port))
            except Exception as error:  # whatever it is, the one who waits must hear of it
                answers.put(error)

        threading.Thread(target=ask, daemon=True, name="guard-resolver").start()
        try:
            answer = answers.get(timeout=_BUDGET.get().left_s())
        except queue.Empty:
            raise LateError from None
        if isinstance(answer, Exception) or not answer:
            raise httpcore2.ConnectError(f"no address for {host}")
        return list(dict.fromkeys(answer))

    def _connect(self, address: str, port: int, is_named: bool, timeout_s: float) -> httpcore2.NetworkStream:
        inner = self._sockets.connect_tcp(address, port, timeout=min(timeout_s, _BUDGET.get().left_s()))
        peer = str(inner.get_extra_info("server_addr")[0])
        if refusal_of_address(peer, is_named):
            inner.close()
            raise RefusedError(f"The connection ended at an address we never reach ({peer}).")
        return GuardedStream(inner)


def system_addresses(host: str, port: int) -> list[str]:
    """What the system's resolver answers, IPv4 and IPv6."""
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _hint(host: str, port: int) -> str:
    return f"If this place is yours, name {place_of(host, port)} in the allow-list."
