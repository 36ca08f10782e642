"""Who works here: members, teams, the hours they keep."""

from django.db import models

from fullcircle.core.kinds import Department, Role
from fullcircle.store.fields import MomentField, choice_field
from fullcircle.store.scope import ScopedModel


class Calendar(ScopedModel):
    """Working hours as data; `body` is read by routing/calendar.py, which says what is wrong with it."""

    name = models.CharField(max_length=100)
    body = models.JSONField(default=dict)

    class Meta:
        db_table = "calendar"
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="calendar_name_once")]


class Team(ScopedModel):
    """Who shares work. A parent team is a division."""

    name = models.CharField(max_length=100)
    department = choice_field(Department, default=Department.SERVICE)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    calendar = models.ForeignKey(Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_agency = models.BooleanField(default=False)

    class Meta:
        db_table = "team"
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="team_name_once")]


class Member(ScopedModel):
    """A login's place in a workspace."""

    login = models.ForeignKey("store.Login", on_delete=models.CASCADE, related_name="memberships")
    role = choice_field(Role, default=Role.RESPONDER)
    is_active = models.BooleanField(default=True)
    is_present = models.BooleanField(default=False)
    case_limit = models.IntegerField(default=20)
    languages = models.JSONField(default=list)
    joined_at = MomentField()

    class Meta:
        db_table = "member"
        constraints = [models.UniqueConstraint(fields=["workspace", "login"], name="member_once")]


class TeamMember(ScopedModel):
    """Who belongs to which team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="places")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="places")

    class Meta:
        db_table = "team_member"
        constraints = [models.UniqueConstraint(fields=["team", "member"], name="team_member_once")]
