"""What rules may look at, made from a touchpoint that calls for a case."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from fullcircle.core.moments import HOUR, Moment, to_datetime
from fullcircle.pipeline.house import House
from fullcircle.pipeline.settled import NewTouchpoint
from fullcircle.routing.clock import is_open
from fullcircle.routing.facts import Facts


def facts_of(
    house: House,
    new: NewTouchpoint,
    person_id: int,
    *,
    need_id: int = 0,
    relations: tuple[str, ...] = (),
    is_new_person: bool = False,
) -> Facts:
    """Times are local to the calendar of the account's team; without one, to UTC and always open."""
    record, note = new.record, new.annotation
    calendar = house.calendar(account_calendar_id(house, new.account_id))
    hour, weekday = local_hour(calendar.zone, new.ordered_at // HOUR)
    account = house.accounts.get(new.account_id) if new.account_id else None
    author = record.author
    return Facts(
        touchpoint_id=new.id,
        person_id=person_id,
        platform=record.platform,
        host=record.host,
        channel=record.channel,
        kind=record.kind,
        direction=record.direction,
        is_public=record.is_public,
        account=account.name if account else "",
        source_id=record.source_id,
        language=note.language,
        sentiment=note.sentiment,
        intents=note.intents,
        urgency=note.urgency,
        department=note.department,
        labels=tuple(house.terms.labels[index] for index in note.terms),
        text=f"{record.title}\n{record.text}" if record.title else record.text,
        wants_reply=note.wants_reply,
        rating=record.rating,
        need_id=need_id,
        hour=hour,
        weekday=weekday,
        is_open=is_open(calendar, new.ordered_at),
        handle=author.handle if author else "",
        followers=author.followers if author else -1,
        relations=relations,
        is_new_person=is_new_person,
    )


def account_calendar_id(house: House, account_id: int | None) -> int | None:
    """The hours of the team that owns the account, else the workspace's own."""
    account = house.accounts.get(account_id) if account_id else None
    team = house.teams.get(account.owner_team_id) if account and account.owner_team_id else None
    return (team.calendar_id if team else None) or house.default_calendar_id


@lru_cache(maxsize=4096)
def local_hour(zone: str, hour: Moment) -> tuple[int, int]:
    """(hour of day, weekday) of an hour counted since 1970. Half-hour zones are read at the hour's beginning."""
    local: datetime = to_datetime(hour * HOUR).astimezone(ZoneInfo(zone))
    return local.hour, local.weekday()
