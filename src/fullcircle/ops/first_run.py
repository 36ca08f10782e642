"""The first start: a workspace, its owner, and the one address that lets the owner in."""

from django.db import transaction

from fullcircle.config.options import options
from fullcircle.core.kinds import Role
from fullcircle.core.moments import now
from fullcircle.store.models import Login, Member, Workspace
from fullcircle.web.opening import make_token
from fullcircle.web.policy import require_policies

OWNER_ADDRESS = "owner@localhost.invalid"
SAMPLE_ZONE = "Europe/Berlin"


def prepare_first_workspace(*, with_sample: bool) -> None:
    """Make the first workspace where there is none: one transaction, so that a kill leaves nothing or everything.
    Raises ConfigError for a page without a policy."""
    require_policies()
    with transaction.atomic():
        if Workspace.objects.exists():
            return
        workspace = _workspace(with_sample)
        login = Login.objects.create_user(OWNER_ADDRESS, name="Rosa Lindqvist" if with_sample else "", created_at=now())
        Member.everywhere.create(workspace=workspace, login=login, role=Role.OWNER, joined_at=now())
        if with_sample:
            from fullcircle.ops.sample import load_sample

            load_sample(workspace)


def _workspace(with_sample: bool) -> Workspace:
    if not with_sample:
        return Workspace.objects.create(slug="home", name="My workspace", language=options().language, created_at=now())
    return Workspace.objects.create(
        slug="harbour-bakery",
        name="Harbour Bakery",
        time_zone=SAMPLE_ZONE,
        country="DE",
        is_demo=True,
        created_at=now(),
    )


def first_address() -> str:
    """Where the owner of the first workspace signs in: works once, for a day. Whoever may start the program may read
    its database anyway, so it is made anew at every start; "" address without an owner leads to the front page."""
    member = (
        Member.everywhere.filter(role=Role.OWNER.value, is_active=True, login__is_active=True)
        .select_related("login")
        .order_by("workspace_id", "id")
        .first()
    )
    return f"{options().address}/open/{make_token(member.login)}/" if member else f"{options().address}/"
