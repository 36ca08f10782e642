"""The one table that declares connectors. Others join by the entry-point group `fullcircle.connectors`."""

import importlib
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from fullcircle.core.errors import ConfigError
from fullcircle.core.ports import Connector

ENTRY_POINT_GROUP = "fullcircle.connectors"

CONNECTORS: dict[str, str] = {
    "feed": "fullcircle.connectors.feed.connector:CONNECTOR",
    "file": "fullcircle.connectors.file.connector:CONNECTOR",
    "phone": "fullcircle.connectors.phone.connector:CONNECTOR",
    "bluesky": "fullcircle.connectors.bluesky.connector:CONNECTOR",
    "mastodon": "fullcircle.connectors.mastodon.connector:CONNECTOR",
    "webhook": "fullcircle.connectors.webhook.connector:CONNECTOR",
}
"""name -> "module:attribute", loaded when first asked for, so that one platform's library slows no other's start."""


def connector_names() -> tuple[str, ...]:
    """Every name that can be given to a source, in alphabetical order: ours and what is installed beside us."""
    return tuple(sorted({*CONNECTORS, *_installed()}))


@cache
def connector_named(name: str) -> Connector:
    """The connector of that name. Raises ConfigError where there is none, or where it cannot be loaded."""
    where = CONNECTORS.get(name)
    try:
        if where is not None:
            module, _, attribute = where.partition(":")
            found = getattr(importlib.import_module(module), attribute)
        elif name in _installed():
            found = _installed()[name].load()
        else:
            raise ConfigError(f"There is no connector named '{name}'.", hint=f"Known: {', '.join(connector_names())}.")
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"The connector '{name}' could not be loaded: {error}", hint="Install what it needs, or remove its source."
        ) from error
    return _checked(name, found)


def _installed() -> dict[str, EntryPoint]:
    """What other packages declare; a name of ours cannot be taken over."""
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP) if entry.name not in CONNECTORS}


def _checked(name: str, found: object) -> Connector:
    spec = getattr(found, "spec", None)
    if getattr(spec, "name", None) != name:
        raise ConfigError(
            f"What is declared as connector '{name}' does not carry that name.",
            hint="Its `spec.name` must be the name it is declared under.",
        )
    return cast(Connector, found)
