"""`fullcircle quarantine`: what could not be read, and reading it again."""

import click

from fullcircle.ops.listing import LIMIT, ListingGroup, say_limit
from fullcircle.ops.show import in_workspace, show_json, show_table, when

SHOWN_BYTES = 4_000
EMPTY = "Nothing waits in quarantine: everything that came in could be read."


@click.command()
@click.option("--source", default="", help="Name or id of one source.")
@LIMIT
@in_workspace
def shown(workspace_id: int, as_json: bool, source: str, limit: int) -> int:
    """What could not be read, by reason and newest first. The bytes are kept."""
    from fullcircle.store.queries.sources import quarantine_groups, quarantine_rows, quarantined_count
    from fullcircle.store.visibility import operator

    viewer, source_id = operator(workspace_id), _source_id(workspace_id, source)
    rows, total = quarantine_rows(viewer, source_id, limit=limit), quarantined_count(viewer, source_id)
    groups = quarantine_groups(viewer)
    if as_json:
        show_json({"total": total, "groups": groups, "rows": rows})
        return 0
    if groups and not source:
        counts = [(group.source, group.reason, group.count, when(group.newest_at)) for group in groups]
        show_table("By reason", ["source", "reason", "count", "newest"], counts, "")
    show_table(
        "In quarantine",
        ["id", "source", "reason", "detail", "form", "came", "tried again"],
        [
            (str(row.id), row.source, row.reason, row.detail, row.form, when(row.captured_at), row.attempt_count)
            for row in rows
        ],
        EMPTY,
    )
    say_limit(len(rows), total)
    return 0


quarantine = ListingGroup("quarantine", shown)


@quarantine.command("show")
@click.argument("row_id", type=int, metavar="ID")
@click.option("--bytes", "to_file", type=click.Path(dir_okay=False), help="Write the bytes as they came to this file.")
@in_workspace
def show(workspace_id: int, as_json: bool, row_id: int, to_file: str | None) -> int:
    """One of them: why, and the beginning of its bytes."""
    from fullcircle.desk.access import missing
    from fullcircle.store.queries.sources import access_quarantined
    from fullcircle.store.visibility import operator

    row = access_quarantined(operator(workspace_id), row_id)
    if row is None:
        raise missing("quarantined record", row_id)
    payload = bytes(row.payload)
    if to_file:
        _write(to_file, payload)
    text = payload[:SHOWN_BYTES].decode("utf-8", "replace")
    if as_json:
        facts = {name: getattr(row, name) for name in ("id", "reason", "detail", "form", "captured_at", "replayed_at")}
        show_json({**facts, "source": row.source.name, "size": len(payload), "text": text})
        return 0
    click.echo(f"{row.source.name}: {row.reason}, {row.detail or 'no more is known'} ({when(row.captured_at)})")
    if row.replayed_at:
        click.echo(f"Read again on {when(row.replayed_at)}.")
    click.echo("".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text))
    if len(payload) > SHOWN_BYTES:
        click.echo(f"Showing {SHOWN_BYTES:,} of {len(payload):,} bytes; all with --bytes FILE.")
    return 0


def _write(path: str, payload: bytes) -> None:
    from pathlib import Path

    from fullcircle.core.errors import ConfigError

    try:
        Path(path).write_bytes(payload)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error


@quarantine.command("replay")
@click.option("--source", default="", help="Only of this source, by name or id.")
@in_workspace
def replay(workspace_id: int, as_json: bool, source: str) -> int:
    """Read everything that waits again, with the connectors as they are now. What reads goes the usual way and is
    counted where it belongs; the rest waits on. Exit code 1 where something still waits."""
    from fullcircle.ops.replaying import replay_all
    from fullcircle.store.visibility import operator

    done = replay_all(operator(workspace_id), _source_id(workspace_id, source))
    still = sum(done.still.values())
    if as_json:
        show_json(done)
        return int(still > 0)
    if not done.read_count and not still:
        click.echo(EMPTY)
    else:
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(done.outcomes.items()))
        click.echo(f"Read again: {counts or 'nothing'}. Still waiting: {still:,}.")
        for reason, count in sorted(done.still.items()):
            click.echo(f"  {reason}: {count:,}")
    return int(still > 0)


def _source_id(workspace_id: int, source: str) -> int:
    from fullcircle.desk.sources import access_source
    from fullcircle.store.visibility import operator

    return int(access_source(operator(workspace_id), source).pk) if source else 0
