"""Who may do what. Reading is the store's one predicate; writing asks here."""

from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Role
from fullcircle.store.visibility import Viewer

_WRITES = frozenset({Role.OWNER, Role.LEAD, Role.RESPONDER})
_LEADS = frozenset({Role.OWNER, Role.LEAD})


def require_write(viewer: Viewer) -> None:
    """Raises DeskError for an auditor or an agency: they look, or speak only for their accounts."""
    if viewer.role not in _WRITES:
        raise DeskError("not_allowed", "Your role may look at this, not change it.")


def require_lead(viewer: Viewer) -> None:
    """Raises DeskError for whoever does not lead: rules, teams, needs' names and merges concern everybody."""
    if viewer.role not in _LEADS:
        raise DeskError("not_allowed", "Only an owner or a team lead may do this.")


def missing(noun: str, identifier: object) -> DeskError:
    """The same words for what does not exist and what is not theirs."""
    return DeskError("not_found", f"There is no {noun} {identifier}.")


def actor_of(viewer: Viewer) -> str:
    """How the record names who did it."""
    return f"member:{viewer.member_id}" if viewer.member_id else "operator"
