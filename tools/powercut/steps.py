"""Calls as what they did to the files under one folder, and what was acknowledged when."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.powercut.calls import Call, descriptor_of, last_number, strings_of

ACK = b"ACK "
_REBUILT = ("-shm",)  # SQLite maps it into memory and rebuilds it after a crash; no promise rests on it
_UNMODELLED = ("fallocate", "copy_file_range", "sendfile", "splice", "pwritev2", "pwritev", "linkat", "link", "symlink")


@dataclass(frozen=True, slots=True)
class Step:
    """`begun` and `ended` as in the call. `kind`: write, truncate, sync, create, rename, unlink, ack."""

    begun: int
    ended: int
    kind: str
    path: str
    data: bytes = b""  # of a write; of an ack: its id
    position: int = 0  # of a write; of a truncate: the new size
    target: str = ""  # of a rename


class StepReader:
    """Follows descriptors through the log. Positions of plain `write` are counted; SQLite itself only uses pwrite64."""

    def __init__(self, home: str, known: Sequence[str]) -> None:
        self._home = home.rstrip("/")
        self._sizes = dict.fromkeys(known, 0)
        self._positions: dict[str, int] = {}
        self._appending: set[str] = set()

    def read(self, calls: Sequence[Call]) -> list[Step]:
        """Raises ValueError for a call on a file of ours that the model does not know."""
        return [step for call in calls for step in self._steps_of(call)]

    def _steps_of(self, call: Call) -> Iterator[Step]:
        if call.result.startswith("-1"):
            return
        if call.name in ("openat", "open"):
            yield from self._opened(call)
        elif call.name in ("rename", "renameat", "renameat2", "unlink", "unlinkat"):
            yield from self._renamed_or_unlinked(call)
        else:
            yield from self._on_descriptor(call)

    def _is_ours(self, path: str | None) -> bool:
        inside = path is not None and (path == self._home or path.startswith(self._home + "/"))
        return inside and not str(path).endswith(_REBUILT)

    def _opened(self, call: Call) -> Iterator[Step]:
        number, path = descriptor_of(call.result)
        if path is None or not self._is_ours(path) or "O_DIRECTORY" in call.arguments:
            return
        flags = call.arguments.rsplit('"', 1)[-1]
        self._positions[number] = 0
        self._appending.discard(number)
        if "O_APPEND" in flags:
            self._appending.add(number)
        if "O_CREAT" in flags and path not in self._sizes:
            self._sizes[path] = 0
            yield Step(call.begun, call.ended, "create", path)
        if "O_TRUNC" in flags:
            self._sizes[path] = 0
            yield Step(call.begun, call.ended, "truncate", path)

    def _renamed_or_unlinked(self, call: Call) -> Iterator[Step]:
        paths = [os.path.normpath(path.decode("utf-8", "surrogateescape")) for path in strings_of(call.arguments)]
        if not any(self._is_ours(path) for path in paths):
            return
        size = self._sizes.pop(paths[0], 0)
        if call.name.startswith("unlink"):
            yield Step(call.begun, call.ended, "unlink", paths[0])
        else:
            self._sizes[paths[1]] = size
            yield Step(call.begun, call.ended, "rename", paths[0], target=paths[1])

    def _on_descriptor(self, call: Call) -> Iterator[Step]:
        number, path = descriptor_of(call.arguments)
        if not self._is_ours(path):
            if call.name in ("write", "writev", "pwrite64") and path is not None:
                yield from _acks_of(call)
            return
        assert path is not None
        if call.name in ("fsync", "fdatasync"):
            yield Step(call.begun, call.ended, "sync", path)
        elif call.name == "ftruncate":
            self._sizes[path] = last_number(call.arguments)
            yield Step(call.begun, call.ended, "truncate", path, position=self._sizes[path])
        elif call.name in ("write", "writev", "pwrite64"):
            yield self._written(call, number, path)
        elif call.name == "lseek":
            self._positions[number] = int(call.result)
        elif call.name in _UNMODELLED or (
            call.name == "mmap" and "MAP_SHARED" in call.arguments and "WRITE" in call.arguments
        ):
            raise ValueError(f"{call.name} on {path} is not part of the model")

    def _written(self, call: Call, number: str, path: str) -> Step:
        data = b"".join(strings_of(call.arguments))
        if call.result != "?":
            data = data[: int(call.result)]
        if call.name == "pwrite64":
            position = last_number(call.arguments)
        else:
            position = self._sizes[path] if number in self._appending else self._positions.get(number, 0)
            self._positions[number] = position + len(data)
        self._sizes[path] = max(self._sizes.get(path, 0), position + len(data))
        return Step(call.begun, call.ended, "write", path, data, position)


def _acks_of(call: Call) -> Iterator[Step]:
    """An acknowledgement counts from the moment its call began: somebody may have read it by then."""
    for line in b"".join(strings_of(call.arguments)).splitlines():
        if line.startswith(ACK):
            yield Step(call.begun, call.begun, "ack", "", line.removeprefix(ACK).strip())
