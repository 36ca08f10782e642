"""The engine's end of the intake file."""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from fullcircle.core.moments import Moment
from fullcircle.door.intake_file import IntakeRow, TallyKey, named_by_recovery, open_intake

FORGET_COUNT = 500  # rows a transaction deletes, so that the door's flush never waits long for the lock

TAKE_BYTES = 32_000_000  # bodies handed out at once, whatever `n` says

_TAKE = """SELECT seq, workspace_id, source_id, received_at, headers, body
    FROM intake WHERE seq > ? ORDER BY seq LIMIT ?"""
_headers = msgspec.json.Decoder(dict[str, str])


class IntakeReader:
    """Take in order, commit elsewhere, then forget. Rows stay until forgotten, so a crash in between takes them again.

    Used by one thread at a time. Every method raises StoreBusyError or CorruptStoreError.
    """

    def __init__(self, path: Path) -> None:
        self._connection = open_intake(path)

    def __enter__(self) -> "IntakeReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def take(self, after_seq: int, n: int) -> list[IntakeRow]:
        """At most `n` rows and about TAKE_BYTES whose seq is above `after_seq`, in order of arrival; empty where none
        waits. Takes nothing out of the file."""
        taken = []
        size = 0
        try:
            for row in self._connection.execute(_TAKE, (after_seq, n)):
                taken.append(_row_of(*row))
                size += len(taken[-1].body)
                if size >= TAKE_BYTES:
                    break
        except sqlite3.Error as error:
            raise named_by_recovery(error) from error
        return taken

    def waiting(self, after_seq: int) -> int:
        """How many rows are above `after_seq`."""
        count: int = self._ask("SELECT count(*) FROM intake WHERE seq > ?", (after_seq,))[0][0]
        return count

    def waiting_by_source(self) -> dict[int, int]:
        """How many rows wait, by source."""
        return dict(self._ask("SELECT source_id, count(*) FROM intake GROUP BY source_id", ()))

    def tallies(self) -> dict[TallyKey, int]:
        """Every count by (workspace_id, source_id, name): `received`, `duplicate`, `refused_<why>`."""
        return {(w, s, name): count for w, s, name, count in self._ask("SELECT * FROM tally", ())}

    def forget(self, up_to_seq: int) -> int:
        """Delete rows up to and including `up_to_seq`, their keys stay; how many went."""
        forgotten = 0
        while True:
            gone = self._change(
                "DELETE FROM intake WHERE seq IN (SELECT seq FROM intake WHERE seq <= ? ORDER BY seq LIMIT ?)",
                (up_to_seq, FORGET_COUNT),
            )
            forgotten += gone
            if gone < FORGET_COUNT:
                return forgotten

    def _ask(self, sql: str, values: tuple[int, ...]) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise named_by_recovery(error) from error

    def _change(self, sql: str, values: tuple[int, ...]) -> int:
        try:
            return self._connection.execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise named_by_recovery(error) from error


def _row_of(seq: int, workspace_id: int, source_id: int, received_at: Moment, headers: str, body: bytes) -> IntakeRow:
    return IntakeRow(seq, workspace_id, source_id, received_at, _headers.decode(headers), body)
