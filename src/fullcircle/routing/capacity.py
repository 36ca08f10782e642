"""Who is free: a fair choice among those present, and never somebody who went home."""

from collections.abc import Iterable

import msgspec

from fullcircle.core.moments import Moment


class Responder(msgspec.Struct, frozen=True):
    """One member and what is on their desk. No `languages`: not stated, so all of them."""

    member_id: int
    name: str = ""
    team_ids: tuple[int, ...] = ()
    languages: frozenset[str] = frozenset()
    open_case_count: int = 0
    case_limit: int = 0  # 0: none
    is_present: bool = True
    assigned_at: Moment = 0  # when they were last given a case; 0: never


class Load(msgspec.Struct, frozen=True):
    """The responders of a workspace as they are now."""

    responders: tuple[Responder, ...] = ()


class Choice(msgspec.Struct, frozen=True):
    """`responder_id` 0: the team's queue. `why` is for people."""

    responder_id: int
    why: str


class Pool:
    """The load with the cases given out meanwhile, so that one batch is shared out as fairly as many single cases."""

    def __init__(self, load: Load) -> None:
        self._given: dict[int, int] = {}
        self._turn: dict[int, int] = {}
        self._members = {responder.member_id: responder for responder in load.responders}
        self._teams: dict[int, list[Responder]] = {}
        for responder in load.responders:
            for team_id in responder.team_ids:
                self._teams.setdefault(team_id, []).append(responder)

    def team_of(self, member_id: int) -> int:
        """The first team of a member; 0 where they have none or are not known."""
        responder = self._members.get(member_id)
        return responder.team_ids[0] if responder and responder.team_ids else 0

    def choose(self, team_id: int, language: str = "", named_id: int = 0, previous_id: int = 0) -> Choice:
        """Whom a rule named, else who answered this person before, else the least loaded who speaks the language.

        Each only if present, below their limit and in the team (whom a rule named: in any). Ties go to who waited
        longest for a case, then to the lower id. Nobody: the team's queue, and why.
        """
        named = self._members.get(named_id)
        if named is not None and self._is_free(named):
            return self._give(named, "named by the rule")
        team = [responder for responder in self._teams.get(team_id, ()) if self._is_free(responder)]
        for responder in team:
            if responder.member_id == previous_id and _speaks(responder, language):
                return self._give(responder, "answered this person before")
        if not team:
            return Choice(0, "nobody of the team is present and below their limit")
        speaking = [responder for responder in team if _speaks(responder, language)]
        if not speaking:
            return Choice(0, f"nobody present speaks {language}")
        best = min(speaking, key=self._burden)
        return self._give(best, f"fewest open cases ({self._count(best)}) of {_people(len(speaking))} free")

    def _count(self, responder: Responder) -> int:
        return responder.open_case_count + self._given.get(responder.member_id, 0)

    def _is_free(self, responder: Responder) -> bool:
        return responder.is_present and not 0 < responder.case_limit <= self._count(responder)

    def _burden(self, responder: Responder) -> tuple[int, int, Moment, int]:
        turn = self._turn.get(responder.member_id, 0)
        return self._count(responder), turn, responder.assigned_at, responder.member_id

    def _give(self, responder: Responder, why: str) -> Choice:
        self._given[responder.member_id] = self._given.get(responder.member_id, 0) + 1
        self._turn[responder.member_id] = sum(self._given.values())
        return Choice(responder.member_id, f"{responder.name or responder.member_id}: {why}")


def choose_responder(load: Load, team_id: int, language: str = "", named_id: int = 0, previous_id: int = 0) -> Choice:
    """One choice on its own; see Pool.choose."""
    return Pool(load).choose(team_id, language, named_id, previous_id)


def _speaks(responder: Responder, language: str) -> bool:
    return language in ("", "und") or not responder.languages or language in responder.languages


def _people(count: int) -> str:
    return "one" if count == 1 else str(count)


def load_of(responders: Iterable[Responder]) -> Load:
    """In order of id, so that the same responders are the same load."""
    return Load(tuple(sorted(responders, key=lambda responder: responder.member_id)))
