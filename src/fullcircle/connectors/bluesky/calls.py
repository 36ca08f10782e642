"""XRPC calls to a personal data server: who we are there, one log-in at a time, and what its answers mean.

Tokens live in memory only. A session is shared by everything that speaks for the same account, because the server
allows few log-ins a day.
"""

import base64
import hashlib
import threading
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from fullcircle.connectors.bluesky.shapes import Own, Refusal, Tokens, read_loosely
from fullcircle.connectors.guard_answer import wait_of
from fullcircle.core.errors import ConfigError, PermanentSourceError, TransientSourceError, UnknownOutcomeError
from fullcircle.core.gate import clean_text
from fullcircle.core.moments import SECOND, Moment
from fullcircle.core.ports import Reply, SourceContext

S = TypeVar("S", bound=msgspec.Struct)
Query = Sequence[tuple[str, str]]

_STALE = frozenset({"ExpiredToken", "InvalidToken"})
_SIGN_IN_HINT = "Make a new app password in Bluesky (Settings, Privacy and security) and enter it on the source's page."


class Session:
    """Tokens of one account; `lock` lets one caller at a time renew them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tokens: Tokens | None = None


class Xrpc:
    """Calls in the name of a source's account."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[tuple[str, str, str], Session] = {}

    def call(self, source: SourceContext, name: str, query: Query = (), body: bytes | None = None) -> Reply:
        """One call, after a log-in or a renewed token where needed. Raises TransientSourceError, PermanentSourceError;
        UnknownOutcomeError comes from the client only, for a POST."""
        reply = self.try_call(source, name, query, body)
        return judged(reply, source)

    def try_call(self, source: SourceContext, name: str, query: Query = (), body: bytes | None = None) -> Reply:
        """The same, leaving the answer's status to the caller."""
        session = self._session(source)
        tokens = self._tokens(source, session, stale=None)
        reply = _send(source, name, tokens.access_jwt, query, body)
        if not _is_stale(reply):
            return reply
        tokens = self._tokens(source, session, stale=tokens)
        return _send(source, name, tokens.access_jwt, query, body)

    def own(self, source: SourceContext) -> Own:
        """Our did and handle, as the server says."""
        tokens = self._tokens(source, self._session(source), stale=None)
        return Own(tokens.did, (tokens.handle or handle_of(source)).lower())

    def expires_at(self, source: SourceContext) -> Moment:
        """When the session ends unless it is renewed; 0 where the token does not say."""
        return _expiry(self._tokens(source, self._session(source), stale=None).refresh_jwt)

    def _session(self, source: SourceContext) -> Session:
        proof = hashlib.sha256(_password(source).encode()).hexdigest()
        with self._lock:
            return self._sessions.setdefault((service_of(source), handle_of(source), proof), Session())

    def _tokens(self, source: SourceContext, session: Session, stale: Tokens | None) -> Tokens:
        with session.lock:
            if session.tokens is None or session.tokens is stale:
                session.tokens = (stale and _refresh(source, stale)) or _log_in(source)
            return session.tokens


def service_of(source: SourceContext) -> str:
    """Address of the personal data server, without a slash at its end."""
    address = source.settings.get("service", "").strip().rstrip("/")
    if not address:
        raise ConfigError("The source has no service address.", hint="Enter the address of the account's data server.")
    return address if "://" in address else f"https://{address}"


def handle_of(source: SourceContext) -> str:
    return source.settings.get("handle", "").strip().lstrip("@").lower()


def judged(reply: Reply, source: SourceContext) -> Reply:
    """The reply when it is good. Raises by recovery otherwise; the server's own words are for people."""
    if reply.status < 400:
        return reply
    said = f"Bluesky answered {reply.status} {refusal_of(reply, source)}".strip()
    if reply.status == 429:
        raise TransientSourceError(said, retry_after_s=wait_of(reply.headers, source.now))
    if reply.status >= 500:
        raise TransientSourceError(said)
    if reply.status in (401, 403):
        raise PermanentSourceError(said, hint=_SIGN_IN_HINT)
    raise PermanentSourceError(said, hint="Check the service address, the handle and what is searched for.")


def refusal_of(reply: Reply, source: SourceContext) -> str:
    """What the server says against it, without any secret it may echo."""
    refusal = read_loosely(reply.body, Refusal) or Refusal()
    said = f"{refusal.error} {refusal.message}".strip()
    for secret in source.secrets.values():
        said = said.replace(secret.strip() or "\n", "***")
    return clean_text(said, 200)[0]


def quota_of(reply: Reply) -> int:
    """Calls left in the server's window, -1 where it does not say."""
    left = reply.headers.get("ratelimit-remaining", "")
    return int(left[:9]) if left.isascii() and left.isdigit() else -1


def decoded(reply: Reply, shape: type[S]) -> S:
    """The answer's body. Raises TransientSourceError where a proxy or a broken server sent something else."""
    body = read_loosely(reply.body, shape)
    if body is None:
        raise TransientSourceError("Bluesky answered something that is not what its documentation says.")
    return body


def _password(source: SourceContext) -> str:
    password = source.secrets.get("app_password", "").strip()
    if not password:
        raise ConfigError("The source has no app password.", hint=_SIGN_IN_HINT)
    return password


def _send(source: SourceContext, name: str, token: str, query: Query, body: bytes | None) -> Reply:
    url = f"{service_of(source)}/xrpc/{name}"
    if query:
        url = f"{url}?{urlencode(query)}"
    headers = {"accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    if body:
        headers["content-type"] = "application/json"
    method = "GET" if body is None else "POST"
    return source.client.request(method, url, headers=headers, body=body or None, check=False)


def _is_stale(reply: Reply) -> bool:
    if reply.status == 401:
        return True
    return reply.status == 400 and (read_loosely(reply.body, Refusal) or Refusal()).error in _STALE


def _log_in(source: SourceContext) -> Tokens:
    body = msgspec.json.encode({"identifier": handle_of(source), "password": _password(source)})
    reply = judged(_sign(source, "com.atproto.server.createSession", "", body), source)
    return decoded(reply, Tokens)


def _refresh(source: SourceContext, stale: Tokens) -> Tokens | None:
    """Fresh tokens, or None where the old ones are spent and a log-in is needed."""
    reply = _sign(source, "com.atproto.server.refreshSession", stale.refresh_jwt, b"")
    if reply.status == 429 or reply.status >= 500:
        judged(reply, source)
    return read_loosely(reply.body, Tokens) if reply.status < 400 else None


def _sign(source: SourceContext, name: str, token: str, body: bytes) -> Reply:
    """Signing in twice does no harm, so an answer that never came is only a reason to try again."""
    try:
        return _send(source, name, token, (), body)
    except UnknownOutcomeError as error:
        raise TransientSourceError("Bluesky did not answer the log-in.") from error


def _expiry(token: str) -> Moment:
    """The `exp` claim of a JWT, which we read and do not check: it is the server that does."""
    parts = token.split(".")
    if len(parts) != 3:
        return 0
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return int(claims["exp"]) * SECOND
    except (ValueError, KeyError, TypeError, msgspec.DecodeError):
        return 0
