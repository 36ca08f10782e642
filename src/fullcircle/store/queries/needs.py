"""Needs, counted in persons, never in posts: whoever was merged into somebody counts once."""

import msgspec

from fullcircle.core.moments import Moment
from fullcircle.store.bulk.tables import read
from fullcircle.store.visibility import Viewer


class NeedRow(msgspec.Struct, frozen=True):
    """`answered_count`: persons to whom we have said something since they asked."""

    id: int
    name: str
    person_count: int
    answered_count: int
    proposed_count: int
    since: Moment
    owner: str


_PERSONS = """
SELECT n.id, n.name, COALESCE(t.name, ''),
    COUNT(DISTINCT p.root_id),
    COUNT(DISTINCT CASE WHEN c.first_response_at > 0 THEN p.root_id END),
    COALESCE(MIN(i.opened_at), 0)
FROM need n LEFT JOIN team t ON t.id = n.owner_team_id
    LEFT JOIN need m ON m.id = n.id OR m.merged_into_id = n.id
    LEFT JOIN issue i ON i.need_id = m.id
    LEFT JOIN person p ON p.id = i.person_id
    LEFT JOIN "case" c ON c.issue_id = i.id
WHERE n.workspace_id = %s AND n.merged_into_id IS NULL
GROUP BY n.id, n.name, t.name
ORDER BY 4 DESC, n.id
"""
_PROPOSED = """
SELECT i.proposed_need_id, COUNT(DISTINCT p.root_id)
FROM issue i JOIN person p ON p.id = i.person_id
WHERE i.workspace_id = %s AND i.need_id IS NULL AND i.proposed_need_id IS NOT NULL
GROUP BY i.proposed_need_id
"""


def needs(viewer: Viewer) -> list[NeedRow]:
    """Every need, most people first. Counts are of the whole workspace: a need is nobody's private matter."""
    proposed = dict(read(_PROPOSED, [viewer.workspace_id]))
    return [
        NeedRow(row[0], row[1], row[3], row[4], proposed.get(row[0], 0), row[5], row[2])
        for row in read(_PERSONS, [viewer.workspace_id])
    ]
