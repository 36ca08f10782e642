"""What lists of the command line share: a group that shows its list by itself, words about a limit, and how a date, a
team or a member that was typed is found."""

from collections.abc import Callable
from typing import Any

import click

from fullcircle.core.errors import ConfigError
from fullcircle.core.moments import Moment, parse_moment


class ListingGroup(click.Group):
    """`fullcircle sources` lists, `fullcircle sources connect` does something: the list is the group itself."""

    def __init__(self, name: str, shown: click.Command) -> None:
        super().__init__(
            name=name,
            params=list(shown.params),
            help=shown.help,
            callback=self._callback,
            invoke_without_command=True,
        )
        self._shown = shown

    def _callback(self, **values: Any) -> Any:
        if click.get_current_context().invoked_subcommand is not None:
            return 0
        show: Callable[..., Any] | None = self._shown.callback
        return show(**values) if show is not None else 0


def say_limit(shown: int, total: int, more: str = "--limit") -> None:
    """No list ends without saying so."""
    if shown < total:
        click.echo(f"Showing {shown:,} of {total:,}; more with {more}.")


LIMIT = click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 1_000_000), help="How many to show."
)


def moment_of(text: str | None, option: str) -> Moment:
    """0 where nothing was given. Raises ConfigError for what is no time."""
    if not text:
        return 0
    moment = parse_moment(text)
    if moment is None:
        raise ConfigError(f"{option} “{text}” is no time.", hint="Write it like 2026-05-01 or 2026-05-01T09:30Z.")
    return moment


def team_named(workspace_id: int, text: str) -> int:
    """By name or id. Raises ConfigError with what there is."""
    from fullcircle.store.models import Team

    rows = list(Team.everywhere.filter(workspace_id=workspace_id).order_by("name").values_list("id", "name"))
    for team_id, name in rows:
        if text.casefold() in (name.casefold(), str(team_id)):
            return int(team_id)
    there = ", ".join(name for _, name in rows)
    raise ConfigError(f"There is no team “{text}”.", hint=f"There is: {there or 'no team yet'}.")


def member_named(workspace_id: int, text: str) -> int:
    """By name, address or id. Raises ConfigError with who there is."""
    from fullcircle.store.models import Member

    rows = list(Member.everywhere.filter(workspace_id=workspace_id, is_active=True).select_related("login"))
    for member in rows:
        if text.casefold() in (member.login.name.casefold(), member.login.email.casefold(), str(member.pk)):
            return int(member.pk)
    there = ", ".join(str(member.login) for member in rows)
    raise ConfigError(f"There is no member “{text}”.", hint=f"There is: {there or 'no member yet'}.")
