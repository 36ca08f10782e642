"""What rules would have decided over stored history, beside what today's rules decide."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from fullcircle.core.errors import ConfigError, DeskError
from fullcircle.core.moments import Moment
from fullcircle.core.records import Json
from fullcircle.desk.rules import check_rule
from fullcircle.routing.decide import Decision, compile_rules
from fullcircle.routing.preview import Changes, Preview, compare, preview
from fullcircle.routing.rules import Rule
from fullcircle.store.bulk.tables import read_in
from fullcircle.store.house import house_of
from fullcircle.store.queries.rules import History, RuleRow, rule_rows
from fullcircle.store.visibility import Viewer


class Tried(msgspec.Struct, frozen=True):
    """`inbound_count`: what came in; `preview.touchpoint_count` of it call for an answer, and only those meet rules.
    `texts`: what the examples say, by touchpoint id."""

    inbound_count: int
    preview: Preview
    changes: Changes
    texts: dict[int, str]


def read_rules(path: str) -> list[Json]:
    """A rule, or a list of rules, as JSON. Raises ConfigError for what is no JSON."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", hint="Rules are JSON in UTF-8.") from error
    try:
        data: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no JSON: {error}", hint="docs/commands.md says how a rule looks.") from error
    return data if isinstance(data, list) else [data]


def try_rules(
    viewer: Viewer, bodies: Sequence[Json], since: Moment, *, example_count: int = 3, is_alone: bool = False
) -> Tried:
    """Today's rules with these in their places: of the same name instead of it, others behind; `is_alone`: these alone.
    Raises DeskError rule_invalid."""
    house = house_of(viewer.workspace_id)
    rows = rule_rows(viewer)
    checked = [check_rule(viewer, body) for body in bodies]
    after = compile_rules(checked if is_alone else _merged(viewer, rows, checked), house.rules.defaults)
    history = History(house, since)
    shown = preview(after, history, example_count)
    inbound_count = history.seen_count
    changes = compare(house.rules, after, history, example_count)
    ids = [touchpoint_id for rule in shown.rules for touchpoint_id in rule.examples]
    ids += [one.touchpoint_id for one in changes.examples]
    return Tried(inbound_count, shown, changes, _texts(ids))


def try_rule(viewer: Viewer, name: str, since: Moment, *, example_count: int = 3) -> Tried:
    """One stored rule as if it were on. Raises DeskError not_found."""
    for row in rule_rows(viewer):
        if row.name == name:
            body: dict[str, Json] = {**row.body, "name": row.name, "is_enabled": True}
            return try_rules(viewer, [body], since, example_count=example_count)
    raise DeskError("not_found", f"There is no rule “{name}”.", hint="`fullcircle rules` lists them.")


def _merged(viewer: Viewer, rows: Sequence[RuleRow], checked: Sequence[Rule]) -> list[Rule]:
    new = {rule.name: rule for rule in checked}
    merged = []
    for row in rows:
        if row.name in new:
            merged.append(new.pop(row.name))
        elif row.is_on:
            merged.append(check_rule(viewer, {**row.body, "name": row.name}))
    return [*merged, *new.values()]


def _texts(ids: Sequence[int]) -> dict[int, str]:
    rows = read_in("SELECT id, title, text FROM touchpoint WHERE id IN ({marks})", [], sorted(set(ids)))
    return {row[0]: f"{row[1]} {row[2]}".strip() for row in rows}


def differences(one: Decision, two: Decision, matters: Sequence[str], teams: Mapping[int, str]) -> str:
    """`team: Service, then Press; priority: normal, then urgent`"""
    return "; ".join(
        f"{matter.removesuffix('_id')}: {_shown(one, matter, teams)}, then {_shown(two, matter, teams)}"
        for matter in matters
    )


def _shown(decision: Decision, matter: str, teams: Mapping[int, str]) -> str:
    value = getattr(decision, matter)
    if matter == "team_id":
        return teams.get(value, "nobody")
    if matter == "priority":
        return str(value.name).lower()
    if matter == "targets":
        promised = [f"{name} {minutes} min" for name, minutes in msgspec.to_builtins(value).items() if minutes]
        return ", ".join(promised) or "none"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value or "none")
