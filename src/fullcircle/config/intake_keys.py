"""Which webhook address leads to which source, kept in memory so that the door never waits for the database."""

import logging
import threading
import time
from pathlib import Path

from django.db import DatabaseError, close_old_connections

from fullcircle.config.keys import read_keys
from fullcircle.connectors.webhook.signature import key_of
from fullcircle.core.errors import ConfigError
from fullcircle.door.webhooks import IntakeSource
from fullcircle.store.credentials import unseal
from fullcircle.store.models import Source

EVERY_S = 2.0
SECRET_NAMES = ("secret", "old_secret")
"""Two keys hold while one is changed for the other."""

log = logging.getLogger(__name__)


class IntakeKeys:
    """Look-up by the key in the address; read anew every two seconds by a thread of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._sources: dict[str, IntakeSource] = {}
        self._refresh()
        threading.Thread(target=self._keep_fresh, name="intake-keys", daemon=True).start()

    def __call__(self, source_key: str) -> IntakeSource | None:
        return self._sources.get(source_key)

    def _keep_fresh(self) -> None:
        while True:
            time.sleep(EVERY_S)
            self._refresh()

    def _refresh(self) -> None:
        try:
            rows = Source.everywhere.exclude(intake_key="").filter(state="on")
            self._sources = {row.intake_key: self._source(row) for row in rows}
        except DatabaseError as error:  # the last list serves on: a busy database must not close the door
            log.warning("the list of webhook sources is not fresh: %s", error)
        finally:
            close_old_connections()

    def _source(self, row: Source) -> IntakeSource:
        try:
            secrets = unseal(row.secrets, f"source:{row.id}", read_keys(self._home, "credentials"))
            keys = tuple(key_of(secrets[name]) for name in SECRET_NAMES if secrets.get(name))
        except ConfigError:
            keys = ()  # without a key nothing is believed: 401
        return IntakeSource(row.workspace_id, row.id, keys)
