"""Rules: saved, switched on and off. What a rule would do is previewed before; here it takes effect."""

from collections.abc import Sequence

from django.db import transaction

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.moments import now
from fullcircle.core.records import Json
from fullcircle.desk.access import actor_of, missing, require_lead
from fullcircle.routing.rules import Rule, parse_rule
from fullcircle.store import models
from fullcircle.store.house import touch_house
from fullcircle.store.records import record_event
from fullcircle.store.visibility import Viewer


def save_rules(viewer: Viewer, bodies: Sequence[Json], *, is_first: bool = False) -> list[models.Rule]:
    """All of them or none. One of the same name is replaced and keeps its place; new ones go behind the others, or
    before them. Raises DeskError: not_allowed, rule_invalid (which says where), rules_missing."""
    require_lead(viewer)
    checked = [check_rule(viewer, body) for body in bodies]
    if not checked:
        raise DeskError("rules_missing", "There is no rule in it.")
    names = [rule.name for rule in checked]
    if len(set(names)) < len(names):
        raise DeskError("rule_invalid", "Two of these rules have the same name.")
    with transaction.atomic():
        rows = models.Rule.everywhere.select_for_update().filter(workspace_id=viewer.workspace_id)
        known = {row.name: row for row in rows}
        positions = [row.position for row in known.values()]
        place = min(positions, default=0) - len(checked) if is_first else max(positions, default=-1) + 1
        saved = []
        for rule, body in zip(checked, bodies, strict=True):
            row = known.get(rule.name)
            if row is None:
                row = models.Rule(workspace_id=viewer.workspace_id, name=rule.name, position=place)
                place += 1
            _put(viewer, row, rule, body)
            saved.append(row)
        touch_house(viewer.workspace_id)
    return saved


def _put(viewer: Viewer, row: models.Rule, rule: Rule, body: Json) -> None:
    if isinstance(body, dict):  # as `check_rule` has seen
        row.body = {key: value for key, value in body.items() if key != "is_enabled"}
    row.is_on = rule.is_enabled
    row.changed_by, row.changed_at = actor_of(viewer), now()
    row.save()
    record_event(viewer.workspace_id, EventName.RULE_CHANGED, row.id, actor=actor_of(viewer), is_on=int(row.is_on))


def check_rule(viewer: Viewer, body: Json) -> Rule:
    """Read one rule and see that whom it names is here. Raises DeskError rule_invalid."""
    rule = parse_rule(body)
    teams = dict(models.Team.everywhere.filter(workspace_id=viewer.workspace_id).values_list("id", "name"))
    if rule.then.team_id and rule.then.team_id not in teams:
        there = ", ".join(f"{team_id} {name}" for team_id, name in sorted(teams.items()))
        raise DeskError(
            "rule_invalid",
            f"rule {rule.name!r}: then.team: there is no team {rule.then.team_id}",
            hint=f"There is: {there or 'no team yet'}.",
        )
    members = models.Member.everywhere.filter(workspace_id=viewer.workspace_id, id=rule.then.responder_id)
    if rule.then.responder_id and not members.exists():
        raise DeskError(
            "rule_invalid", f"rule {rule.name!r}: then.responder: there is no member {rule.then.responder_id}"
        )
    return rule


def switch_rule(viewer: Viewer, name: str, *, is_on: bool) -> models.Rule:
    """On or off, from the next batch. Raises DeskError: not_allowed, not_found, nothing_changed."""
    require_lead(viewer)
    with transaction.atomic():
        rows = models.Rule.everywhere.select_for_update().filter(workspace_id=viewer.workspace_id)
        row = rows.filter(name=name).first()
        if row is None:
            error = missing("rule", f"“{name}”")
            error.hint = "`fullcircle rules` lists them."
            raise error
        if row.is_on == is_on:
            raise DeskError("nothing_changed", f"The rule “{name}” is {'on' if is_on else 'off'} already.")
        row.is_on, row.changed_by, row.changed_at = is_on, actor_of(viewer), now()
        row.save(update_fields=["is_on", "changed_by", "changed_at"])
        record_event(viewer.workspace_id, EventName.RULE_CHANGED, row.id, actor=actor_of(viewer), is_on=int(is_on))
        touch_house(viewer.workspace_id)
    return row
