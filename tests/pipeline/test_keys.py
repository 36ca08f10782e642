"""Digests: the same for the same id, whatever is claimed; near each other where the ids are."""

from hypothesis import given
from hypothesis import strategies as st

from fullcircle.pipeline.keys import digest, seconds_in, thread_of
from fullcircle.testing.tids import tid


@given(st.text(max_size=60), st.text(max_size=60))
def test_it_tells_ids_apart_and_never_raises(one: str, other: str) -> None:
    assert len(digest(1, "p", "h", one)) == 16
    assert (digest(1, "p", "h", one) == digest(1, "p", "h", other)) == (one == other)
    assert digest(1, "p", "h", one) != digest(2, "p", "h", one)
    assert -(2**63) <= thread_of(digest(1, "p", "h", one)) < 2**63


@given(st.integers(1_600_000_000, 2_000_000_000), st.integers(0, 1023))
def test_it_finds_the_time_an_id_carries(second: int, clock: int) -> None:
    uri = f"at://did:plc:abc/app.bsky.feed.post/{tid(second * 1_000_000, clock)}"
    assert abs(seconds_in(uri) - second * 1_000_000 / 2**20) < 2
    status = (second * 1000) << 16 | clock
    assert seconds_in(f"https://town.example/users/nora/statuses/{status}") == second


def test_it_finds_none_where_there_is_none() -> None:
    for plain in ("", "root", "at://did:plc:abc/app.bsky.feed.post/!!!!!!!!!!!!!", "https://a.example/12", "row-12ab"):
        assert seconds_in(plain) == 0
