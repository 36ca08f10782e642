"""Column types the models share."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Integer = models.BigIntegerField[int, int]
else:
    _Integer = models.BigIntegerField


class MomentField(_Integer):
    """A moment: UTC milliseconds since 1970, the same number on both databases and below the Django line."""

    description = "UTC milliseconds"


def choice_field(kinds: type[StrEnum], **options: Any) -> Any:
    """A short text column for a closed list; the list stays in `core`, so that a new member needs no migration."""
    if any(len(kind.value) > 32 for kind in kinds):
        raise ValueError(f"{kinds.__name__} has a value longer than its column")
    return models.CharField(max_length=32, **options)


class RowidField(_Integer):
    """A primary key we assign ourselves. `integer` on SQLite makes it the rowid, so the table is its own index."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "primary_key": True})

    def db_type(self, connection: Any) -> str:
        return "integer" if connection.vendor == "sqlite" else "bigint"
