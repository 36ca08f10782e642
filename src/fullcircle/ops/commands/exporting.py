"""`fullcircle export`: everything that came in, taken out again."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

import click
import msgspec

from fullcircle.core.errors import ConfigError
from fullcircle.core.sheets import Cell, write_rows
from fullcircle.ops.listing import moment_of
from fullcircle.ops.show import in_workspace, show_json

STANDARD_OUT = "-"


@click.command()
@click.argument("noun", type=click.Choice(["touchpoints", "cases", "people"]))
@click.option("--out", default=STANDARD_OUT, metavar="FILE", help="Where to; standard output by default.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default=None, help="By FILE's ending, else csv.")
@click.option(
    "--since", default=None, metavar="DATE", help="From then on: when it came, changed, or was first heard of."
)
@in_workspace
def export(workspace_id: int, as_json: bool, noun: str, out: str, form: str | None, since: str | None) -> int:
    """Write all touchpoints, cases or people as CSV or JSON Lines. Never capped, in flat memory.

    In CSV no cell is ever run as a formula: where one would be, an apostrophe stands before it. `--json` says what was
    written; with it, --out FILE is needed.
    """
    from fullcircle.store.queries.export import EXPORTS
    from fullcircle.store.visibility import operator

    if as_json and out == STANDARD_OUT:
        raise ConfigError("--json says what was written, so the rows need a place.", hint="Give --out FILE as well.")
    form = form or ("jsonl" if out.endswith((".jsonl", ".ndjson")) else "csv")
    chosen = EXPORTS[noun]
    rows = chosen.rows(operator(workspace_id), moment_of(since, "--since"))
    with _opened(out, form) as file:
        write = write_rows if form == "csv" else write_lines
        count = write(file, chosen.columns, rows)
    if as_json:
        show_json({"noun": noun, "format": form, "file": out, "row_count": count})
    else:
        click.echo(f"{count:,} {noun} written{'' if out == STANDARD_OUT else f' to {out}'}.", err=out == STANDARD_OUT)
    return 0


def write_lines(file: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """One JSON object a row. The count of rows."""
    encode = msgspec.json.Encoder().encode
    count = 0
    for row in rows:
        file.write(encode(dict(zip(columns, row, strict=True))).decode() + "\n")
        count += 1
    return count


@contextmanager
def _opened(out: str, form: str) -> Iterator[TextIO]:
    """A file appears under its name only when it is whole. CSV carries the mark by which spreadsheets know UTF-8."""
    if out == STANDARD_OUT:
        yield sys.stdout
        return
    beside = f"{out}.part"
    try:
        with open(beside, "w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as file:
            yield file
        os.replace(beside, out)
    except OSError as error:
        raise ConfigError(f"{out} cannot be written: {error.strerror}.", hint="Choose another place.") from error
    finally:
        if os.path.exists(beside):
            os.unlink(beside)
