"""`fullcircle understand FILE`: what the analysers say of texts, without storing anything."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, TextIO

import click

from fullcircle.core.errors import ConfigError
from fullcircle.ops.show import one_line, show_json, show_table

BATCH = 1_000


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--term", "terms", multiple=True, help="A word of ours to look for; as often as needed.")
@click.option("--ours", is_flag=True, help="One of our accounts says it: purpose instead of a wish for an answer.")
@click.option("--limit", default=1_000, show_default=True, type=click.IntRange(1), help="Lines to read.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def understand(file: TextIO, terms: tuple[str, ...], ours: bool, limit: int, as_json: bool) -> int:
    """Language, sentiment, intents, urgency and department of each line of FILE (`-`: standard input). Needs no
    database; in JSON with the probability of each."""
    lines = _lines(file)
    rows = list(chain.from_iterable(_understood(islice(lines, limit), terms, ours)))
    is_more = next(lines, None) is not None
    if not rows:
        raise ConfigError("There is no line with words in it.", hint="One text a line: echo 'Where is my bread?' | ...")
    if as_json:
        show_json({"is_more": is_more, "texts": rows})
        return 0
    show_table(
        "Understood",
        ["text", "language", "sentiment", "intents", "urgency", "department", "answer", "terms"],
        [
            (one_line(row["text"], 80), row["language"], row["sentiment"], ", ".join(row["intents"]), row["urgency"],
             row["department"], "wanted" if row["wants_reply"] else "", ", ".join(row["terms"]))
            for row in rows
        ],
        "",
    )  # fmt: skip
    if is_more:
        click.echo(f"Showing the first {len(rows):,} lines; there are more: --limit.")
    return 0


def _lines(file: TextIO) -> Iterator[str]:
    return (line.strip().lstrip("\ufeff") for line in file if line.strip())


def _understood(lines: Iterable[str], terms: tuple[str, ...], ours: bool) -> Iterator[list[dict[str, Any]]]:
    from fullcircle.analysis.understand import understand as read_texts

    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield read_texts(batch, terms=terms, is_outbound=ours)
