"""`fullcircle rules`: who decides where things go, tried on what came in before it is switched on."""

from typing import TYPE_CHECKING

import click
import msgspec

from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import DAY, now
from fullcircle.ops.listing import ListingGroup
from fullcircle.ops.show import in_workspace, one_line, show_json, show_table, when

if TYPE_CHECKING:
    from fullcircle.ops.previewing import Tried

NONE_YET = (
    "No rule yet: cases go to the team of the department they sound like, else to whoever owns the account. "
    "Write one as JSON (docs/commands.md), try it with `fullcircle rules preview FILE`."
)


@click.command()
@in_workspace
def shown(workspace_id: int, as_json: bool) -> int:
    """Rules in the order they are asked."""
    from fullcircle.store.queries.rules import rule_rows
    from fullcircle.store.visibility import operator

    rows = rule_rows(operator(workspace_id))
    if as_json:
        show_json({"rules": rows})
        return 0
    show_table(
        "Rules, in their order",
        ["id", "name", "on", "when", "then", "changed", "by"],
        [
            (str(row.id), row.name, "on" if row.is_on else "off", _brief(row.body.get("when")),
             _brief(row.body.get("then")), when(row.changed_at), row.changed_by)
            for row in rows
        ],
        NONE_YET,
    )  # fmt: skip
    return 0


def _brief(value: object) -> str:
    return one_line(msgspec.json.encode(value).decode(), 120) if value else ""


rules = ListingGroup("rules", shown)


@rules.command("preview")
@click.argument("path", required=False, type=click.Path(exists=True, dir_okay=False), metavar="[FILE]")
@click.option("--rule", "name", default="", help="A stored rule, on or off, instead of a file.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 36_500), help="How far back.")
@click.option("--alone", is_flag=True, help="The rules of the file instead of today's, not beside them.")
@click.option("--examples", default=3, show_default=True, type=click.IntRange(0, 100), help="Examples of each.")
@in_workspace
def preview(
    workspace_id: int, as_json: bool, path: str | None, name: str, days: int, alone: bool, examples: int
) -> int:
    """What rules would have decided over the last days, and what that changes. Nothing is switched on.

    FILE holds a rule or a list of rules as JSON. One that has the name of a stored rule stands in its place.
    """
    from fullcircle.ops.previewing import read_rules, try_rule, try_rules
    from fullcircle.store.visibility import operator

    if bool(path) == bool(name):
        raise ConfigError("Which rule?", hint="Give a FILE with a rule as JSON, or --rule NAME of a stored one.")
    viewer, since = operator(workspace_id), max(now() - days * DAY, 0)
    if path:
        tried = try_rules(viewer, read_rules(path), since, example_count=examples, is_alone=alone)
    else:
        tried = try_rule(viewer, name, since, example_count=examples)
    if as_json:
        show_json({"days": days, **msgspec.structs.asdict(tried)})
    else:
        _show(workspace_id, tried, days)
    return 0


def _show(workspace_id: int, tried: "Tried", days: int) -> None:
    from fullcircle.ops.previewing import differences
    from fullcircle.store.models import Team

    shown, changes = tried.preview, tried.changes
    click.echo(
        f"{tried.inbound_count:,} touchpoints came in over {days:,} days; {shown.touchpoint_count:,} call for an "
        f"answer. For {shown.unmatched_count:,} no rule holds."
    )
    show_table(
        "By rule",
        ["rule", "holds for", "decides first", "people", "such as"],
        [
            (rule.name, rule.matched_count, rule.decided_count, rule.person_count,
             " | ".join(one_line(tried.texts.get(example, ""), 80) for example in rule.examples))
            for rule in shown.rules
        ],
        "There is no rule.",
    )  # fmt: skip
    if not changes.changed_count:
        click.echo("Nothing would change against today's rules.")
        return
    counts = ", ".join(f"{matter.removesuffix('_id')} {count:,}" for matter, count in changes.counts.items())
    click.echo(f"{changes.changed_count:,} would be treated otherwise than today: {counts}.")
    teams = dict(Team.everywhere.filter(workspace_id=workspace_id).values_list("id", "name"))
    show_table(
        "Such as",
        ["touchpoint", "says", "what changes"],
        [
            (str(one.touchpoint_id), one_line(tried.texts.get(one.touchpoint_id, ""), 80),
             differences(one.before, one.after, one.matters, teams))
            for one in changes.examples
        ],
        "",
    )  # fmt: skip


@rules.command("save")
@click.argument("path", type=click.Path(exists=True, dir_okay=False), metavar="FILE")
@click.option("--first", is_flag=True, help="New rules before the others, not behind them.")
@in_workspace
def save(workspace_id: int, as_json: bool, path: str, first: bool) -> int:
    """Save the rules of a file: all of them or none. They hold from the next batch; nothing older is decided anew."""
    from fullcircle.desk.rules import save_rules
    from fullcircle.ops.previewing import read_rules
    from fullcircle.store.visibility import operator

    rows = save_rules(operator(workspace_id), read_rules(path), is_first=first)
    if as_json:
        show_json({"rules": [{"id": row.pk, "name": row.name, "is_on": row.is_on} for row in rows]})
    else:
        for row in rows:
            click.echo(f"Rule {row.pk}, {row.name}, is {'on' if row.is_on else 'off'}.")
    return 0


@rules.command("on")
@click.argument("name")
@in_workspace
def on(workspace_id: int, as_json: bool, name: str) -> int:
    """Switch a rule on."""
    return _switch(workspace_id, as_json, name, is_on=True)


@rules.command("off")
@click.argument("name")
@in_workspace
def off(workspace_id: int, as_json: bool, name: str) -> int:
    """Switch a rule off. It keeps its place."""
    return _switch(workspace_id, as_json, name, is_on=False)


def _switch(workspace_id: int, as_json: bool, name: str, *, is_on: bool) -> int:
    from fullcircle.desk.rules import switch_rule
    from fullcircle.store.visibility import operator

    row = switch_rule(operator(workspace_id), name, is_on=is_on)
    if as_json:
        show_json({"id": row.pk, "name": row.name, "is_on": row.is_on})
    else:
        click.echo(f"{row.name} is {'on' if row.is_on else 'off'} from the next batch.")
    return 0
