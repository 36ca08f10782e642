"""Named lines at which a test may end the process as a power cut would: no `finally`, no flush, no farewell.

`CRASHPOINT=before_commit:3` ends it at the third pass of `crashpoint("before_commit")`. Unset, a pass costs one call
and one comparison. Random kills find timing faults; named points prove the seams.
"""

import os
import signal
from collections.abc import Mapping
from typing import Final

from fullcircle.core.errors import ConfigError

CRASHPOINTS: Final[tuple[str, ...]] = (
    "after_fetch",  # a page came from the platform; nothing of it is stored
    "before_commit",  # a batch is written, not committed
    "after_commit",  # a batch is committed; nobody has been told
    "before_cursor",  # rows are in; the cursor has not moved
    "before_call",  # the intent of a send is committed; the platform knows nothing
    "after_call",  # the platform answered; the result is not written
    "intake_before_fsync",  # raw bytes are in the transaction; no sender has its 2xx
    "intake_after_fsync",  # raw bytes are on the disk; no sender has its 2xx
)

_PATTERN_HINT = "write CRASHPOINT=name:n with n at least 1; `fullcircle crashpoints` lists the names"


def armed_by(environment: Mapping[str, str]) -> tuple[str, int] | None:
    """The point and pass named by CRASHPOINT, or None. Raises ConfigError for an unknown name or a count below 1."""
    wish = environment.get("CRASHPOINT", "")
    if not wish:
        return None
    name, _, count = wish.partition(":")
    if name not in CRASHPOINTS:
        raise ConfigError(f"CRASHPOINT names no known point: {name!r}", hint=_PATTERN_HINT)
    if not (count or "1").isdecimal() or int(count or "1") < 1:
        raise ConfigError(f"CRASHPOINT counts passes from 1, not {count!r}", hint=_PATTERN_HINT)
    return name, int(count or "1")


_ARMED: Final = armed_by(os.environ)
_passes = 0


def crashpoint(name: str) -> None:
    """End the process here if this is the armed pass; otherwise nothing."""
    if _ARMED is not None:
        _count_pass(name)


def _count_pass(name: str) -> None:
    global _passes
    if name not in CRASHPOINTS:
        raise ConfigError(f"crashpoint({name!r}) is not in the list", hint="add it to CRASHPOINTS")
    if _ARMED is None or name != _ARMED[0]:
        return
    _passes += 1
    if _passes == _ARMED[1]:
        os.kill(os.getpid(), signal.SIGKILL)
