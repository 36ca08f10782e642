"""Makes the process ready to use the store: home, keys, Django, migrations; and finds the workspace a command means."""

import os
import sys
from functools import lru_cache
from pathlib import Path

import structlog

from fullcircle.config.options import options
from fullcircle.core.errors import ConfigError, StoreBusyError

SETTINGS = "fullcircle.config.settings"


@lru_cache(maxsize=1)
def ready() -> Path:
    """Django set up once a process; returns the home. Raises ConfigError in words."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    home = options().home
    django.setup()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(options().log_level),
        # Standard output belongs to what a command shows; asked for anew, because tests and supervisors change it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    return home


def migrate() -> list[str]:
    """Bring the database up to date; the migrations that were applied. A kill anywhere leaves what was finished, and
    the next start goes on (ops/migrating.py)."""
    from django.db import OperationalError

    from fullcircle.ops.migrating import bring_up_to_date

    try:
        return bring_up_to_date()
    except OperationalError as error:
        raise StoreBusyError(
            f"The database cannot be brought up to date: {error}",
            hint="See FULLCIRCLE_DATABASE_URL in docs/settings.md.",
        ) from error


def workspace_id_of(slug: str | None) -> int:
    """The workspace a command means: the one named, else the only one. Raises ConfigError."""
    from fullcircle.store.models import Workspace

    rows = dict(Workspace.objects.order_by("id").values_list("slug", "id"))
    if slug:
        if slug not in rows:
            raise ConfigError(f"There is no workspace '{slug}'.", hint=f"There is: {', '.join(rows) or 'none yet'}.")
        return int(rows[slug])
    if len(rows) == 1:
        return int(next(iter(rows.values())))
    if not rows:
        raise ConfigError("There is no workspace yet.", hint="Run `fullcircle up` once; it makes the first.")
    raise ConfigError("There are several workspaces.", hint=f"Say which with --workspace: {', '.join(rows)}.")
