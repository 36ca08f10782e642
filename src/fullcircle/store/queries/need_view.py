"""One need whole, and what the stream holds that nobody named. Counted in people, never in posts."""

import msgspec

from fullcircle.analysis.tokens import tokens_of
from fullcircle.core.moments import Moment
from fullcircle.needs.count import IssueRow, count_people
from fullcircle.needs.propose import IssueFacts, NeedProposal, propose
from fullcircle.store import models
from fullcircle.store.bulk.tables import read, read_in
from fullcircle.store.visibility import Viewer


class PersonOfNeed(msgspec.Struct, frozen=True):
    """One person who has it; `issue_id`: their newest."""

    person_id: int
    name: str
    is_answered: bool
    asked_at: Moment
    issue_id: int


class ChannelOfNeed(msgspec.Struct, frozen=True):
    """People who asked there."""

    channel: str
    person_count: int
    answered_count: int


class ProposedIssue(msgspec.Struct, frozen=True):
    """An undecided issue analysis would put here. `score` 0-1."""

    issue_id: int
    person_id: int
    name: str
    score: float
    reason: str
    said: str


class NeedView(msgspec.Struct, frozen=True):
    """People by name, those who wait first; `merged`: needs that count under this one, as (id, name)."""

    id: int
    name: str
    words: list[str]
    what_we_want: str
    owner: str
    merged: list[tuple[int, str]]
    person_count: int
    answered_count: int
    people: list[PersonOfNeed]
    channels: list[ChannelOfNeed]
    proposed_count: int
    proposed: list[ProposedIssue]


class Quote(msgspec.Struct, frozen=True):
    """What one person said, in their words."""

    touchpoint_id: int
    text: str


class ProposedNeed(msgspec.Struct, frozen=True):
    """A need one could name."""

    words: str
    also: tuple[str, ...]
    person_count: int
    issue_ids: tuple[int, ...]
    quotes: list[Quote]


_ISSUES = """
SELECT i.id, p.root_id, i.opened_at, COALESCE(c.first_response_at, 0), COALESCE(c.channel, ''), r.name
FROM issue i JOIN person p ON p.id = i.person_id JOIN person r ON r.id = p.root_id
    LEFT JOIN "case" c ON c.issue_id = i.id
WHERE i.workspace_id = %s AND i.need_id IN ({marks}) ORDER BY i.opened_at, i.id
"""
_PROPOSED = """
SELECT i.id, p.root_id, r.name, i.proposed_score, i.proposed_reason, COALESCE(t.title, ''), COALESCE(t.text, '')
FROM issue i JOIN person p ON p.id = i.person_id JOIN person r ON r.id = p.root_id
    LEFT JOIN "case" c ON c.issue_id = i.id LEFT JOIN touchpoint t ON t.id = c.first_touchpoint_id
WHERE i.workspace_id = %s AND i.need_id IS NULL AND i.proposed_need_id = %s
ORDER BY i.proposed_score DESC, i.id LIMIT %s
"""
_UNDECIDED = """
SELECT i.id, p.root_id, t.id, CASE WHEN t.kind = 'call' THEN '' ELSE t.title END, t.text
FROM issue i JOIN person p ON p.id = i.person_id
    JOIN "case" c ON c.issue_id = i.id JOIN touchpoint t ON t.id = c.first_touchpoint_id
WHERE i.workspace_id = %s AND i.need_id IS NULL AND t.deleted_at IS NULL ORDER BY i.id DESC LIMIT %s
"""


def need_view(viewer: Viewer, need_id: int, *, limit: int = 50) -> NeedView | None:
    """None where there is none. One that was merged is shown as the one it counts under."""
    mine = models.Need.everywhere.filter(workspace_id=viewer.workspace_id)
    need = mine.filter(id=need_id).select_related("merged_into", "owner_team").first()
    if need is None:
        return None
    need = need.merged_into or need
    merged = list(mine.filter(merged_into=need).order_by("id").values_list("id", "name"))
    rows = read_in(_ISSUES, [viewer.workspace_id], [need.pk, *[row[0] for row in merged]])
    counts = count_people([IssueRow(need.pk, row[1], row[2], row[3] > 0, row[4]) for row in rows], {})
    answered = set(counts[0].answered) if counts else set()
    newest = {row[1]: row for row in rows}
    people = [PersonOfNeed(row[1], row[5], row[1] in answered, row[2], row[0]) for row in newest.values()]
    channels = counts[0].channels if counts else {}
    return NeedView(
        id=need.pk,
        name=need.name,
        words=list(need.words),
        what_we_want=need.what_we_want,
        owner=need.owner_team.name if need.owner_team else "",
        merged=merged,
        person_count=len(people),
        answered_count=len(answered),
        people=sorted(people, key=lambda one: (one.is_answered, one.asked_at)),
        channels=[ChannelOfNeed(name, one.person_count, one.answered_count) for name, one in channels.items()],
        proposed_count=models.Issue.everywhere.filter(
            workspace_id=viewer.workspace_id, need_id=None, proposed_need_id=need.pk
        ).count(),
        proposed=[
            ProposedIssue(row[0], row[1], row[2], round(row[3] / 255, 2), row[4], f"{row[5]} {row[6]}".strip())
            for row in read(_PROPOSED, [viewer.workspace_id, need.pk, limit])
        ],
    )


def undecided_count(viewer: Viewer) -> int:
    """Issues nobody put under a need yet."""
    return models.Issue.everywhere.filter(workspace_id=viewer.workspace_id, need_id=None).count()


def propose_needs(viewer: Viewer, *, newest: int, least_people: int, limit: int) -> list[ProposedNeed]:
    """Wishes that at least so many people share among the newest undecided issues, the most widely shared first."""
    rows = read(_UNDECIDED, [viewer.workspace_id, newest])
    own = _own_words(viewer)
    texts = {row[2]: f"{row[3]}\n{row[4]}" if row[3] else row[4] for row in rows}
    issues = [IssueFacts(row[0], row[1], _telling(texts[row[2]], own), (row[2],)) for row in rows]
    return [_proposed(one, texts) for one in propose(issues, least_people, limit)]


def _own_words(viewer: Viewer) -> frozenset[str]:
    """Our own names: everybody who speaks to us says them, so they tell no need."""
    accounts = models.Account.everywhere.filter(workspace_id=viewer.workspace_id).values_list("handle", "name")
    return frozenset(tokens_of(" ".join(f"{handle} @{handle} {name}" for handle, name in accounts)).split())


def _telling(text: str, own: frozenset[str]) -> str:
    return " ".join(token for token in tokens_of(text).split() if token not in own)


def _proposed(one: NeedProposal, texts: dict[int, str]) -> ProposedNeed:
    quotes = [Quote(touchpoint_id, texts[touchpoint_id]) for touchpoint_id in one.quotes]
    return ProposedNeed(one.words, one.also, one.person_count, one.issue_ids, quotes)
