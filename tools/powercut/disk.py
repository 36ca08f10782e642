"""A disk that has promised only what was fsynced. Everything since may be there, in part, torn, or not at all.

Sectors are 512 bytes and whole. Names (create, rename, unlink) survive in order, as on a journalling file system: an
fsync of a folder, or of a file made since, settles every name before it.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from tools.powercut.steps import Step

SECTOR = 512
FATES = ("none", "all", "prefix", "subset", "torn")


class Node:
    """One file's content: what is promised, and the steps since."""

    def __init__(self, promised: bytes = b"") -> None:
        self.promised = bytearray(promised)
        self.pending: list[Step] = []

    def settle(self, before: int) -> None:
        """An fsync that began at `before` returned: it covers what had ended by then."""
        still = []
        for step in self.pending:
            if step.ended < before:
                _apply(self.promised, step)
            else:
                still.append(step)
        self.pending = still

    def survived(self, fate: str, rng: random.Random) -> bytes:
        content = bytearray(self.promised)
        for step in _kept(self.pending, fate, rng):
            _apply(content, step)
        return bytes(content)


class Disk:
    """All files under the home, as promised so far."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._nodes: list[Node] = []
        self._now: dict[str, int] = {}  # name to node, as the process sees it
        self._promised: dict[str, int] = {}
        self._names: list[tuple[Step, int]] = []  # changes of names not yet promised
        for path, content in files.items():
            self._nodes.append(Node(content))
            self._now[path] = self._promised[path] = len(self._nodes) - 1

    def begin(self, step: Step) -> None:
        """The step's call began: from here on it may have reached the disk."""
        if step.kind in ("write", "truncate"):
            self._nodes[self._now[step.path]].pending.append(step)
        elif step.kind in ("create", "rename", "unlink"):
            if step.kind == "create":
                self._nodes.append(Node())
            number = len(self._nodes) - 1 if step.kind == "create" else self._now.get(step.path, -1)
            self._names.append((step, number))
            _rename(self._now, step, number)

    def sync(self, step: Step) -> None:
        """An fsync returned."""
        number = self._now.get(step.path)
        if number is not None:
            self._nodes[number].settle(step.begun)
        is_new = any(node == number for _, node in self._names)
        if number is None or is_new:  # a folder, or a file whose name is not promised yet
            while self._names and self._names[0][0].ended < step.begun:
                _rename(self._promised, *self._names.pop(0))

    def survivors(self, fate: str, rng: random.Random) -> Iterator[tuple[str, bytes]]:
        """Files as one power cut now might leave them."""
        names = dict(self._promised)
        count = {"none": 0, "all": len(self._names)}.get(fate, rng.randint(0, len(self._names)))
        for step, number in self._names[:count]:
            _rename(names, step, number)
        for path, number in names.items():
            yield path, self._nodes[number].survived(fate, rng)


def _rename(names: dict[str, int], step: Step, number: int) -> None:
    if step.kind != "create":
        names.pop(step.path, None)
    if step.kind != "unlink" and number >= 0:
        names[step.target or step.path] = number


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "truncate":
        if len(content) > step.position:
            del content[step.position :]
        else:
            content.extend(bytes(step.position - len(content)))
        return
    if len(content) < step.position:
        content.extend(bytes(step.position - len(content)))
    content[step.position : step.position + len(step.data)] = step.data


def _kept(pending: list[Step], fate: str, rng: random.Random) -> list[Step]:
    if fate == "none" or not pending:
        return []
    if fate == "all":
        return pending
    if fate == "prefix":
        count = rng.randint(0, len(pending))
        torn = list(_torn(pending[count], rng)) if count < len(pending) else []
        return pending[:count] + torn
    if fate == "subset":
        return [step for step in pending if rng.random() < 0.5]
    return [piece for step in pending for piece in _torn(step, rng)]


def _torn(step: Step, rng: random.Random) -> Iterator[Step]:
    """Some of the sectors a write touches; a truncate happens or does not."""
    odds = rng.random()
    if step.kind == "truncate":
        if rng.random() < odds:
            yield step
        return
    start = step.position
    end = start + len(step.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if rng.random() < odds:
            piece = step.data[start - step.position : stop - step.position]
            yield Step(step.begun, step.ended, "write", step.path, piece, start)
        start = stop


def files_under(home: Path) -> dict[str, bytes]:
    """What lies there before the run; it counts as promised."""
    return {str(path): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}
