"""What a check of the doctor gives back, and what it is given."""

from typing import Literal

import msgspec

from fullcircle.config.options import Options

State = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """`fail`: something is lost or will be; `warn`: somebody should look. `hint`: what to do, in a sentence or two."""

    state: State
    message: str
    hint: str = ""


class Patient:
    """What earlier checks learnt, for later ones."""

    options: Options


def ok(message: str) -> Finding:
    """In order."""
    return Finding("ok", message)


def warn(message: str, hint: str) -> Finding:
    """Worth a look."""
    return Finding("warn", message, hint)


def fail(message: str, hint: str) -> Finding:
    """Not in order."""
    return Finding("fail", message, hint)


def size_of(count: int) -> str:
    """Bytes as people read them: `3.2 GB`."""
    size = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
