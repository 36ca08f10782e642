"""Every query is scoped to a workspace. No workspace in context returns nothing, and writes are refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.db import models

from fullcircle.core.errors import FullcircleError

_current: ContextVar[int] = ContextVar("workspace_id", default=0)


class ScopeError(FullcircleError):
    """Code asked for rows without saying whose: a defect, never a person's mistake."""


@contextmanager
def workspace_scope(workspace_id: int) -> Iterator[int]:
    """Everything read or written inside belongs to this workspace."""
    token = _current.set(workspace_id)
    try:
        yield workspace_id
    finally:
        _current.reset(token)


def current_workspace() -> int:
    """The workspace in context. Raises ScopeError where there is none."""
    workspace_id = _current.get()
    if not workspace_id:
        raise ScopeError("No workspace in context.", hint="Wrap the call in workspace_scope(workspace_id).")
    return workspace_id


M = TypeVar("M", bound=models.Model)


class ScopedManager(models.Manager[M]):
    """Rows of the workspace in context; none without one."""

    def get_queryset(self) -> models.QuerySet[M]:
        workspace_id = _current.get()
        rows = super().get_queryset()
        return rows.filter(workspace_id=workspace_id) if workspace_id else rows.none()


class ScopedModel(models.Model):
    """Base of every noun a workspace owns. `everywhere` is for the few files that work across workspaces."""

    workspace = models.ForeignKey(
        "store.Workspace", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )

    everywhere = models.Manager()
    objects = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "everywhere"
        default_manager_name = "objects"

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.workspace_id:
            self.workspace_id = current_workspace()
        elif _current.get() not in (0, self.workspace_id):
            raise ScopeError("A row of another workspace was about to be written.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]
