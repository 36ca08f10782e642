"""Joining and parting persons: what changes, what stays where it is, and how it is taken back.

A merge sets one pointer, `other.merged_into = keep`; no row is moved, rewritten or deleted. Who a row belongs to now is
found on read by following the pointers to the person that points nowhere. So an unmerge clears that one pointer, merges
can be taken back in any order, and after the last the graph is what it was. Who is kept is the caller's choice.

What goes where:

| row                             | hangs on               | while merged         | after unmerge               |
|---------------------------------|------------------------|----------------------|-----------------------------|
| touchpoint, visit, raw payload  | identity               | read under the kept  | with its identity           |
| handle, address, number, name   | identity               | read under the kept  | with its identity           |
| block of an identity            | identity               | that identity only   | with its identity           |
| case, issue, response           | person at its opening  | read under the kept  | with that person            |
| relation, note, promise, action | person it was put on   | read under the kept  | with that person            |
| anything new by an identity     | identity or its person | read under the kept  | with that identity's person |
| anything new by hand            | kept person            | read under the kept  | with the kept person        |
| consent given or refused        | person who said so     | the strictest holds  | each person's own again     |
| consent withdrawn meanwhile     | all of the group       | withdrawn            | withdrawn for each          |
| name shown                      | kept person            | the kept person's    | each person's own again     |
| erasure                         | all of the group       | all are erased       | nothing is left to part     |
| proposed match                  | its two identities     | settled by the merge | open again                  |
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum

import msgspec

from fullcircle.core.errors import CorruptStoreError, DeskError


class Consent(IntEnum):
    """What somebody allowed for one purpose, the stricter the lower."""

    WITHDRAWN = 0
    REFUSED = 1
    NOT_GIVEN = 2
    GIVEN = 3


class PersonFacts(msgspec.Struct, frozen=True):
    """One person row. `merged_into` 0: stands for itself. `consents` by purpose; an absent one is not given."""

    person_id: int
    workspace_id: int
    merged_into: int = 0
    consents: Mapping[str, Consent] = {}


class PersonGraph(msgspec.Struct, frozen=True):
    """Persons and the identities that point to them, as far as a merge has to know them."""

    persons: Mapping[int, PersonFacts]
    identities: Mapping[int, int] = {}  # identity's id to the person it points to

    def root(self, person_id: int) -> PersonFacts:
        """Who stands for this person now. CorruptStoreError for a pointer that leads nowhere, round, or out."""
        person, seen = self._person(person_id), {person_id}
        while person.merged_into:
            following = self._person(person.merged_into)
            if following.person_id in seen or following.workspace_id != person.workspace_id:
                raise CorruptStoreError(f"person {person.person_id}: merged_into leads round or out of the workspace")
            seen.add(following.person_id)
            person = following
        return person

    def _person(self, person_id: int) -> PersonFacts:
        try:
            return self.persons[person_id]
        except KeyError:
            raise CorruptStoreError(f"person {person_id} is pointed to and not there") from None

    def group(self, person_id: int) -> tuple[int, ...]:
        """Everybody who stands behind the same person, by id. Walks all persons of the graph."""
        root = self.root(person_id).person_id
        return tuple(sorted(other for other in self.persons if self.root(other).person_id == root))


class Pointer(StrEnum):
    """Which pointer a change sets."""

    MERGED_INTO = "person.merged_into"
    PERSON_ID = "identity.person_id"


class PointerChange(msgspec.Struct, frozen=True):
    """One pointer, from what it was to what it becomes. A write that does not find `old` must change nothing."""

    pointer: Pointer
    subject_id: int
    old: int
    new: int

    @property
    def undone(self) -> "PointerChange":
        return PointerChange(self.pointer, self.subject_id, self.new, self.old)


class MergePlan(msgspec.Struct, frozen=True):
    """What to write, and what to write to take it back. `undo` is stored with the merge.

    `persons` and `identities`: who is read as one afterwards. `consents`: what holds for them then.
    """

    workspace_id: int
    keep_id: int
    other_id: int
    changes: tuple[PointerChange, ...]
    undo: tuple[PointerChange, ...]
    persons: tuple[int, ...] = ()
    identities: tuple[int, ...] = ()
    consents: Mapping[str, Consent] = {}


def strictest(persons: Iterable[PersonFacts]) -> dict[str, Consent]:
    """What holds for persons read as one: for each purpose the strictest; who never said anything has not given it."""
    people = list(persons)
    purposes = sorted({purpose for person in people for purpose in person.consents})
    return {purpose: min(person.consents.get(purpose, Consent.NOT_GIVEN) for person in people) for purpose in purposes}


def consents_of(graph: PersonGraph, person_id: int) -> dict[str, Consent]:
    """What holds for this person now, whoever is merged with them."""
    return strictest(graph.persons[member] for member in graph.group(person_id))


def plan_merge(keep: int, other: int, graph: PersonGraph) -> MergePlan:
    """Read `other`, and all who were merged into them, as `keep`. Both may be named by any person of their group.

    DeskError: 'already_merged' (nothing is reported as done that was done before), 'two_workspaces'.
    """
    kept, joined = graph.root(keep), graph.root(other)
    if kept.workspace_id != joined.workspace_id:
        raise DeskError("two_workspaces", "These persons belong to two workspaces and cannot be joined.")
    if kept.person_id == joined.person_id:
        raise DeskError("already_merged", "These are the same person already.")
    members = tuple(sorted({*graph.group(keep), *graph.group(other)}))
    change = PointerChange(Pointer.MERGED_INTO, joined.person_id, 0, kept.person_id)
    return MergePlan(
        workspace_id=kept.workspace_id,
        keep_id=kept.person_id,
        other_id=joined.person_id,
        changes=(change,),
        undo=(change.undone,),
        persons=members,
        identities=tuple(sorted(i for i, person_id in graph.identities.items() if person_id in set(members))),
        consents=strictest(graph.persons[member] for member in members),
    )


def plan_move(identity_id: int, person_id: int, graph: PersonGraph) -> MergePlan:
    """Point one identity to another person: for an account that was given to the wrong one.

    DeskError: 'already_merged' where it points there, 'two_workspaces'.
    """
    old = graph.identities[identity_id]
    before, after = graph.root(old), graph.root(person_id)
    if before.workspace_id != after.workspace_id:
        raise DeskError("two_workspaces", "This account belongs to a person of another workspace.")
    if old == person_id:
        raise DeskError("already_merged", "This account belongs to that person already.")
    change = PointerChange(Pointer.PERSON_ID, identity_id, old, person_id)
    return MergePlan(after.workspace_id, person_id, old, (change,), (change.undone,), identities=(identity_id,))


def plan_unmerge(plan: MergePlan, graph: PersonGraph) -> MergePlan:
    """Take a merge or a move back, whatever was merged since. DeskError('not_merged') where it no longer stands."""
    for change in plan.undo:
        if _current(graph, change) != change.old:
            raise DeskError("not_merged", "This has been taken back or changed since.", hint="Look at the newest one.")
    after = applied(graph, plan.undo)
    members = after.group(plan.other_id)
    return MergePlan(
        workspace_id=plan.workspace_id,
        keep_id=plan.other_id,
        other_id=plan.keep_id,
        changes=plan.undo,
        undo=plan.changes,
        persons=members,
        identities=tuple(sorted(i for i, person_id in after.identities.items() if person_id in set(members))),
        consents=strictest(after.persons[member] for member in members),
    )


def withdrawals(graph: PersonGraph, person_id: int, purpose: str) -> tuple[int, ...]:
    """Whose consent is written as withdrawn when the person withdraws: all of the group, so it outlives parting."""
    return tuple(
        member
        for member in graph.group(person_id)
        if graph.persons[member].consents.get(purpose) is not Consent.WITHDRAWN
    )


def applied(graph: PersonGraph, changes: Iterable[PointerChange]) -> PersonGraph:
    """The graph after changes. CorruptStoreError where a pointer is not what the change expects."""
    persons, identities = dict(graph.persons), dict(graph.identities)
    for change in changes:
        if _current(graph, change) != change.old:
            raise CorruptStoreError(f"{change.pointer} of {change.subject_id} is not {change.old}")
        if change.pointer is Pointer.PERSON_ID:
            identities[change.subject_id] = change.new
        else:
            person = persons[change.subject_id]
            persons[change.subject_id] = msgspec.structs.replace(person, merged_into=change.new)
    return PersonGraph(persons, identities)


def _current(graph: PersonGraph, change: PointerChange) -> int:
    if change.pointer is Pointer.PERSON_ID:
        return graph.identities[change.subject_id]
    return graph.persons[change.subject_id].merged_into
