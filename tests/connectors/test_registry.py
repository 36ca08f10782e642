"""One table declares connectors; a name nobody declared is the operator's to mend."""

import pytest

from fullcircle.connectors import registry
from fullcircle.connectors.registry import connector_named, connector_names
from fullcircle.core.errors import ConfigError


class _Spec:
    name = "letterbox"


class _Letterbox:
    spec = _Spec()


LETTERBOX = _Letterbox()
NOT_ONE = object()


class _Entry:
    def __init__(self, name: str, found: object) -> None:
        self.name, self._found = name, found

    def load(self) -> object:
        if isinstance(self._found, Exception):
            raise self._found
        return self._found


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [_Entry("letterbox", LETTERBOX), _Entry("broken", ImportError("no such library")), _Entry("odd", NOT_ONE), _Entry("feed", NOT_ONE)]  # fmt: skip
    monkeypatch.setattr(registry, "entry_points", lambda group: entries if group == "fullcircle.connectors" else [])
    connector_named.cache_clear()


def test_it_names_ours_and_what_is_installed_beside_us(installed: None) -> None:
    assert {"feed", "file", "phone", "bluesky", "mastodon", "webhook", "letterbox"} <= set(connector_names())
    assert list(connector_names()) == sorted(set(connector_names()))


def test_it_loads_a_connector_when_it_is_asked_for() -> None:
    assert connector_named("feed").spec.name == "feed"
    assert connector_named("feed") is connector_named("feed")


def test_it_loads_a_third_partys_connector_but_never_over_ours(installed: None) -> None:
    assert connector_named("letterbox") is LETTERBOX
    assert connector_named("feed") is not NOT_ONE


@pytest.mark.parametrize(("name", "message"), [("fax", "no connector named 'fax'"), ("broken", "could not be loaded"), ("odd", "does not carry that name")])  # fmt: skip
def test_it_says_what_is_wrong_with_a_connector(installed: None, name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        connector_named(name)
    assert caught.value.hint
