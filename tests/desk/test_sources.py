"""Sources are connected, changed, stopped and resumed by who leads; secrets are sealed to their row."""

import pytest
from tests.cast import House

from fullcircle.config.keys import read_keys
from fullcircle.config.options import options
from fullcircle.connectors.registry import connector_named
from fullcircle.core.errors import DeskError
from fullcircle.core.kinds import Role
from fullcircle.desk.sources import access_account, change_source, connect_source, resume_source, stop_source
from fullcircle.store import models
from fullcircle.store.credentials import unseal
from fullcircle.store.visibility import Viewer, viewer_of

SPEC = connector_named("bluesky").spec
SETTINGS = {"handle": "harbourbakery.example"}
SECRETS = {"app_password": "abcd-efgh-ijkl"}


@pytest.fixture
def keys() -> list[str]:
    return read_keys(options().home, "credentials")


def connect(viewer: Viewer, keys: list[str], name: str = "Main") -> models.Source:
    return connect_source(viewer, SPEC, name, SETTINGS, SECRETS, keys)


def test_it_connects_with_defaults_filled_in_and_the_secret_sealed(alice: House, keys: list[str]) -> None:
    row = connect(viewer_of(alice.owner), keys)
    assert row.settings == {"service": "https://bsky.social", "handle": "harbourbakery.example"}
    assert b"abcd" not in bytes(row.secrets)
    assert unseal(row.secrets, f"source:{row.pk}", keys) == SECRETS
    assert alice.events()[-1] == "source.connected"


def test_it_changes_a_credential_and_keeps_the_rest(alice: House, keys: list[str]) -> None:
    viewer = viewer_of(alice.owner)
    connect(viewer, keys)
    row = change_source(viewer, SPEC, "Main", {"tags": "rye"}, {"app_password": "new"}, keys)
    assert (row.settings["handle"], row.settings["tags"]) == ("harbourbakery.example", "rye")
    assert unseal(row.secrets, f"source:{row.pk}", keys) == {"app_password": "new"}


@pytest.mark.parametrize(
    ("settings", "secrets", "code", "words"),
    [
        ({}, SECRETS, "setting_missing", "needs handle"),
        (SETTINGS, {}, "setting_missing", "--secret app_password"),
        ({**SETTINGS, "colour": "red"}, SECRETS, "setting_unknown", "It has: service, handle"),
    ],
)
def test_it_says_which_setting_is_wrong(
    alice: House, keys: list[str], settings: dict[str, str], secrets: dict[str, str], code: str, words: str
) -> None:
    before = models.Source.everywhere.count()
    with pytest.raises(DeskError) as told:
        connect_source(viewer_of(alice.owner), SPEC, "Main", settings, secrets, keys)
    assert told.value.code == code
    assert words in f"{told.value} {told.value.hint}"
    assert models.Source.everywhere.count() == before


def test_it_takes_a_name_once(alice: House, charlie: House, keys: list[str]) -> None:
    connect(viewer_of(alice.owner), keys)
    with pytest.raises(DeskError) as told:
        connect(viewer_of(alice.owner), keys)
    assert told.value.code == "name_taken"
    assert connect(viewer_of(charlie.owner), keys).name == "Main"


def test_it_stops_and_goes_on(alice: House) -> None:
    viewer = viewer_of(alice.owner)
    row = stop_source(viewer, "Bluesky")
    assert (row.state, row.state_reason) == ("off", f"stopped by member:{alice.owner.pk}")
    with pytest.raises(DeskError) as told:
        stop_source(viewer, "Bluesky")
    assert told.value.code == "not_running"
    models.Source.everywhere.filter(pk=row.pk).update(failure_count=7, retry_at=9)
    row = resume_source(viewer, str(row.pk))
    assert (row.state, row.failure_count, row.retry_at) == ("on", 0, 0)
    assert alice.events()[-2:] == ["source.stopped", "source.resumed"]


def test_it_finds_our_account_or_writes_it_down(alice: House) -> None:
    viewer = viewer_of(alice.owner)
    assert access_account(viewer, "bluesky", "@HarbourBakery.example").pk == alice.account.pk
    made = access_account(viewer, "mastodon", "@harbour")
    assert (made.handle, made.platform) == ("harbour", "mastodon")
    alice.workspace.refresh_from_db()
    assert alice.workspace.version == 1


def test_bob_may_not_and_charlie_finds_nothing(alice: House, charlie: House, keys: list[str]) -> None:
    bob = viewer_of(alice.member("bob", Role.RESPONDER))
    for verb in (stop_source, resume_source):
        with pytest.raises(DeskError) as told:
            verb(bob, "Bluesky")
        assert told.value.code == "not_allowed"
    charlie.source.delete()
    for name in ("Bluesky", str(alice.source.pk)):
        with pytest.raises(DeskError) as told:
            stop_source(viewer_of(charlie.owner), name)
        assert told.value.code == "not_found"
    with pytest.raises(DeskError):
        connect_source(viewer_of(charlie.owner), SPEC, "X", SETTINGS, SECRETS, keys, account_id=alice.account.pk)
