"""`fullcircle needs`: what people want or lack, named in their words and counted in persons."""

from typing import TYPE_CHECKING

import click

from fullcircle.ops.listing import LIMIT, ListingGroup, say_limit, team_named
from fullcircle.ops.show import in_workspace, one_line, show_json, show_table, when

if TYPE_CHECKING:
    from fullcircle.store.queries.need_view import NeedView

NONE_YET = (
    "No need is named yet. `fullcircle needs propose` says what people ask for; `fullcircle needs name` names one."
)


@click.command()
@in_workspace
def shown(workspace_id: int, as_json: bool) -> int:
    """Needs by how many people have them, how many were answered, and how many issues are proposed for each."""
    from fullcircle.store.queries.needs import needs as read_needs
    from fullcircle.store.visibility import operator

    rows = read_needs(operator(workspace_id))
    if as_json:
        show_json({"needs": rows})
        return 0
    show_table(
        "Needs, counted in people",
        ["id", "need", "people", "answered", "proposed", "since", "owner"],
        [
            (
                str(row.id),
                row.name,
                row.person_count,
                row.answered_count,
                row.proposed_count,
                when(row.since),
                row.owner,
            )
            for row in rows
        ],
        NONE_YET,
    )
    return 0


needs = ListingGroup("needs", shown)


@needs.command("name")
@click.argument("name")
@click.option("--word", "words", multiple=True, help="A word or phrase by which people say it; as often as needed.")
@click.option("--we-want", default="", help="What we want instead.")
@click.option("--owner", default="", help="Team that owns it.")
@in_workspace
def name_need(workspace_id: int, as_json: bool, name: str, words: tuple[str, ...], we_want: str, owner: str) -> int:
    """Name a need in the words people use. New issues are proposed for it from now on; people decide."""
    from fullcircle.desk import needs as desk
    from fullcircle.store.visibility import operator

    owner_id = team_named(workspace_id, owner) if owner else None
    need = desk.name_need(operator(workspace_id), name, words, what_we_want=we_want, owner_team_id=owner_id)
    _said(as_json, {"id": need.pk, "name": need.name}, f"Need {need.pk}: {need.name}.")
    return 0


@needs.command("match")
@click.argument("issue_id", type=int, metavar="ISSUE")
@click.argument("need_id", type=int, metavar="NEED")
@in_workspace
def match(workspace_id: int, as_json: bool, issue_id: int, need_id: int) -> int:
    """Put an issue under a need; under 0: under none again."""
    from fullcircle.desk.needs import match_issue
    from fullcircle.store.visibility import operator

    issue = match_issue(operator(workspace_id), issue_id, need_id or None)
    where = f"under need {issue.need_id}" if issue.need_id else "under no need"
    _said(as_json, {"issue_id": issue.id, "need_id": issue.need_id}, f"Issue {issue.id} stands {where}.")
    return 0


@needs.command("accept")
@click.argument("need_id", type=int, metavar="NEED")
@click.option("--at-least", default=0.0, type=click.FloatRange(0, 1), help="Only proposals with this score or more.")
@in_workspace
def accept(workspace_id: int, as_json: bool, need_id: int, at_least: float) -> int:
    """Take the proposals for a need: every undecided issue proposed for it is put under it."""
    from fullcircle.desk.access import missing
    from fullcircle.desk.needs import accept_proposals
    from fullcircle.store.queries.need_view import need_view
    from fullcircle.store.visibility import operator

    viewer = operator(workspace_id)
    if need_view(viewer, need_id, limit=1) is None:
        raise missing("need", need_id)
    count = accept_proposals(viewer, need_id, at_least)
    _said(as_json, {"need_id": need_id, "accepted_count": count}, f"{count:,} issues were put under need {need_id}.")
    return 0


@needs.command("merge")
@click.argument("keep_id", type=int, metavar="KEEP")
@click.argument("other_id", type=int, metavar="OTHER")
@in_workspace
def merge(workspace_id: int, as_json: bool, keep_id: int, other_id: int) -> int:
    """Two needs turned out to be one: OTHER counts under KEEP. `fullcircle needs part OTHER` takes it back."""
    from fullcircle.desk.needs import merge_needs
    from fullcircle.store.visibility import operator

    need = merge_needs(operator(workspace_id), keep_id, other_id)
    _said(as_json, {"id": need.pk, "merged_id": other_id}, f"Need {other_id} counts under {need.pk}, {need.name}.")
    return 0


@needs.command("part")
@click.argument("other_id", type=int, metavar="OTHER")
@in_workspace
def part(workspace_id: int, as_json: bool, other_id: int) -> int:
    """Take a merge of needs back: everybody counts where they were put."""
    from fullcircle.desk.needs import part_needs
    from fullcircle.store.visibility import operator

    need = part_needs(operator(workspace_id), other_id)
    _said(as_json, {"id": need.pk, "name": need.name}, f"Need {need.pk}, {need.name}, counts by itself again.")
    return 0


@needs.command("propose")
@click.option("--newest", default=5_000, show_default=True, type=click.IntRange(1), help="Undecided issues to look at.")
@click.option("--people", default=3, show_default=True, type=click.IntRange(2), help="Fewest people who share it.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many to show.")
@in_workspace
def propose(workspace_id: int, as_json: bool, newest: int, people: int, limit: int) -> int:
    """What people ask for that nobody named: shared words, how many people, and what some of them said."""
    from fullcircle.store.queries.need_view import propose_needs, undecided_count
    from fullcircle.store.visibility import operator

    viewer = operator(workspace_id)
    rows = propose_needs(viewer, newest=newest, least_people=people, limit=limit)
    total = undecided_count(viewer)
    if as_json:
        show_json({"undecided_count": total, "looked_at": min(total, newest), "proposed": rows})
        return 0
    show_table(
        "Needs one could name",
        ["words", "also", "people", "issues", "in their words"],
        [
            (row.words, ", ".join(row.also), row.person_count, len(row.issue_ids),
             " | ".join(one_line(quote.text, 100) for quote in row.quotes))
            for row in rows
        ],
        f"No {people} people share words in what they ask. Nothing to propose yet.",
    )  # fmt: skip
    say_limit(min(total, newest), total, "--newest")
    if rows:
        click.echo('Name one: fullcircle needs name "a quiet room" --word "too loud". New issues are proposed for it.')
    return 0


@needs.command("show")
@click.argument("need_id", type=int, metavar="NEED")
@LIMIT
@in_workspace
def show(workspace_id: int, as_json: bool, need_id: int, limit: int) -> int:
    """One need: who has it, who was answered and who waits, by channel and by name; and what is proposed for it."""
    from fullcircle.desk.access import missing
    from fullcircle.store.queries.need_view import need_view
    from fullcircle.store.visibility import operator

    view = need_view(operator(workspace_id), need_id, limit=limit)
    if view is None:
        error = missing("need", need_id)
        error.hint = "`fullcircle needs` lists them."
        raise error
    if as_json:
        show_json(view)
    else:
        _show(view, limit)
    return 0


def _show(view: "NeedView", limit: int) -> None:
    click.echo(f"Need {view.id}: {view.name}. {view.person_count:,} people, {view.answered_count:,} answered.")
    if view.words:
        click.echo(f"People say: {', '.join(view.words)}")
    for other_id, name in view.merged:
        click.echo(f"Counts here too: {name} ({other_id})")
    rows = [(row.channel, row.person_count, row.answered_count) for row in view.channels]
    show_table("Where they asked", ["channel", "people", "answered"], rows, "Nobody is under it yet.")
    people = view.people[:limit]
    show_table(
        "People",
        ["person", "name", "answered", "asked", "issue"],
        [
            (str(row.person_id), row.name, "yes" if row.is_answered else "no", when(row.asked_at), str(row.issue_id))
            for row in people
        ],
        f"`fullcircle needs match ISSUE {view.id}` puts an issue under it.",
    )  # fmt: skip
    say_limit(len(people), view.person_count)
    show_table(
        "Proposed for it",
        ["issue", "name", "score", "why", "said"],
        [(str(row.issue_id), row.name, row.score, row.reason, one_line(row.said, 100)) for row in view.proposed],
        "Nothing is proposed for it.",
    )
    say_limit(len(view.proposed), view.proposed_count)


def _said(as_json: bool, facts: dict[str, object], sentence: str) -> None:
    if as_json:
        show_json(facts)
    else:
        click.echo(sentence)
