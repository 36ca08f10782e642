"""The one guarded way out: every request of every connector goes through `GuardedClient`.

Peers lost their insides to fetches of private addresses, to redirects after the check, to names that resolve twice, to
bodies without end. Here one client holds the lines, and the connection itself is checked (`guard_wire.py`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, TLSVersion
from typing import Self

import httpcore2
import httpx2
import msgspec

from fullcircle import __version__
from fullcircle.connectors.guard_address import checked_allow_list, place_of, refusal_of_host
from fullcircle.connectors.guard_answer import LONGEST_WAIT_S, raise_for_status
from fullcircle.connectors.guard_body import DamagedBodyError, read_body
from fullcircle.connectors.guard_wire import (
    Budget,
    GuardedBackend,
    LateError,
    LimitError,
    RefusedError,
    Resolver,
    current_budget,
    spending,
)
from fullcircle.core.errors import ConfigError, TransientSourceError, UnknownOutcomeError
from fullcircle.core.moments import Moment
from fullcircle.core.moments import now as wall_clock
from fullcircle.core.ports import Reply

DEADLINE_S = 30.0
WIRE_BYTES = 10_000_000
DECODED_BYTES = 30_000_000
HEADER_BYTES = 65_536
PART_COUNT = 100_000
HOP_COUNT = 3
URL_CHARS = 8_000

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_NAMED_USER = re.compile(r"[^/?#]*//[^/?#]*@")
_READS = frozenset({"GET", "HEAD"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OURS = frozenset({"host", "content-length", "transfer-encoding", "accept-encoding", "connection", "te", "upgrade"})
_CROSSING = frozenset({"accept", "accept-language", "user-agent"})  # all that another host is told after a redirect


class _Target(msgspec.Struct, frozen=True):
    """A checked address. `is_named`: the allow-list names it; one class of place never leads to the other."""

    url: httpx2.URL
    is_named: bool

    @property
    def origin(self) -> tuple[str, str]:
        return self.url.scheme, _place(self.url)


class GuardedClient:
    """HttpClient of core.ports. Safe to share between threads; `close()` it, or use it as a context manager.

    `allow`: exact `host:port` entries that may be private and on any port. `ca_file`: a further authority to trust;
    certificates are always verified. Environment proxies, .netrc and cookies are never used."""

    def __init__(
        self,
        allow: frozenset[str] = frozenset(),
        deadline_s: float = DEADLINE_S,
        wire_bytes: int = WIRE_BYTES,
        decoded_bytes: int = DECODED_BYTES,
        user_agent: str = f"Fullcircle/{__version__}",
        ca_file: str = "",
        resolve: Resolver | None = None,
        clock: Callable[[], Moment] = wall_clock,
    ) -> None:
        self._allow = checked_allow_list(allow)
        self._deadline_s, self._wire_bytes, self._decoded_bytes = deadline_s, wire_bytes, decoded_bytes
        self._user_agent, self._clock = user_agent, clock
        backend, tls = GuardedBackend(self._allow, resolve), _tls(ca_file)
        self._reads = _pool(backend, tls, idle_count=10)
        self._sends = _pool(backend, tls, idle_count=0)  # an idle connection may be dead: a send must not find that out

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        check: bool = True,
    ) -> Reply:
        """One exchange, GET and HEAD followed over at most three redirects. Raises as HttpClient says, and
        PermanentSourceError for an address that is not http or https, is private, or hides what it is."""
        method = method.upper()
        if method not in _METHODS:
            raise ConfigError(f"{method[:20]} is not a method we send.")
        target = self._target(url)
        if params:
            target = self._target(str(target.url.copy_merge_params(dict(params))))
        sent = self._own_headers(headers or {})
        with spending(Budget(self._deadline_s, self._wire_bytes)) as budget:
            reply = self._told(lambda: self._follow(method, target, sent, body), method, target, budget)
        if check:
            raise_for_status(reply, target.url.host, method not in _READS, self._clock())
        return reply

    def close(self) -> None:
        self._reads.close()
        self._sends.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _told(self, act: Callable[[], Reply], method: str, target: _Target, budget: Budget) -> Reply:
        """Name every failure by its recovery. Messages tell the host alone: paths and queries hold secrets."""
        host, is_send, wait_s = target.url.host, method not in _READS, None
        try:
            return act()
        except LimitError as error:
            failure, wait_s = str(error), LONGEST_WAIT_S
        except (LateError, httpcore2.TimeoutException):
            failure = f"no whole answer within {self._deadline_s:g} s"
        except (DamagedBodyError, httpcore2.RemoteProtocolError) as error:
            failure = f"a broken answer ({error})"
        except httpcore2.ConnectError as error:
            failure = _connect_failure(str(error))
        except httpcore2.NetworkError:
            failure = "the connection broke"
        except httpcore2.LocalProtocolError:
            raise ConfigError(f"What we meant to ask {host} is not valid HTTP.", hint="Look at the secrets.") from None
        if is_send and budget.has_written:
            raise UnknownOutcomeError(f"{host}: {failure}; what was sent may have arrived.")
        raise TransientSourceError(f"{host}: {failure}.", retry_after_s=wait_s)

    def _follow(self, method: str, target: _Target, headers: dict[str, str], body: bytes | None) -> Reply:
        for _ in range(HOP_COUNT + 1):
            reply = self._exchange(method, target, headers, body)
            if method not in _READS or reply.status not in _REDIRECTS or not reply.headers.get("location"):
                return reply
            target, headers = self._next(target, reply.headers["location"], headers)
        raise LimitError(f"more than {HOP_COUNT} redirects")

    def _next(self, target: _Target, location: str, headers: dict[str, str]) -> tuple[_Target, dict[str, str]]:
        """The next hop, checked like the first. Another origin is not told what was meant for this one."""
        try:
            following = self._target(str(target.url.join(location[:URL_CHARS])))
        except (httpx2.InvalidURL, ValueError) as error:
            raise RefusedError(f"{target.url.host} redirects to no address.") from error
        if target.url.scheme == "https" and following.url.scheme != "https":
            raise RefusedError(f"{target.url.host} redirects from https to http.")
        if following.is_named != target.is_named:
            raise RefusedError(f"{target.url.host} redirects to another class of address.")
        if following.origin != target.origin:
            headers = {name: value for name, value in headers.items() if name in _CROSSING}
        return following, headers

    def _exchange(self, method: str, target: _Target, headers: dict[str, str], body: bytes | None) -> Reply:
        pool = self._reads if method in _READS else self._sends
        budget = current_budget()
        budget.expect_head()
        response = pool.handle_request(_request(method, target.url, headers, body, budget.left_s()))
        budget.expect_body()
        try:
            heads = _reply_headers(response.headers)
            is_bare = method == "HEAD" or response.status in _REDIRECTS or response.status in (204, 304)
            parts: Iterable[bytes] = () if is_bare else _counted(response.iter_stream())
            content = read_body(parts, "" if is_bare else heads.get("content-encoding", ""), self._decoded_bytes)
        finally:
            response.close()
        return Reply(status=response.status, headers=heads, body=content, url=str(target.url))

    def _target(self, url: str) -> _Target:
        """Read an address once; the object read is the one connected to. Raises RefusedError."""
        parsed = _parsed(url)
        host = parsed.raw_host.decode("ascii").lower()
        refusal = refusal_of_host(host)
        if refusal:
            raise RefusedError(f"{host[:100]} is refused: {refusal}.")
        is_named = _place(parsed) in self._allow
        return _Target(url=parsed, is_named=is_named)

    def _own_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        given = {name.lower(): value for name, value in headers.items()}
        kept = {name: value for name, value in given.items() if name not in _OURS and not name.startswith("proxy-")}
        return {"user-agent": self._user_agent, "accept": "*/*", **kept}


def _parsed(url: str) -> httpx2.URL:
    if len(url) > URL_CHARS or not url.isprintable() or "\\" in url:
        raise RefusedError("The address holds characters that no address has, or is too long.")
    try:
        parsed = httpx2.URL(url)
        is_web = parsed.scheme in ("http", "https") and bool(parsed.raw_host)
    except (httpx2.InvalidURL, ValueError) as error:
        raise RefusedError("The address cannot be read.") from error
    if not is_web:
        raise RefusedError("Only http and https addresses are asked.")
    if parsed.userinfo or _NAMED_USER.match(url):
        raise RefusedError("The address holds a name or password; put it into the source's secrets.")
    return parsed.copy_with(fragment=None)


def _place(url: httpx2.URL) -> str:
    return place_of(url.raw_host.decode("ascii"), _port(url))


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _request(
    method: str, url: httpx2.URL, headers: dict[str, str], body: bytes | None, wait_s: float
) -> httpcore2.Request:
    lines = [("host", url.netloc.decode("ascii")), ("accept-encoding", "gzip, deflate"), *headers.items()]
    if body is not None or method in ("POST", "PUT", "PATCH"):
        lines.append(("content-length", str(len(body or b""))))
    try:
        raw = [(name.encode("ascii"), value.encode("ascii")) for name, value in lines]
    except UnicodeEncodeError as error:
        raise ConfigError("A header holds letters that headers cannot carry.", hint="Look at the secrets.") from error
    target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return httpcore2.Request(method, target, headers=raw, content=body, extensions={"timeout": {"pool": wait_s}})


def _counted(parts: Iterable[bytes]) -> Iterator[bytes]:
    """A body in crumbs costs more to put together than its bytes say."""
    for number, part in enumerate(parts):
        if number >= PART_COUNT:
            raise LimitError(f"more than {PART_COUNT} pieces")
        yield part


def _reply_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Lower-case names; repeated ones joined by a comma. Cookies are not even shown."""
    if sum(len(name) + len(value) for name, value in raw) > HEADER_BYTES:
        raise LimitError(f"more than {HEADER_BYTES} bytes of headers")
    heads: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").replace("\0", "")
        if name not in ("set-cookie", "set-cookie2"):
            heads[name] = f"{heads[name]}, {value}" if name in heads else value
    return heads


def _connect_failure(reason: str) -> str:
    if "certificate" in reason.lower():
        return "its certificate is not valid for us"
    return "no safe connection" if "ssl" in reason.lower() else "no connection"


def _pool(backend: GuardedBackend, tls: SSLContext, idle_count: int) -> httpcore2.ConnectionPool:
    return httpcore2.ConnectionPool(
        ssl_context=tls,
        max_connections=50,
        max_keepalive_connections=idle_count,
        keepalive_expiry=15.0,
        network_backend=backend,
    )


def _tls(ca_file: str) -> SSLContext:
    context = SSLContext(PROTOCOL_TLS_CLIENT)  # verifies certificate and host name; not `create_default_context`,
    context.minimum_version = TLSVersion.TLSv1_2  # which would write session keys where the environment says
    context.load_default_certs()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context
