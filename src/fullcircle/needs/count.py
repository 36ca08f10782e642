"""How many people have a need, who was answered and who was not. People, never posts."""

from collections.abc import Iterable, Mapping

import msgspec

from fullcircle.core.errors import CorruptStoreError
from fullcircle.core.moments import Moment


class IssueRow(msgspec.Struct, frozen=True):
    """One issue under a need. `person_id` as stored: merges are followed here."""

    need_id: int
    person_id: int
    asked_at: Moment
    is_answered: bool
    channel: str = ""


class ChannelCount(msgspec.Struct, frozen=True):
    """People who asked there; somebody who asked on two channels counts on both."""

    person_count: int
    answered_count: int


class NeedCount(msgspec.Struct, frozen=True):
    """People of one need by id, ascending. A person is answered when their newest issue is."""

    need_id: int
    answered: tuple[int, ...]
    unanswered: tuple[int, ...]
    channels: Mapping[str, ChannelCount]

    @property
    def person_count(self) -> int:
        return len(self.answered) + len(self.unanswered)


def resolve_person(person_id: int, merged_into: Mapping[int, int]) -> int:
    """Who stands for a person now. Absent or 0: they themselves. CorruptStoreError for pointers that go round."""
    seen = {person_id}
    while following := merged_into.get(person_id, 0):
        if following in seen:
            raise CorruptStoreError(f"person {person_id}: merged_into goes round")
        seen.add(following)
        person_id = following
    return person_id


def count_people(rows: Iterable[IssueRow], merged_into: Mapping[int, int]) -> list[NeedCount]:
    """One count a need, most people first. The order of the rows does not matter."""
    newest: dict[int, dict[int, tuple[Moment, bool]]] = {}
    places: dict[int, dict[str, dict[int, tuple[Moment, bool]]]] = {}
    for row in rows:
        person_id = resolve_person(row.person_id, merged_into)
        _keep_newest(newest.setdefault(row.need_id, {}), person_id, row)
        _keep_newest(places.setdefault(row.need_id, {}).setdefault(row.channel, {}), person_id, row)
    counts = [_counted(need_id, people, places[need_id]) for need_id, people in newest.items()]
    return sorted(counts, key=lambda count: (-count.person_count, count.need_id))


def _keep_newest(people: dict[int, tuple[Moment, bool]], person_id: int, row: IssueRow) -> None:
    """Of two issues asked in one moment the unanswered one tells: somebody still waits."""
    told = people.get(person_id)
    if told is None or row.asked_at > told[0] or (row.asked_at == told[0] and not row.is_answered):
        people[person_id] = row.asked_at, row.is_answered


def _counted(
    need_id: int,
    people: Mapping[int, tuple[Moment, bool]],
    places: Mapping[str, Mapping[int, tuple[Moment, bool]]],
) -> NeedCount:
    return NeedCount(
        need_id=need_id,
        answered=tuple(sorted(person_id for person_id, (_, is_answered) in people.items() if is_answered)),
        unanswered=tuple(sorted(person_id for person_id, (_, is_answered) in people.items() if not is_answered)),
        channels={
            channel: ChannelCount(len(there), sum(is_answered for _, is_answered in there.values()))
            for channel, there in sorted(places.items())
        },
    )
