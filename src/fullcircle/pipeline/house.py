"""What settling knows of the organisation: accounts, teams, calendars, rules, needs. Plain data, read by the store."""

from collections.abc import Mapping

import msgspec

from fullcircle.core.moments import DAY, Moment
from fullcircle.core.records import TermList
from fullcircle.needs.match import NeedIndex
from fullcircle.routing.calendar import ALWAYS_OPEN, Calendar
from fullcircle.routing.capacity import Load
from fullcircle.routing.decide import RuleBook


class SourceFacts(msgspec.Struct, frozen=True):
    """The source a batch came from."""

    source_id: int
    name: str
    account_id: int | None
    connected_at: Moment
    horizon_ms: int
    counts_history: bool


class TeamFacts(msgspec.Struct, frozen=True):
    """A team as routing sees it."""

    team_id: int
    name: str
    department: str
    calendar_id: int | None


class AccountFacts(msgspec.Struct, frozen=True):
    """An account of ours as routing sees it."""

    account_id: int
    name: str
    owner_team_id: int | None
    promise_minutes: int  # to a first response, as the account says in public; 0: says nothing


class House(msgspec.Struct, frozen=True):
    """Read once, and again whenever its version moved: a desk action must not act on a stale copy."""

    workspace_id: int
    version: int
    accounts: Mapping[int, AccountFacts]
    account_ids: Mapping[tuple[str, str, str], int]  # (platform, host, handle or external id in lower case)
    teams: Mapping[int, TeamFacts]
    calendars: Mapping[int, Calendar]
    terms: TermList
    needs: NeedIndex
    rules: RuleBook
    load: Load
    default_calendar_id: int | None = None
    reopen_window_ms: int = 14 * DAY

    def calendar(self, calendar_id: int | None) -> Calendar:
        """Without one, work is always on: a clock that nobody bounded runs all the time."""
        return self.calendars.get(calendar_id, ALWAYS_OPEN) if calendar_id else ALWAYS_OPEN
