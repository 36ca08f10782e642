"""A source between its row and its connector: context, errors, back-off."""

from collections.abc import Mapping

import msgspec

from fullcircle.connectors.registry import connector_named
from fullcircle.core.events import EventName
from fullcircle.core.moments import MINUTE, Moment, now
from fullcircle.core.ports import Connector, HttpClient, SourceContext
from fullcircle.store import models
from fullcircle.store.credentials import unseal
from fullcircle.store.records import record_event

FIRST_WAIT_MS = 15_000
LONGEST_WAIT_MS = 30 * MINUTE
QUOTA_LIMIT = 1 << 30
LONGEST_SAID_S = 3_600.0
"""However long a platform or connector says: a source is asked again within the hour."""


class OpenSource(msgspec.Struct):
    """A source ready to be read."""

    row: models.Source
    connector: Connector
    context: SourceContext


def open_source(row: models.Source, client: HttpClient, keys: list[str]) -> OpenSource:
    """`keys` open the credentials, the current one first. Raises ConfigError for a connector that is gone, or
    credentials that cannot be opened."""
    secrets = unseal(row.secrets, f"source:{row.id}", keys) if row.secrets else {}
    return OpenSource(row, connector_named(row.connector), context_of(row, client, secrets))


def context_of(row: models.Source, client: HttpClient, secrets: Mapping[str, str]) -> SourceContext:
    """What the connector may know of it."""
    return SourceContext(
        workspace_id=row.workspace_id,
        source_id=row.id,
        settings={name: str(value) for name, value in row.settings.items()},
        secrets=secrets,
        connected_at=row.connected_at,
        client=client,
        now=now(),
    )


def _update(row: models.Source, **changes: object) -> None:
    models.Source.everywhere.filter(pk=row.pk).update(**changes)
    for name, value in changes.items():
        setattr(row, name, value)


def note_contact(row: models.Source, record_count: int, quota_left: int) -> None:
    """The platform answered."""
    at = now()
    changes: dict[str, object] = {"last_contact_at": at, "quota_left": max(-1, min(quota_left, QUOTA_LIMIT))}
    if record_count:
        changes["last_record_at"] = at
    _update(row, **changes)


def note_recovery(row: models.Source, *, has_rested: bool) -> None:
    """A poll went through; a rest the platform asked for in it still holds."""
    if row.failure_count:
        record_event(row.workspace_id, EventName.SOURCE_RESUMED, row.id)
    if row.failure_count or row.state_reason or row.retry_at:
        _update(row, failure_count=0, state_reason="", **({} if has_rested else {"retry_at": 0}))


def note_failure(row: models.Source, why: str, wait_s: float) -> None:
    """Not before the platform's own word, else twice as long as the last time, up to half an hour."""
    wait_ms = min(FIRST_WAIT_MS * 2 ** min(row.failure_count, 10), LONGEST_WAIT_MS)
    _update(
        row,
        failure_count=row.failure_count + 1,
        retry_at=max(row.retry_at, now() + max(int(wait_s * 1000), wait_ms)),
        state_reason=why[:500],
    )


def stop_source(row: models.Source, why: str) -> None:
    """Trying again cannot help: switched off, said once, and nothing of it is lost."""
    _update(row, state="stopped", state_reason=why[:500])
    record_event(row.workspace_id, EventName.SOURCE_STOPPED, row.id)


def rest(row: models.Source, until: Moment) -> None:
    """The platform asked us to wait."""
    _update(row, retry_at=until)
