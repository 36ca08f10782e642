"""Every model, one file a noun."""

from fullcircle.store.models.account import Account
from fullcircle.store.models.books import IdBlock, Rollup, Tally
from fullcircle.store.models.case import Assignment, Case, CaseTarget, Rule
from fullcircle.store.models.event import Event
from fullcircle.store.models.login import Login
from fullcircle.store.models.need import Issue, Need
from fullcircle.store.models.person import Consent, Identity, Match, Merge, Person, Relation
from fullcircle.store.models.response import Delivery, Outbox, Response
from fullcircle.store.models.source import Cursor, IntakeRow, Quarantine, RawSegment, Sighting, Source
from fullcircle.store.models.team import Calendar, Member, Team, TeamMember
from fullcircle.store.models.touchpoint import Annotation, Correction, Revision, Touchpoint, TouchpointKey
from fullcircle.store.models.workspace import Term, Workspace

__all__ = [
    "Account",
    "Annotation",
    "Assignment",
    "Calendar",
    "Case",
    "CaseTarget",
    "Consent",
    "Correction",
    "Cursor",
    "Delivery",
    "Event",
    "IdBlock",
    "Identity",
    "IntakeRow",
    "Issue",
    "Login",
    "Match",
    "Member",
    "Merge",
    "Need",
    "Outbox",
    "Person",
    "Quarantine",
    "RawSegment",
    "Relation",
    "Response",
    "Revision",
    "Rollup",
    "Rule",
    "Sighting",
    "Source",
    "Tally",
    "Team",
    "TeamMember",
    "Term",
    "Touchpoint",
    "TouchpointKey",
    "Workspace",
]
