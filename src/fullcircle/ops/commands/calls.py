"""`fullcircle call`: a telephone call becomes a touchpoint, by one command."""

import click

from fullcircle.core.errors import ConfigError
from fullcircle.ops.listing import moment_of
from fullcircle.ops.show import in_workspace, show_json


@click.command()
@click.argument("number", default="")
@click.option("--missed/--answered", "is_missed", default=False, help="Nobody took it; or somebody did (the default).")
@click.option("--note", default="", help="What it was about.")
@click.option("--outbound", is_flag=True, help="We rang them.")
@click.option("--at", default=None, metavar="ISO", help="When it began; now by default.")
@click.option("--minutes", default=-1.0, metavar="N", help="How long it took.")
@click.option("--name", default="", help="Who they said they were.")
@click.option("--line", default="", help="Our number or queue that rang.")
@click.option("--by", "answered_by", default="", help="Who of us spoke.")
@in_workspace
def call(
    workspace_id: int,
    as_json: bool,
    number: str,
    is_missed: bool,
    note: str,
    outbound: bool,
    at: str | None,
    minutes: float,
    name: str,
    line: str,
    answered_by: str,
) -> int:
    """Write down a telephone call. Without NUMBER it was withheld. Twice the same command makes two calls."""
    from fullcircle.connectors.phone.records import call_record
    from fullcircle.core.kinds import Direction
    from fullcircle.ops.calling import log_call

    record = call_record(
        started_at=moment_of(at, "--at") or None,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        number=number,
        name=name,
        duration_s=round(minutes * 60) if minutes >= 0 else -1,
        is_answered=not is_missed,
        answered_by=answered_by,
        line=line,
        note=note,
    )
    if moment_of(at, "--at") > record.captured_at:
        raise ConfigError("A call that has not been yet cannot be logged.", hint="Check --at, and its time zone.")
    logged = log_call(workspace_id, record, number)
    if as_json:
        show_json(logged)
    else:
        waits = f" Case {logged.case_id} waits: fullcircle case {logged.case_id}" if logged.case_id else ""
        click.echo(f"Written down as touchpoint {logged.touchpoint_id}.{waits}")
    return 0
