"""Alice owns the harbour, Bob answers in its service team, Charlie is elsewhere, Dora was deactivated."""

import itertools
from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import House

from fullcircle.core.kinds import Role
from fullcircle.core.moments import MINUTE, now
from fullcircle.store import models
from fullcircle.testing.builders import make_author, make_touchpoint

SignIn = Callable[[models.Member | None], Client]
Asks = Callable[..., models.Case]


@pytest.fixture
def bob(alice: House) -> models.Member:
    member = alice.member("bob", Role.RESPONDER)
    models.TeamMember.everywhere.create(workspace=alice.workspace, team=alice.team, member=member)
    return member


@pytest.fixture
def dora(alice: House) -> models.Member:
    member = alice.member("dora", Role.OWNER)
    models.Member.everywhere.filter(pk=member.pk).update(is_active=False)
    return member


@pytest.fixture
def signed_in() -> SignIn:
    def sign_in(member: models.Member | None) -> Client:
        client = Client()
        if member is not None:
            client.force_login(member.login)
        return client

    return sign_in


@pytest.fixture
def asks() -> Asks:
    """Somebody new asks something of a house, so many minutes ago; the case that opens."""
    numbers = itertools.count(1)

    def ask(house: House, text: str = "Is the rye back?", minutes_ago: int = 10, **changes: object) -> models.Case:
        number = next(numbers)
        name = str(changes.pop("name", f"Person {number}"))
        at = now()
        house.store(
            make_touchpoint(
                text=text,
                external_id=f"at://did:plc:asks/app.bsky.feed.post/{number}",
                author=make_author(external_id=f"did:plc:asks{number}", handle=f"p{number}.example", name=name),
                occurred_at=at - minutes_ago * MINUTE,
                captured_at=at,
                **changes,
            )
        )
        return house.cases()[-1]

    return ask
