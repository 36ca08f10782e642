"""`fullcircle sources`: where touchpoints come from, and how each of them is."""

from typing import TYPE_CHECKING, Any

import click
import msgspec

from fullcircle.core.moments import HOUR, Moment, now
from fullcircle.ops.listing import ListingGroup
from fullcircle.ops.show import in_workspace, show_json, show_table, span

if TYPE_CHECKING:
    from fullcircle.store.queries.sources import SourceRow

NONE_YET = "No source is connected yet. `fullcircle sources connect --help`, or `fullcircle import FILE`."


@click.command()
@in_workspace
def shown(workspace_id: int, as_json: bool) -> int:
    """The sources, how they are, and where their cursors stand. Exit code 1 where one is stopped or fails."""
    from fullcircle.store.queries.sources import source_rows
    from fullcircle.store.visibility import operator

    at = now()
    rows = source_rows(operator(workspace_id), at)
    is_well = all(row.is_well or row.state == "off" for row in rows)
    if as_json:
        show_json({"sources": rows})
        return int(not is_well)
    show_table(
        "Sources",
        [
            "id", "name", "connector", "account", "state", "last contact", "cursor moved", "quarantine", "quota",
            "what to know",
        ],
        [
            (
                str(row.id), row.name, row.connector, row.account, row.state, _ago(row.last_contact_at, at),
                _ago(row.cursor_moved_at, at), row.quarantined_count, row.quota_left if row.quota_left >= 0 else "",
                what_to_know(row, at),
            )
            for row in rows
        ],
        NONE_YET,
    )  # fmt: skip
    return int(not is_well)


def what_to_know(row: "SourceRow", at: Moment) -> str:
    """Why it stands still, or that nothing came; empty where all is well."""
    if row.state != "on":
        return row.state_reason or "stopped"
    if row.failure_count:
        return f"failed {row.failure_count} times, next try in {span(max(row.retry_at - at, 0))}: {row.state_reason}"
    if row.quiet_ms:
        return f"nothing came for {row.quiet_ms // HOUR:,} hours"
    return f"the platform asked to wait {span(row.retry_at - at)}" if row.retry_at else ""


def _ago(moment: Moment, at: Moment) -> str:
    return f"{span(at - moment)} ago" if moment else ""


sources = ListingGroup("sources", shown)


@sources.command("stop")
@click.argument("name")
@in_workspace
def stop(workspace_id: int, as_json: bool, name: str) -> int:
    """Fetch nothing more from a source. What it brought stays, and so do its cursors."""
    from fullcircle.desk.sources import stop_source
    from fullcircle.store.visibility import operator

    row = stop_source(operator(workspace_id), name)
    _said(as_json, row, f"{row.name} is stopped. `fullcircle sources resume` goes on where it was.")
    return 0


@sources.command("resume")
@click.argument("name")
@in_workspace
def resume(workspace_id: int, as_json: bool, name: str) -> int:
    """Go on with a stopped source where its cursors stand; one that waits after a failure is tried at once."""
    from fullcircle.desk.sources import resume_source
    from fullcircle.store.visibility import operator

    row = resume_source(operator(workspace_id), name)
    _said(as_json, row, f"{row.name} is on. It is read within seconds while `fullcircle up` runs.")
    return 0


def _said(as_json: bool, row: Any, sentence: str) -> None:
    if as_json:
        show_json({"id": row.id, "name": row.name, "state": row.state})
    else:
        click.echo(sentence)


@sources.command("poll")
@click.argument("name")
@in_workspace
def poll(workspace_id: int, as_json: bool, name: str) -> int:
    """Read one source once, now, and say what came of it. Exit code 1 where it stopped, 3 where it is tried again."""
    from fullcircle.desk.sources import access_source
    from fullcircle.ops.polling import poll_once
    from fullcircle.store.visibility import operator

    row = access_source(operator(workspace_id), name)
    polled = poll_once(row)
    if as_json:
        show_json(polled)
    elif polled.trouble:
        click.echo(f"{row.name}: {polled.trouble}", err=True)
    else:
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(polled.tally.items()))
        click.echo(f"{row.name}: {counts or 'nothing new'}.")
    return 1 if polled.state == "stopped" else 3 if polled.trouble else 0


@sources.command("guess")
@click.argument("path", type=click.Path(exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table: a mapping to save and change.")
def guess(path: str, as_json: bool) -> int:
    """Say which column of a file probably means what. Nothing is stored, and no database is needed."""
    from fullcircle.connectors.file.guess import guess_file
    from fullcircle.connectors.file.mapping import dump_mapping

    mapping = guess_file(path)
    if as_json:
        click.echo(dump_mapping(mapping))
        return 0
    fields = msgspec.to_builtins(mapping)
    defaults = msgspec.to_builtins(type(mapping)())  # fields that say nothing are left out of it
    rows = [(name, _text(value)) for name, value in fields.items() if value != defaults.get(name) and name != "notes"]
    show_table("Guess", ["what", "where"], rows, "Nothing in this file was recognised. Is it a table?")
    for note in mapping.notes:
        click.echo(f"Not sure: {note}")
    click.echo("Try it: fullcircle import --dry-run FILE. Change it: --json > mapping.json, then import --mapping.")
    return 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


from fullcircle.ops.commands import sources_connect  # noqa: E402, F401 - adds `connect` and `change` to the group
