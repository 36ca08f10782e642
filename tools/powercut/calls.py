"""strace's log as a list of calls, in the order they began. Reads what `strace -f -y -xx` writes, nothing else."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One system call. `begun` and `ended` are line numbers: a call of another thread may lie between them."""

    begun: int
    ended: int
    name: str
    arguments: str
    result: str


_LINE = re.compile(r"^(\d+)\s+(.*)$", re.DOTALL)
_WHOLE = re.compile(r"^(\w+)\((.*)\)\s+= (.+)$", re.DOTALL)
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$", re.DOTALL)
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_DESCRIPTOR = re.compile(r"^(-?\d+|AT_FDCWD)(?:<((?:\\x[0-9a-f]{2})*)>)?(\(deleted\))?")


def read_calls(lines: Iterable[str]) -> list[Call]:
    """Every finished call; one cut off by the end of its thread is given with the result `?`."""
    calls = []
    waiting: dict[str, tuple[int, str]] = {}
    last = 0
    for last, line in enumerate(lines):
        found = _LINE.match(line.rstrip("\n"))
        if found is None:
            continue
        thread, text = found.groups()
        begun = last
        if text.endswith(_UNFINISHED):
            waiting[thread] = (last, text.removesuffix(_UNFINISHED))
            continue
        resumed = _RESUMED.match(text)
        if resumed and thread in waiting:
            begun, head = waiting.pop(thread)
            text = head + resumed.group(2)
        whole = _WHOLE.match(text)
        if whole:
            calls.append(Call(begun, last, *whole.groups()))
    calls += _cut_off(waiting.values(), last + 1)
    return sorted(calls, key=lambda call: call.begun)


def _cut_off(waiting: Iterable[tuple[int, str]], end: int) -> Iterator[Call]:
    for begun, head in waiting:
        name, _, arguments = head.partition("(")
        yield Call(begun, end, name, arguments, "?")


def strings_of(text: str) -> list[bytes]:
    """Every quoted string. Raises ValueError where strace cut one short: without its bytes a replay proves nothing."""
    found = []
    for digits, cut in _HEX.findall(text):
        if cut:
            raise ValueError("strace cut a string short; watch with a larger -s")
        found.append(bytes.fromhex(digits.replace("\\x", "")))
    return found


def descriptor_of(text: str) -> tuple[str, str | None]:
    """The number and the path of the leading descriptor; None for the path of what is no file, or is deleted."""
    found = _DESCRIPTOR.match(text)
    if found is None:
        return "", None
    number, path, deleted = found.groups()
    if path is None or deleted:
        return number, None
    return number, bytes.fromhex(path.replace("\\x", "")).decode("utf-8", "surrogateescape")


def last_number(text: str) -> int:
    """The last argument as a number."""
    return int(text.rsplit(",", 1)[-1].strip(), 0)
