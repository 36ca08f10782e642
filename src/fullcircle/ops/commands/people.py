"""`fullcircle people`, `merge` and `unmerge`: who stands behind which accounts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from fullcircle.ops.commands.cases import said
from fullcircle.ops.listing import LIMIT, ListingGroup, say_limit
from fullcircle.ops.show import in_workspace, one_line, show_json, show_table, when

if TYPE_CHECKING:
    from fullcircle.store.models import Merge
    from fullcircle.store.queries.people import PersonRow, PersonView
    from fullcircle.store.queries.touchpoints import FoundTouchpoint

NOBODY = "Nobody has been heard of yet."


@click.command()
@LIMIT
@in_workspace
def shown(workspace_id: int, as_json: bool, limit: int) -> int:
    """Persons, those heard of last first."""
    return _list(workspace_id, as_json, "", limit, NOBODY)


people = ListingGroup("people", shown)


@people.command("find")
@click.argument("words", nargs=-1, required=True)
@LIMIT
@in_workspace
def find(workspace_id: int, as_json: bool, words: tuple[str, ...], limit: int) -> int:
    """Persons by a part of their name, handle or number."""
    return _list(workspace_id, as_json, " ".join(words), limit, "Nobody is called that. A part of the name is enough.")


def _list(workspace_id: int, as_json: bool, words: str, limit: int, empty: str) -> int:
    from fullcircle.store.queries.people import count_people, find_people
    from fullcircle.store.visibility import operator

    viewer = operator(workspace_id)
    rows, total = find_people(viewer, words, limit=limit), count_people(viewer, words)
    if as_json:
        show_json({"total": total, "people": rows})
        return 0
    _people_table(rows, empty)
    say_limit(len(rows), total)
    return 0


def _people_table(rows: "Sequence[PersonRow]", empty: str) -> None:
    show_table(
        "People",
        ["id", "name", "identities", "handles", "platforms", "first heard of"],
        [
            (str(row.id), row.name, row.identity_count, ", ".join(row.handles[:5]), ", ".join(row.platforms),
             when(row.first_seen_at))
            for row in rows
        ],
        empty,
    )  # fmt: skip


@people.command("show")
@click.argument("person_id", type=int, metavar="ID")
@LIMIT
@in_workspace
def show(workspace_id: int, as_json: bool, person_id: int, limit: int) -> int:
    """One person: identities, relations, merges that can be taken back, and everything they said, newest first."""
    from fullcircle.desk.access import missing
    from fullcircle.store.queries.people import access_person
    from fullcircle.store.queries.touchpoints import timeline
    from fullcircle.store.visibility import operator

    viewer = operator(workspace_id)
    person = access_person(viewer, person_id)
    if person is None:
        error = missing("person", person_id)
        error.hint = "`fullcircle people find NAME` looks for one."
        raise error
    rows = timeline(viewer, person.id, limit=limit + 1)
    if as_json:
        show_json({"person": person, "timeline": rows[:limit], "is_more": len(rows) > limit})
    else:
        _show(person, rows, limit)
    return 0


def _show(person: "PersonView", rows: "Sequence[FoundTouchpoint]", limit: int) -> None:
    click.echo(f"Person {person.id}: {person.name}")
    show_table(
        "Identities",
        ["id", "platform", "handle", "name", "first heard of", "what to know"],
        [
            (str(one.id), f"{one.platform} {one.host}".strip(), one.handle or one.external_id, one.name,
             when(one.first_seen_at), _what_to_know(one.is_blocked, one.is_verified, one.via_id))
            for one in person.identities
        ],
        "None.",
    )  # fmt: skip
    for relation in person.relations:
        click.echo(f"{relation.kind} since {when(relation.since)}: {relation.evidence}")
    for merge in person.merges:
        reasons = f" ({', '.join(merge.reasons)})" if merge.reasons else ""
        click.echo(
            f"Person {merge.other_id} was merged in, {when(merge.merged_at)}, {merge.method}{reasons}. "
            f"`fullcircle unmerge {merge.id}` takes it back."
        )
    show_table(
        "What they said, newest first",
        ["when", "where", "case", "says"],
        [
            (when(row.occurred_at), f"{row.platform} {row.channel}", str(row.case_id or ""), one_line(said(row), 160))
            for row in rows[:limit]
        ],
        "Nothing.",
    )  # fmt: skip
    if len(rows) > limit:
        click.echo(f"Showing the newest {limit:,}; there are more: --limit.")


def _what_to_know(is_blocked: bool, is_verified: bool, via_id: int) -> str:
    words = ["blocked"] if is_blocked else []
    words += ["verified"] if is_verified else []
    words += [f"by person {via_id}"] if via_id else []
    return ", ".join(words)


@people.command("matches")
@click.option("--look", is_flag=True, help="Compare all identities now, and propose what is new.")
@LIMIT
@in_workspace
def matches(workspace_id: int, as_json: bool, look: bool, limit: int) -> int:
    """Pairs of identities that may be one person, the likeliest first. People decide: `accept` or `refuse`."""
    from fullcircle.desk.matches import propose_matches
    from fullcircle.store.queries import people as queries
    from fullcircle.store.visibility import operator

    viewer = operator(workspace_id)
    proposed = propose_matches(viewer) if look else None
    rows, total = queries.matches(viewer, limit=limit), queries.count_matches(viewer)
    if as_json:
        show_json({"looked": proposed, "total": total, "matches": rows})
        return 0
    if proposed is not None:
        click.echo(
            f"{proposed.identity_count:,} identities, {proposed.compared_count:,} with something in common: "
            f"{proposed.proposed_count:,} new proposals, {proposed.joined_count:,} joined on sure evidence."
        )
    show_table(
        "May be one person",
        ["id", "one", "person", "other", "person ", "score", "why"],
        [
            (str(row.id), row.one, str(row.one_person_id), row.other, str(row.other_person_id), round(row.score, 2),
             "; ".join(row.reasons))
            for row in rows
        ],
        "Nothing waits for a decision." if look else "Nothing waits. `fullcircle people matches --look` looks anew.",
    )  # fmt: skip
    say_limit(len(rows), total)
    return 0


@people.command("accept")
@click.argument("match_id", type=int, metavar="MATCH")
@in_workspace
def accept(workspace_id: int, as_json: bool, match_id: int) -> int:
    """They are one person: merge them by this match."""
    from fullcircle.desk.matches import accept_match
    from fullcircle.store.visibility import operator

    return _merged(as_json, accept_match(operator(workspace_id), match_id))


@people.command("refuse")
@click.argument("match_id", type=int, metavar="MATCH")
@in_workspace
def refuse(workspace_id: int, as_json: bool, match_id: int) -> int:
    """They are two. This evidence does not propose them again."""
    from fullcircle.desk.matches import refuse_match
    from fullcircle.store.visibility import operator

    row = refuse_match(operator(workspace_id), match_id)
    if as_json:
        show_json({"id": row.pk, "state": row.state})
    else:
        click.echo(f"Match {row.pk} is refused.")
    return 0


@click.command()
@click.argument("keep", type=int, metavar="KEEP")
@click.argument("other", type=int, metavar="OTHER")
@click.option("--why", default="", help="How we know; stands with the merge.")
@in_workspace
def merge(workspace_id: int, as_json: bool, keep: int, other: int, why: str) -> int:
    """Read OTHER as KEEP from now on. Nothing is moved, and `fullcircle unmerge` takes it back."""
    from fullcircle.desk.people import merge_people
    from fullcircle.store.visibility import operator

    return _merged(as_json, merge_people(operator(workspace_id), keep, other, reasons=[why] if why else []))


def _merged(as_json: bool, row: "Merge") -> int:
    if as_json:
        show_json({"merge_id": row.pk, "keep_id": row.keep_id, "other_id": row.other_id})
    else:
        click.echo(
            f"Person {row.other_id} is read as {row.keep_id} from now on. `fullcircle unmerge {row.pk}` takes it back."
        )
    return 0


@click.command()
@click.argument("merge_id", type=int, metavar="MERGE")
@in_workspace
def unmerge(workspace_id: int, as_json: bool, merge_id: int) -> int:
    """Take a merge back, whatever was merged since: all is where it came from. `people show` names the merges."""
    from fullcircle.desk.people import unmerge_people
    from fullcircle.store.visibility import operator

    row = unmerge_people(operator(workspace_id), merge_id)
    if as_json:
        show_json({"merge_id": row.pk, "keep_id": row.keep_id, "other_id": row.other_id})
    else:
        click.echo(f"Person {row.other_id} stands for themselves again.")
    return 0
