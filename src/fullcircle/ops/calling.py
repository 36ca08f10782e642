"""A call from the command line to the repository, through the same pipeline as everything else."""

from itertools import count
from typing import Any

import msgspec
from django.db import transaction

from fullcircle.connectors.phone.connector import CONNECTOR
from fullcircle.core.batches import batch_of
from fullcircle.core.errors import ConfigError
from fullcircle.core.events import EventName
from fullcircle.core.moments import DAY, now
from fullcircle.core.records import RawRecord, Touchpoint
from fullcircle.pipeline.keys import touchpoint_digest
from fullcircle.pipeline.reading import read_record
from fullcircle.store import models
from fullcircle.store.house import source_facts
from fullcircle.store.records import record_event
from fullcircle.workers.pipeline import Pipeline
from fullcircle.workers.sources import context_of

SOURCE_NAME = "Phone log"
LOG_REACHES_BACK_MS = 30 * DAY
"""The telephone was there before its log: a call of last week that is written down today is a call that waits."""


class Logged(msgspec.Struct, frozen=True):
    """Ids as text. `case_id` "": nobody is owed an answer."""

    touchpoint_id: str
    case_id: str


def log_call(workspace_id: int, record: RawRecord, number: str) -> Logged:
    """Raises ConfigError for what is no number or no believable time, before anything is stored."""
    source = phone_source(workspace_id)
    if source.state != "on":
        raise ConfigError(f"The source “{source.name}” is not on.", hint="`fullcircle sources resume` switches it on.")
    client: Any = None  # calls are handed in, nothing is fetched
    touchpoint = read_record(CONNECTOR, context_of(source, client, {}), record)
    if not isinstance(touchpoint, Touchpoint):
        raise ConfigError(f"This call cannot be written down: {touchpoint.detail or touchpoint.reason.value}.")
    if number.strip() and touchpoint.author is None:
        raise ConfigError(f"“{number}” is no telephone number.", hint="Leave it out where it was withheld.")
    Pipeline().store(batch_of(workspace_id, source.pk, 1, [(record, touchpoint)]), source_facts(source))
    key = models.TouchpointKey.everywhere.filter(digest=touchpoint_digest(touchpoint)).first()
    row = models.Touchpoint.everywhere.filter(id=key.touchpoint_id).first() if key else None
    if row is None:
        raise ConfigError("The call was refused: this number is blocked.")
    return Logged(str(row.id), str(row.case_id) if row.case_id else "")


def phone_source(workspace_id: int) -> models.Source:
    """The phone log of the workspace; made when it is first needed."""
    found = models.Source.everywhere.filter(workspace_id=workspace_id, connector="phone").order_by("id").first()
    if found is not None:
        return found
    names = set(models.Source.everywhere.filter(workspace_id=workspace_id).values_list("name", flat=True))
    free = (name for n in count(1) if (name := SOURCE_NAME if n == 1 else f"{SOURCE_NAME} {n}") not in names)
    account = models.Account.everywhere.filter(workspace_id=workspace_id, platform="phone").order_by("id").first()
    country = models.Workspace.objects.get(pk=workspace_id).country
    with transaction.atomic():
        made = models.Source.everywhere.create(
            workspace_id=workspace_id,
            name=next(free),
            connector="phone",
            account=account,
            settings={"country": country} if country else {},
            connected_at=now() - LOG_REACHES_BACK_MS,
        )
        record_event(workspace_id, EventName.SOURCE_CONNECTED, made.pk)
    return made
