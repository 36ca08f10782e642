"""A write transaction waits in the kernel's queue (flock) before BEGIN IMMEDIATE.

SQLite's own busy handler polls with growing sleeps, so an import that commits batch after batch starves a person's
one-row write: 2.8 s was measured. The lock file is fair and wakes its next waiter at once; it dies with its holder.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, with the turnstile taken at BEGIN and given back at COMMIT, ROLLBACK or close."""

    _turnstile: int | None = None
    _is_holding = False

    def _start_transaction_under_autocommit(self) -> None:
        self._enter_turnstile()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_turnstile()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._leave_turnstile()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_turnstile()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_turnstile()
            if self._turnstile is not None:
                os.close(self._turnstile)
                self._turnstile = None

    def _enter_turnstile(self) -> None:
        name: Any = self.settings_dict["NAME"]
        if self._is_holding or ":memory:" in str(name) or "mode=memory" in str(name):
            return
        if self._turnstile is None:
            self._turnstile = os.open(f"{name}-turnstile", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._turnstile, fcntl.LOCK_EX)
        self._is_holding = True

    def _leave_turnstile(self) -> None:
        if self._is_holding and self._turnstile is not None:
            fcntl.flock(self._turnstile, fcntl.LOCK_UN)
            self._is_holding = False
