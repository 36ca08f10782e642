"""How commands show what they found: a table for people, JSON for programs, the same facts in both."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fullcircle.core.moments import DAY, HOUR, MINUTE, Moment, now, to_iso

P = ParamSpec("P")
R = TypeVar("R")
BIG = 1 << 53
PIPED_WIDTH = 160


def console() -> Console:
    """Made anew each time, so that it writes where standard output is now."""
    found = Console(highlight=False, soft_wrap=False)
    # Piped into a file or a program, a table keeps its columns whole.
    return found if found.is_terminal else Console(highlight=False, soft_wrap=False, width=PIPED_WIDTH)


def plain(value: Any) -> Any:
    """Ids beyond 2**53 travel as text: readers of JSON round them otherwise."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and abs(value) >= BIG:
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(part) for part in value]
    return value


def show_json(value: Any) -> None:
    """One document, nothing else on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(plain(msgspec.to_builtins(value))), indent=2))


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """A table; where there is nothing, what to do next. What people wrote is shown as text, never as markup."""
    if not rows:
        click.echo(empty)
        return
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        is_number = all(isinstance(row[columns.index(column)], int | float) for row in rows)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*[Text(one_line(cell)) for cell in row])
    console().print(table)


def one_line(cell: Any, limit: int = 400) -> str:
    """Control characters would let a stranger's post write on the operator's terminal."""
    text = "" if cell is None else f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)
    text = " ".join(text.split())
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def span(ms: int) -> str:
    """`18 min`, `2 h`, `3 days`: the largest unit that says enough."""
    size = abs(ms)
    if size < HOUR:
        return f"{size // MINUTE} min"
    if size < 2 * DAY:
        return f"{size // HOUR} h"
    return f"{size // DAY} days"


def clock(due_at: Moment, at: Moment | None = None) -> str:
    """`18 min left`, `2 h late`, empty where nothing is promised."""
    if not due_at:
        return ""
    left = due_at - (now() if at is None else at)
    return f"{span(left)} left" if left >= 0 else f"{span(left)} late"


def when(moment: Moment) -> str:
    """To the minute, UTC."""
    return to_iso(moment)[:16].replace("T", " ") if moment else ""


def workspace_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--workspace SLUG` and `--json`, the same on every command."""
    command = click.option(
        "--workspace", "-w", default=None, metavar="SLUG", help="Which workspace, where there are several."
    )(command)
    return click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")(command)


def in_workspace(command: Callable[..., R]) -> Callable[..., R]:
    """Run a command with the store ready and a workspace in context; it is given `workspace_id`."""

    @workspace_option
    @functools.wraps(command)
    def inside(workspace: str | None, **rest: Any) -> R:
        from fullcircle.ops.ready import migrate, ready, workspace_id_of

        ready()
        migrate()
        from fullcircle.store.scope import workspace_scope

        with workspace_scope(workspace_id_of(workspace)) as workspace_id:
            return command(workspace_id=workspace_id, **rest)

    return inside
