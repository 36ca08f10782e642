"""Calls to a Mastodon server: who we are there, what its answers mean, how much it still allows us."""

import hashlib
import re
import threading
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from fullcircle.connectors.guard_answer import wait_of
from fullcircle.connectors.mastodon.names import full_acct, host_of, line
from fullcircle.connectors.mastodon.shapes import Account, Instance, Refusal, StatusLimits, read_loosely
from fullcircle.core.errors import ConfigError, PermanentSourceError, TransientSourceError
from fullcircle.core.ports import Reply, SourceContext

S = TypeVar("S")
Query = Sequence[tuple[str, str]]

_HINT = "The access token may have been revoked, or lacks a right. Make a new one under Development on your server."
_LINK = re.compile(r'<([^<>]*)>\s*;\s*rel="(\w+)"')


class OwnAccount(Struct):
    """Our account as its server knows it."""

    id: str
    uri: str
    acct: str  # `name@server`


class Server:
    """Calls in the name of a source's account. Remembers who we are and what the server allows, nothing else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own: dict[tuple[str, str], OwnAccount] = {}
        self._limits: dict[str, StatusLimits] = {}

    def call(self, source: SourceContext, path: str, query: Query = ()) -> Reply:
        """One read. Raises TransientSourceError, PermanentSourceError, ConfigError."""
        return judged(self.try_call(source, path, query), source)

    def try_call(self, source: SourceContext, path: str, query: Query = ()) -> Reply:
        """The same, leaving the answer's status to the caller."""
        return source.client.request("GET", address_of(source, path, query), headers=_headers(source), check=False)

    def post(self, source: SourceContext, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """One write. UnknownOutcomeError comes from the client; the answer's status is the caller's."""
        sent = {**_headers(source), "content-type": "application/json", **headers}
        return source.client.request("POST", address_of(source, path), headers=sent, body=body, check=False)

    def own(self, source: SourceContext) -> OwnAccount:
        """Who we are, asked once for each server and token."""
        key = server_of(source), hashlib.sha256(_token(source).encode()).hexdigest()
        with self._lock:
            found = self._own.get(key)
        if found is None:
            found = self.ask_own(source)[0]
            with self._lock:
                self._own[key] = found
        return found

    def ask_own(self, source: SourceContext) -> tuple[OwnAccount, Reply]:
        reply = self.call(source, "/api/v1/accounts/verify_credentials")
        account = decoded(reply, Account)
        acct = full_acct(account, server_of(source))
        return OwnAccount(str(account.id), account.uri or account.url or "", acct), reply

    def limits(self, source: SourceContext) -> StatusLimits:
        """How long a status may be on this server; Mastodon's own limits where it does not say."""
        server = server_of(source)
        with self._lock:
            found = self._limits.get(server)
        if found is None:
            found = self._ask_limits(source)
            with self._lock:
                self._limits[server] = found
        return found

    def _ask_limits(self, source: SourceContext) -> StatusLimits:
        for path in ("/api/v2/instance", "/api/v1/instance"):
            reply = self.try_call(source, path)
            instance = read_loosely(reply.body, Instance) if reply.status < 400 else None
            if instance is not None:
                return instance.configuration.statuses
        return StatusLimits()


def address_of(source: SourceContext, path: str, query: Query = ()) -> str:
    base = source.settings.get("server", "").strip().rstrip("/")
    if not base:
        raise ConfigError("The source has no server address.", hint="Enter the address of the account's server.")
    base = base if "://" in base else f"https://{base}"
    return f"{base}{path}?{urlencode(query)}" if query else f"{base}{path}"


def server_of(source: SourceContext) -> str:
    """Host and port of the server, lower case."""
    return host_of(source.settings.get("server", ""))


def judged(reply: Reply, source: SourceContext) -> Reply:
    """The reply when it is good. Raises by recovery otherwise; the server's own words are for people."""
    if reply.status < 400:
        return reply
    said = f"Mastodon answered {reply.status} {refusal_of(reply, source)}".strip()
    if reply.status == 429:
        raise TransientSourceError(said, retry_after_s=wait_of(reply.headers, source.now))
    if reply.status >= 500:
        raise TransientSourceError(said)
    if reply.status in (401, 403):
        raise PermanentSourceError(said, hint=_HINT)
    raise PermanentSourceError(said, hint="Check the server's address and what is followed there.")


def refusal_of(reply: Reply, source: SourceContext) -> str:
    """What the server says against it, without any secret it may echo."""
    refusal = read_loosely(reply.body, Refusal) or Refusal()
    said = refusal.error_description or refusal.error
    for secret in source.secrets.values():
        said = said.replace(secret.strip() or "\n", "***")
    return line(said, 200)


def quota_of(reply: Reply) -> int:
    """Calls left in the server's window, -1 where it does not say."""
    left = reply.headers.get("x-ratelimit-remaining", "")
    return int(left[:9]) if left.isascii() and left.isdigit() else -1


def links_of(reply: Reply) -> dict[str, str]:
    """The `Link` header: relation -> address. `next` is older, `prev` is newer."""
    return {relation: address for address, relation in _LINK.findall(reply.headers.get("link", ""))}


def decoded(reply: Reply, shape: type[S]) -> S:
    """The answer's body. Raises TransientSourceError where a proxy or a broken server sent something else."""
    try:
        return msgspec.json.decode(reply.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TransientSourceError("Mastodon answered something that is not what its documentation says.") from error


def _token(source: SourceContext) -> str:
    token = source.secrets.get("access_token", "").strip()
    if not token:
        raise ConfigError("The source has no access token.", hint=_HINT)
    return token


def _headers(source: SourceContext) -> dict[str, str]:
    return {"accept": "application/json", "authorization": f"Bearer {_token(source)}"}
