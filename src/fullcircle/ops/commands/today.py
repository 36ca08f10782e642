"""`fullcircle today`: what waits, what came in, what people need."""

from typing import TYPE_CHECKING

import click

from fullcircle.core.moments import now
from fullcircle.ops.commands.cases import case_table
from fullcircle.ops.show import in_workspace, show_json, show_table

if TYPE_CHECKING:
    from fullcircle.store.queries.today import Today

NOTHING_YET = "Nothing has come in yet. Connect a source, import a file, or `fullcircle up --sample`."


@click.command()
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="Rows of each list.")
@in_workspace
def today(workspace_id: int, as_json: bool, limit: int) -> int:
    """What waits: late, due soon, urgent and nobody's; what came in beside what is usual; needs by people."""
    from fullcircle.ops.commands.sources import what_to_know
    from fullcircle.store.queries.today import today as read_today
    from fullcircle.store.visibility import operator

    at = now()
    found = read_today(operator(workspace_id), at, limit=limit)
    if as_json:
        show_json(found)
        return 0
    click.echo(
        f"{found.waiting_count:,} cases wait: {found.late_count:,} late, {found.soon_count:,} due within two hours, "
        f"{found.urgent_unassigned_count:,} urgent and nobody's, {found.unassigned_count:,} with nobody."
    )
    _show_cases(found, at)
    show_table(
        "Came in since midnight (UTC)",
        ["platform", "today so far", "usual in a day"],
        [(row.platform, row.today, "" if row.usual is None else f"{row.usual:,.0f}") for row in found.came_in],
        NOTHING_YET,
    )
    show_table(
        "Needs, by people",
        ["id", "need", "people", "answered", "proposed"],
        [(str(row.id), row.name, row.person_count, row.answered_count, row.proposed_count) for row in found.needs],
        "Nobody has been put under a need yet. `fullcircle needs propose` says what people ask for.",
    )
    for source in found.stopped:
        click.echo(f"Source {source.name}: {what_to_know(source, at)}")
    return 0


def _show_cases(found: "Today", at: int) -> None:
    for title, rows, count in (
        ("Late", found.late, found.late_count),
        ("Due within two hours", found.soon, found.soon_count),
        ("Urgent and nobody's", found.urgent_unassigned, found.urgent_unassigned_count),
    ):
        if rows:
            shown = f"{title} (showing {len(rows):,} of {count:,})" if len(rows) < count else title
            case_table(shown, rows, at, "")
