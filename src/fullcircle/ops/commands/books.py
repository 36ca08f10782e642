"""`fullcircle books`: does every record that came in have its place?"""

import click
import msgspec

from fullcircle.ops.show import in_workspace, show_json, show_table


@click.command()
@click.option("--against", type=click.Path(exists=True, dir_okay=False), help="Books kept elsewhere: the simulator's.")
@in_workspace
def books(workspace_id: int, as_json: bool, against: str | None) -> int:
    """received = stored + updated + duplicate + dropped + quarantined + waiting, by source. Exit code 1 if not."""
    from fullcircle.ops.auditing import audit, differences_from

    report = audit(workspace_id)
    differences = differences_from(workspace_id, against) if against else []
    is_well = report.is_balanced and not differences
    if as_json:
        show_json({"is_balanced": is_well, "sources": report.lines, "differences": differences})
        return int(not is_well)
    show_table(
        "Books",
        ["source", "received", "stored", "updated", "duplicate", "dropped", "quarantined", "waiting", "missing"],
        [
            (line.name, line.received, line.stored, line.updated, line.duplicate, line.dropped, line.quarantined,
             line.waiting, line.missing)
            for line in report.lines
        ],
        "Nothing has come in yet. Connect a source or import a file.",
    )  # fmt: skip
    for trouble in report.troubles:
        click.echo(f"Not well: {trouble}")
    if against:
        show_table(
            "Differences from the books kept elsewhere",
            ["network", "id", "what"],
            [(found.network, found.external_id, found.sort) for found in differences],
            "No difference from the books kept elsewhere.",
        )
    click.echo("The books balance." if is_well else "The books do not balance.")
    return int(not is_well)


__all__ = ["books", "msgspec"]
