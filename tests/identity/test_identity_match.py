"""Matches: what joins without asking, what is only proposed, and in which words."""

import csv
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcircle.core.kinds import MatchMethod
from fullcircle.identity.blocking import BLOCK_LIMIT, blocking_keys, candidates_by_key, candidates_for
from fullcircle.identity.facts import IdentityFacts, name_parts, plain_handle, plain_mail, plain_phone, plain_url
from fullcircle.identity.match import match, score, sure_method

FAKE_1000 = Path(__file__).resolve().parents[3] / "shared" / "data" / "er_splink" / "fake_1000.csv"


def who(identity_id=1, platform="bluesky", workspace_id=1, **more):
    more.setdefault("external_id", f"{platform}-{identity_id}")
    return IdentityFacts(identity_id=identity_id, workspace_id=workspace_id, platform=platform, **more)


def pair(one, two):
    """One on Bluesky, one on Mastodon, with these facts."""
    return score(who(1, **one), who(2, "mastodon", **two))


@pytest.mark.parametrize(
    ("one", "two", "method"),
    [
        ({"external_id": "did:1"}, {"external_id": "did:1"}, MatchMethod.SAME_ACCOUNT),
        (
            {"mail": "a@b.org", "is_mail_proven": True},
            {"mail": "A@B.org ", "is_mail_proven": True},
            MatchMethod.PROVEN_ADDRESS,
        ),
        (
            {"phone": "+49 30 1234567", "is_phone_verified": True},
            {"phone": "+49301234567", "is_phone_verified": True},
            MatchMethod.VERIFIED_PHONE,
        ),
        ({"trusted_keys": (("till", "7"),)}, {"trusted_keys": (("crm", "1"), ("till", "7"))}, MatchMethod.TRUSTED_KEY),
    ],
)
def test_it_joins_without_asking_on_the_closed_list_only(one, two, method):
    found = score(who(1, **one), who(2, **two))
    assert (found.method, found.is_sure, found.score) == (method, True, 1.0)
    assert method.joins_without_asking
    across = score(who(1, **one), who(2, workspace_id=2, **two))
    assert across is None
    assert sure_method(who(1, **one), who(2, workspace_id=2, **two)) is None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"mail": "a@b.org", "is_mail_proven": True}, {"mail": "a@b.org"}),
        ({"phone": "+49301234567", "is_phone_verified": True}, {"phone": "+49301234567"}),
        ({"mail": "a+x@b.org", "is_mail_proven": True}, {"mail": "a@b.org", "is_mail_proven": True}),
        ({"phone": "0301234567", "is_phone_verified": True}, {"phone": "+43301234567", "is_phone_verified": True}),
        ({"external_id": ""}, {"external_id": ""}),
        ({"mail": "", "is_mail_proven": True}, {"mail": "", "is_mail_proven": True}),
    ],
)
def test_it_never_joins_on_half_a_proof(one, two):
    assert sure_method(who(1, **one), who(2, **two)) is None


def test_it_only_proposes_a_mails_sender():
    found = pair({"mail": "vip@paper.example", "is_mail_proven": True}, {"mail": "vip@paper.example"})
    assert (found.method, found.is_sure) == (MatchMethod.MAIL_FROM, False)
    assert found.score < 1
    assert found.reasons[0] == "the same address, not proven"


def test_it_proposes_the_same_handle_on_two_platforms_and_says_so():
    found = pair({"handle": "@Anna.Brot42"}, {"handle": "annabrot42@chaos.example"})
    assert found.method is MatchMethod.SAME_HANDLE
    assert found.score > 0.5
    assert found.reasons == ("the same handle 'annabrot42'",)


def test_it_proposes_profiles_that_link_to_each_other():
    one = {"url": "https://bsky.app/profile/anna", "links": ("http://www.chaos.example/@ann/",)}
    two = {"url": "https://chaos.example/@ann", "links": ("bsky.app/profile/anna",)}
    both, single = pair(one, two), pair(one, {"url": two["url"]})
    assert both.method is single.method is MatchMethod.PROFILE_LINK
    assert both.score > single.score > 0.5


def test_it_does_not_take_a_shared_host_for_a_profile():
    assert pair({"url": "https://bsky.app/"}, {"links": ("https://bsky.app",)}) is None


def test_it_holds_little_of_common_names_and_generic_handles():
    rare = pair({"name": "Wilhelmine Oberhuber"}, {"name": "wilhelmine OBERHUBER"})
    common = pair({"name": "Maria Garcia"}, {"name": "Maria Garcia"})
    assert rare.score > 0.4 > common.score
    assert pair({"handle": "info"}, {"handle": "info"}) is None
    assert pair({"handle": "press@a.example"}, {"handle": "press@b.example"}) is None


@pytest.mark.parametrize(
    ("one", "two", "is_alike"),
    [
        ("Zoë Ångström", "zoe angstrom", True),
        ("Ångström, Zoë", "Zoë Ångström 🍞", True),
        ("Friedrich Oberhuber", "Friedrich Oberhubr", True),
        ("F. Oberhuber", "Friedrich Oberhuber", True),
        ("नीलिमा जोशी", "जोशी नीलिमा", True),
        ("欧阳娜娜", "欧阳娜娜", True),
        ("欧阳娜娜", "欧阳震华", False),
        ("علي", "علا", False),
        ("Bo Ek", "Bo Al", False),
        ("Ольга Берг", "Olga Berg", False),
        ("🍞🍞", "🍞🍞", False),
    ],
)
def test_it_compares_names_with_care(one, two, is_alike):
    found = pair({"name": one}, {"name": two})
    assert (found is not None) is is_alike


def test_it_finds_another_script_no_evidence_against():
    handle = {"handle": "olgaberg_bakes"}
    alone, named = pair(handle, handle), pair({**handle, "name": "Ольга Берг"}, {**handle, "name": "Olga Berg"})
    assert alone.score == named.score
    assert pair({**handle, "name": "Olga Berg"}, {**handle, "name": "Peter Kraus"}).score < alone.score


def test_it_doubts_two_accounts_on_one_platform():
    same = score(who(1, handle="annabrot42"), who(2, handle="annabrot.42"))
    assert same.score < pair({"handle": "annabrot42"}, {"handle": "annabrot.42"}).score
    assert "but two accounts on bluesky" in same.reasons


def test_it_brings_values_to_one_form():
    assert plain_mail("Anna+list@Example.ORG") == "anna@example.org"
    assert plain_mail("no address") == ""
    assert plain_phone("+49 (0)30 / 123 45 67") == plain_phone("030 1234567") == "301234567"
    assert plain_phone("110") == ""
    assert plain_handle("@Ann_a.B@host.example") == "annab"
    assert plain_url("https://www.Example.org/@Ann/") == "example.org/@ann"
    assert name_parts("  Müller-Lüdenscheidt, DR. Ärne ") == ("arne", "dr", "ludenscheidt", "muller")


def test_it_looks_up_by_keys_that_never_leave_the_workspace():
    one = who(1, handle="annabrot42", mail="anna@example.org", name="Anna Oberhuber", phone="+49301234567")
    keys = blocking_keys(one)
    assert len(keys) == len(set(keys))
    assert all(key.startswith("1:") for key in keys)
    assert not set(keys) & set(blocking_keys(who(1, workspace_id=2, handle="annabrot42", mail="anna@example.org")))


def test_it_does_not_follow_a_key_that_everybody_shares():
    crowd = [who(n, name="Maria Garcia") for n in range(1, BLOCK_LIMIT + 2)]
    index = candidates_by_key(crowd)
    assert candidates_for(who(999, name="Maria Garcia"), index) == []
    assert len(candidates_for(who(999, name="Maria Garcia"), candidates_by_key(crowd[:5]))) == 5


def test_it_matches_a_batch_with_the_index_and_with_itself():
    index = candidates_by_key([who(1, handle="annabrot42"), who(2, handle="someone_else")])
    new = [who(3, "mastodon", handle="annabrot42"), who(4, "reddit", handle="annabrot42")]
    found = match(new, index)
    assert [(m.identity_id, m.other_id) for m in found] == [(1, 3), (1, 4), (3, 4)]


def test_it_puts_sure_matches_first():
    index = candidates_by_key(
        [who(1, "phone", phone="+49301234567", is_phone_verified=True), who(2, handle="annabrot42")]
    )
    new = [who(3, "mastodon", handle="annabrot42", phone="+49301234567", is_phone_verified=True)]
    found = match(new, index)
    assert [(m.other_id, m.identity_id, m.is_sure) for m in found] == [(3, 1, True), (3, 2, False)]


TEXTS = st.text(max_size=12) | st.sampled_from(
    ["anna", "Anna Berg", "a@b.org", "+49301234567", "https://x.example/a", "//["]
)
ANYBODY = st.builds(
    IdentityFacts,
    identity_id=st.integers(1, 50),
    workspace_id=st.integers(1, 2),
    platform=st.sampled_from(["a", "b"]),
    external_id=st.sampled_from(["", "1", "2"]),
    handle=TEXTS,
    name=TEXTS,
    url=TEXTS,
    mail=TEXTS,
    is_mail_proven=st.booleans(),
    phone=TEXTS,
    is_phone_verified=st.booleans(),
    links=st.lists(TEXTS, max_size=2).map(tuple),
    traits=st.lists(st.tuples(st.sampled_from(["city", "born"]), TEXTS), max_size=2).map(tuple),
)


@given(ANYBODY, ANYBODY)
@settings(max_examples=300, deadline=None)
def test_it_judges_anybody_the_same_both_ways_and_joins_only_by_the_closed_list(one, two):
    found = score(one, two)
    assert found == score(two, one)
    blocking_keys(one)
    if found is None:
        return
    assert one.workspace_id == two.workspace_id
    assert found.is_sure == (sure_method(one, two) is not None)
    assert found.is_sure == (found.score == 1.0)
    assert 0 <= found.score <= 1
    assert found.reasons
    if found.is_sure:
        assert found.method.joins_without_asking


@pytest.mark.shared
@pytest.mark.skipif(not FAKE_1000.exists(), reason="er_splink is not beside the project")
def test_it_finds_labelled_people_in_spite_of_errors():
    """Splink publishes a pair F1 of .815; every true pair counts, found by blocking or not."""
    people, clusters = [], {}
    with FAKE_1000.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = int(row["unique_id"]) + 1
            clusters.setdefault(row["cluster"], []).append(number)
            name = f"{row['first_name']} {row['surname']}"
            traits = (("born", row["dob"]), ("city", row["city"]))
            people.append(who(number, "file", external_id="", name=name, mail=row["email"], traits=traits))
    truth = {pair for members in clusters.values() for pair in combinations(sorted(members), 2)}
    said = {(m.identity_id, m.other_id) for m in match(people, {})}
    precision, recall = len(said & truth) / len(said), len(said & truth) / len(truth)
    assert precision > 0.98
    assert 2 * precision * recall / (precision + recall) >= 0.80
