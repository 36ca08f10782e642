"""`fullcircle search`: touchpoints by words and operators, newest first."""

import click

from fullcircle.core.kinds import Urgency, intent_names
from fullcircle.ops.commands.cases import said
from fullcircle.ops.listing import LIMIT
from fullcircle.ops.show import in_workspace, one_line, show_json, show_table, when


@click.command()
@click.argument("query", nargs=-1, required=True)
@LIMIT
@in_workspace
def search(workspace_id: int, as_json: bool, query: tuple[str, ...], limit: int) -> int:
    """Touchpoints that hold all the words, newest first. `bak*` is a beginning, "in quotes" a phrase.

    Operators: from:HANDLE platform:NAME channel:NAME language:CODE before:DATE after:DATE, and is: with public,
    private, urgent, late, ours, inbound, negative, positive, case, question, complaint, praise, suggestion,
    application, buying, danger, thanks, spam, or a kind (post, reply, mention, review, direct_message, email, call,
    chat).
    """
    from fullcircle.core.errors import ConfigError
    from fullcircle.store.queries.search import find, read_query
    from fullcircle.store.visibility import operator

    asked = read_query(query[0] if len(query) == 1 else " ".join(_quoted(part) for part in query))
    if asked.is_empty:
        raise ConfigError("Search for what?", hint="Give a word, or an operator such as is:urgent.")
    found = find(operator(workspace_id), asked, limit=limit)
    if as_json:
        show_json({"is_more": found.is_more, "touchpoints": found.rows})
        return 0
    show_table(
        "Found, newest first",
        ["when", "who", "where", "language", "read as", "case", "says"],
        [
            (
                when(row.occurred_at), row.name or row.handle, f"{row.platform} {row.channel}", row.language,
                _read_as(row.intents, row.urgency), str(row.case_id or ""), one_line(said(row), 160),
            )
            for row in found.rows
        ],
        "Nothing found. Fewer words find more; bak* finds beginnings.",
    )  # fmt: skip
    if found.is_more:
        click.echo(f"Showing the newest {len(found.rows):,}; there are more: --limit.")
    return 0


def _quoted(part: str) -> str:
    """The shell has taken the quotes away: one of several arguments with blanks in it was a phrase, or an operator's
    value. A single argument is the whole query as it was typed."""
    if " " not in part or '"' in part:
        return part
    name, colon, value = part.partition(":")
    is_operator = bool(colon) and name.isascii() and name.isalpha() and name.islower()
    return f'{name}:"{value}"' if is_operator else f'"{part}"'


def _read_as(intents: int, urgency: int) -> str:
    words = [name for name in intent_names(intents) if name != "other"]
    level = [Urgency(urgency).name.lower()] if urgency else []
    return ", ".join(words + level)
