"""`fullcircle doctor`: is this installation in order?"""

import click

from fullcircle.ops.show import show_json, show_table


@click.command()
@click.option("--quick", is_flag=True, help="Leave out what reads the whole database: integrity and books.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def doctor(quick: bool, as_json: bool) -> int:
    """Look at settings, home, database, sources and books, and say what to do. Changes nothing.

    Exit code 1 where a check failed; warnings alone are 0.
    """
    from fullcircle.ops.doctor import look

    found = list(look(is_quick=quick))
    has_failed = any(one.state == "fail" for one in found)
    if as_json:
        show_json({"is_well": not has_failed, "checks": found})
        return int(has_failed)
    show_table(
        "Doctor", ["check", "what", "", "found"], [(one.id, one.title, one.state, one.message) for one in found], ""
    )
    for one in found:
        if one.hint:
            click.echo(f"{one.id} {one.title}: {one.hint} ({one.doc})")
    counts = {state: sum(one.state == state for one in found) for state in ("warn", "fail")}
    click.echo(
        "All in order." if not any(counts.values()) else f"{counts['fail']} failed, {counts['warn']} worth a look."
    )
    return int(has_failed)
