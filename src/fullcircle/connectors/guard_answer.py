"""What an answer's status means for the loop that asked: wait, give up, or look again."""

import re
from collections.abc import Mapping

from fullcircle.core.errors import PermanentSourceError, TransientSourceError, UnknownOutcomeError
from fullcircle.core.moments import Moment, parse_moment
from fullcircle.core.ports import Reply

LONGEST_WAIT_S = 3_600.0
DEFAULT_WAIT_S = 60.0
SHORTEST_WAIT_S = 1.0

_SECONDS = re.compile(r"\s*(\d{1,30})(?:\.\d*)?\s*")
_PERMANENT = {
    401: ("does not accept the credentials", "Connect the source again."),
    403: ("refuses us", "Look whether the account or token may still do this."),
    404: ("has nothing at this address", "Check the address of the source."),
    410: ("says this is gone for good", "Remove the source, or find its new address."),
}
_TRANSIENT = frozenset({408, 425, 500, 502, 503, 504})


def raise_for_status(reply: Reply, host: str, is_send: bool, now: Moment) -> None:
    """Raise what HttpClient promises for this status; below 400 passes. A send answered by a gateway's failure may have
    been carried out, so its outcome is unknown; 429 and 503 say that it was not taken."""
    status = reply.status
    if status in _PERMANENT:
        said, hint = _PERMANENT[status]
        raise PermanentSourceError(f"{host} {said} ({status}).", hint=hint)
    if status == 429:
        wait_s = wait_of(reply.headers, now)
        raise TransientSourceError(f"{host} asks us to slow down (429).", retry_after_s=wait_s)
    if is_send and status != 503 and (status >= 500 or 300 <= status < 400):
        raise UnknownOutcomeError(f"{host} answered {status}; what was sent may have arrived.")
    if status >= 500 or status in _TRANSIENT:
        has_said = "retry-after" in reply.headers
        wait = wait_of(reply.headers, now) if has_said else None
        raise TransientSourceError(f"{host} cannot answer now ({status}).", retry_after_s=wait)
    if status >= 400:
        raise PermanentSourceError(f"{host} does not take what we ask ({status}).", hint="Check the source's settings.")


def wait_of(headers: Mapping[str, str], now: Moment) -> float:
    """Seconds to wait, between 1 s and 1 h: Retry-After in seconds or as a date (RFC 9110, 10.2.3), else the reset time
    that platforms send beside their quota, else 60. What cannot be read counts as absent."""
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset"):
        wait_s = _seconds_until(headers.get(name, ""), now)
        if wait_s is not None:
            return min(max(wait_s, SHORTEST_WAIT_S), LONGEST_WAIT_S)
    return DEFAULT_WAIT_S


def _seconds_until(said: str, now: Moment) -> float | None:
    found = _SECONDS.fullmatch(said)
    if found is None:
        moment = parse_moment(said[:60]) if said else None
        return None if moment is None else (moment - now) / 1000
    seconds = float(found.group(1))
    since_epoch = now / 1000
    return seconds - since_epoch if abs(seconds - since_epoch) < 86_400 * 365 else seconds
