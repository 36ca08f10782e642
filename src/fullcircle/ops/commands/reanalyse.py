"""`fullcircle reanalyse`: annotations anew with the present model and the present terms."""

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from fullcircle.ops.listing import moment_of
from fullcircle.ops.show import console, in_workspace, show_json


@click.command()
@click.option("--since", default=None, metavar="DATE", help="Only what came from then on.")
@in_workspace
def reanalyse(workspace_id: int, as_json: bool, since: str | None) -> int:
    """Read every text again with the present model. Annotations and rollups follow; cases, clocks and what people
    corrected stay as they are. Stopped halfway, the same command goes on where it was.
    """
    from fullcircle.ops.reanalysing import reanalyse_all

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(), disable=as_json or not console().is_terminal) as bar:
        task = bar.add_task("Reading again", total=None)

        def show(read: int, total: int) -> None:
            bar.update(task, completed=read, total=max(total, read))

        done = reanalyse_all(workspace_id, moment_of(since, "--since"), show)
    if as_json:
        show_json(done)
        return 0
    again = "Went on where it was stopped. " if done.resumed_after else ""
    click.echo(
        f"{again}{done.read_count:,} touchpoints read with model {done.model_version}; "
        f"{done.changed_count:,} are understood otherwise now."
    )
    return 0
