"""The one predicate of who sees what, used by pages, counts, search, exports and suggestions alike.

owner, lead, auditor   everything of the workspace
responder              what is public, and cases and private touchpoints of their teams or of no team yet
agency                 its own accounts alone
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db.models import Q

from fullcircle.core.kinds import Role
from fullcircle.store.models import Account, Member, TeamMember

SEES_ALL = frozenset({Role.OWNER, Role.LEAD, Role.AUDITOR})


class Viewer(msgspec.Struct, frozen=True):
    """Who looks, in which workspace. `account_ids` only for an agency."""

    workspace_id: int
    role: Role
    member_id: int = 0
    team_ids: tuple[int, ...] = ()
    account_ids: tuple[int, ...] = ()

    @property
    def sees_all(self) -> bool:
        return self.role in SEES_ALL


def operator(workspace_id: int) -> Viewer:
    """Whoever may type commands on the machine may read the database anyway."""
    return Viewer(workspace_id, Role.OWNER)


def viewer_of(member: Member) -> Viewer:
    """A member as they are now; nobody who was deactivated sees anything."""
    # Not by `member.places`: out of scope that is empty, and whoever looks would be in no team.
    places = TeamMember.everywhere.filter(workspace_id=member.workspace_id, member_id=member.id)
    team_ids = tuple(places.order_by("team_id").values_list("team_id", flat=True))
    role = Role(member.role) if member.is_active else Role.AGENCY
    accounts: Iterable[int] = ()
    if member.is_active and role is Role.AGENCY:
        accounts = Account.everywhere.filter(workspace_id=member.workspace_id, owner_team_id__in=team_ids).values_list(
            "id", flat=True
        )
    return Viewer(member.workspace_id, role, member.id, team_ids, tuple(sorted(accounts)))


def visible_cases(viewer: Viewer) -> Q:
    """Filter of Case rows."""
    inside = Q(workspace_id=viewer.workspace_id)
    if viewer.sees_all:
        return inside
    if viewer.role is Role.AGENCY:
        return inside & Q(account_id__in=viewer.account_ids)
    return inside & (Q(team_id__isnull=True) | Q(team_id__in=viewer.team_ids))


def visible_touchpoints(viewer: Viewer, alias: str = "t") -> tuple[str, list[Any]]:
    """The same as SQL over a touchpoint, for queries the ORM would be slow at: condition and its values."""
    inside, values = f"{alias}.workspace_id = %s", [viewer.workspace_id]
    if viewer.sees_all:
        return inside, values
    if viewer.role is Role.AGENCY:
        return f"{inside} AND {alias}.account_id IN ({_marks(viewer.account_ids)})", [*values, *viewer.account_ids]
    teams = f"{alias}.team_id IS NULL OR {alias}.team_id IN ({_marks(viewer.team_ids)})"
    return f"{inside} AND ({alias}.is_public OR {teams})", [*values, *viewer.team_ids]


def _marks(values: Sequence[int]) -> str:
    """`NULL` matches nothing, which is what an empty list means."""
    return ", ".join(["%s"] * len(values)) or "NULL"
