"""How likely two identities are one person, and the reasons in words.

Sure evidence is a closed list (`sure_method`). Everything else is added up as weight of evidence in bits (Fellegi and
Sunter 1969): each comparison says how many times likelier it is to look like this for one person than for two, as a
power of two; PRIOR_BITS says how rare one person is among pairs that share a key. Score = 1 / (1 + 2^-bits). The
weights are set by hand, in round numbers, and checked on labelled pairs (bench/identity.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from fullcircle.core.kinds import MatchMethod
from fullcircle.identity.blocking import GENERIC_HANDLES, candidates_by_key, candidates_for
from fullcircle.identity.facts import (
    IdentityFacts,
    name_parts,
    plain_handle,
    plain_mail,
    plain_phone,
    plain_url,
    script_of,
)

PRIOR_BITS = -7.0
PROPOSE_FROM = 0.5
# given and family names that very many people bear, in the scripts they are written in
_COMMON = (
    "ahmed ali amit ana andrea anna anne antonio chen carlos david fatima garcia gonzalez hassan ivan jan jean joao "
    "john jose juan khan kim kumar lee li lopez luis maria marie mario martin martinez mary michael mohamed mohammed "
    "muhammad muller nguyen patel paul paulo peter priya rahul rossi sanchez santos sharma silva singh smith jones "
    "thomas wang williams yang zhang иван мария محمد أحمد علي فاطمة मोहन राम कुमार सिंह शर्मा 王伟 张伟 李娜"
)
COMMON_NAMES = frozenset(_COMMON.split())


class Evidence(NamedTuple):
    """One comparison. `bits` above zero speak for one person."""

    method: MatchMethod
    bits: float
    reason: str


class Match(msgspec.Struct, frozen=True):
    """A proposal, or a join where `is_sure`. `identity_id` is the lower of the two. `reasons`: the strongest first."""

    identity_id: int
    other_id: int
    method: MatchMethod
    score: float
    reasons: tuple[str, ...]
    is_sure: bool


def sure_method(one: IdentityFacts, two: IdentityFacts) -> MatchMethod | None:
    """The one kind of evidence that joins without asking, if there is any. Both sides have to be proven."""
    if one.workspace_id != two.workspace_id:
        return None
    if one.external_id and _account(one) == _account(two):
        return MatchMethod.SAME_ACCOUNT
    if one.is_mail_proven and two.is_mail_proven and _same(_exact_mail(one), _exact_mail(two)):
        return MatchMethod.PROVEN_ADDRESS
    if one.is_phone_verified and two.is_phone_verified and _same(_whole_phone(one), _whole_phone(two)):
        return MatchMethod.VERIFIED_PHONE
    if set(one.trusted_keys) & set(two.trusted_keys):
        return MatchMethod.TRUSTED_KEY
    return None


_SURE_WORDS = {
    MatchMethod.SAME_ACCOUNT: "the same account on {platform}",
    MatchMethod.PROVEN_ADDRESS: "the same address, proven on both sides",
    MatchMethod.VERIFIED_PHONE: "the same number, verified by telephony on both sides",
    MatchMethod.TRUSTED_KEY: "the same key in a system declared trusted",
}


def score(one: IdentityFacts, two: IdentityFacts) -> Match | None:
    """What speaks for one person. None across workspaces, for an identity and itself, or where nothing does."""
    if one.workspace_id != two.workspace_id or one.identity_id == two.identity_id:
        return None
    first, second = sorted((one, two), key=lambda facts: facts.identity_id)
    sure = sure_method(first, second)
    if sure is not None:
        reason = _SURE_WORDS[sure].format(platform=first.platform)
        return Match(first.identity_id, second.identity_id, sure, 1.0, (reason,), True)
    evidence = sorted(_evidence(first, second), key=lambda found: -found.bits)
    if not evidence or evidence[0].bits <= 0:
        return None
    bits = PRIOR_BITS + sum(found.bits for found in evidence)
    reasons = tuple(found.reason for found in evidence if found.reason)
    share = 1 / (1 + 2 ** -max(min(bits, 60.0), -60.0))
    # however much adds up, what is not on the closed list stays below certain
    return Match(first.identity_id, second.identity_id, evidence[0].method, round(min(share, 0.99), 4), reasons, False)


def match(
    new: Sequence[IdentityFacts],
    known: Mapping[str, Sequence[IdentityFacts]],
    propose_from: float = PROPOSE_FROM,
) -> tuple[Match, ...]:
    """Matches of a batch with candidates already looked up by blocking key, and of the batch with itself.

    Each pair once, sure ones first, then by score. Work grows with pairs that share a key, at most BLOCK_LIMIT a key.
    """
    found: dict[tuple[int, int], Match] = {}
    compared: set[tuple[int, int]] = set()
    among = candidates_by_key(new)
    for facts in new:
        for other in (*candidates_for(facts, known), *candidates_for(facts, among)):
            pair = min(facts.identity_id, other.identity_id), max(facts.identity_id, other.identity_id)
            if pair in compared:
                continue
            compared.add(pair)
            result = score(facts, other)
            if result is not None and result.score >= propose_from:
                found[pair] = result
    return tuple(sorted(found.values(), key=lambda m: (not m.is_sure, -m.score, m.identity_id, m.other_id)))


def _account(facts: IdentityFacts) -> tuple[str, str, str]:
    return facts.platform, facts.host, facts.external_id


def _exact_mail(facts: IdentityFacts) -> str:
    return facts.mail.strip().casefold()  # with what follows a plus sign: proof is of the very address


def _whole_phone(facts: IdentityFacts) -> str:
    return "".join(sign for sign in facts.phone if sign.isdigit())


def _same(one: str, two: str) -> bool:
    return bool(one) and one == two


def _evidence(one: IdentityFacts, two: IdentityFacts) -> Iterable[Evidence]:
    yield from _mail_evidence(one, two)
    yield from _phone_evidence(one, two)
    yield from _link_evidence(one, two)
    yield from _handle_evidence(one, two)
    yield from _name_evidence(one, two)
    yield from _trait_evidence(one, two)
    if one.platform == two.platform and one.host == two.host and one.external_id and two.external_id:
        yield Evidence(MatchMethod.SAME_ACCOUNT, -3.0, f"but two accounts on {one.platform}")


def _mail_evidence(one: IdentityFacts, two: IdentityFacts) -> Iterable[Evidence]:
    mine, theirs = plain_mail(one.mail), plain_mail(two.mail)
    if not mine or not theirs:
        return
    local, other_local = mine.partition("@")[0], theirs.partition("@")[0]
    if mine == theirs:
        bits = 2.0 if local in GENERIC_HANDLES else 10.0
        yield Evidence(MatchMethod.MAIL_FROM, bits, "the same address, not proven")
    elif local == other_local and local not in GENERIC_HANDLES:
        yield Evidence(MatchMethod.MAIL_FROM, 6.0, "the same address at another provider")
    elif DamerauLevenshtein.distance(mine, theirs, score_cutoff=2) <= 2 and len(local) > 4:
        yield Evidence(MatchMethod.MAIL_FROM, 6.0, "nearly the same address")
    else:
        yield Evidence(MatchMethod.MAIL_FROM, -2.0, "but other addresses")


def _phone_evidence(one: IdentityFacts, two: IdentityFacts) -> Iterable[Evidence]:
    mine, theirs = plain_phone(one.phone), plain_phone(two.phone)
    if mine and theirs:
        if mine == theirs:
            yield Evidence(MatchMethod.CLAIMED_PHONE, 9.0, "the same number, not verified on both sides")
        else:
            yield Evidence(MatchMethod.CLAIMED_PHONE, -1.0, "but other numbers")


def _link_evidence(one: IdentityFacts, two: IdentityFacts) -> Iterable[Evidence]:
    there = plain_url(two.url) in {plain_url(link) for link in one.links} - {""}
    back = plain_url(one.url) in {plain_url(link) for link in two.links} - {""}
    if there and back:
        yield Evidence(MatchMethod.PROFILE_LINK, 14.0, "each profile links to the other")
    elif there or back:
        yield Evidence(MatchMethod.PROFILE_LINK, 8.0, "one profile links to the other")


def _handle_evidence(one: IdentityFacts, two: IdentityFacts) -> Iterable[Evidence]:
    mine, theirs = plain_handle(one.handle), plain_handle(two.handle)
    if not mine or not theirs or mine in GENERIC_HANDLES or theirs in GENERIC_HANDLES:
        return
    if mine == theirs:
        bits = 9.0 if len(mine) >= 9 else 7.0 if len(mine) >= 6 else 3.0
        is_common = mine in COMMON_NAMES
        yield Evidence(MatchMethod.SAME_HANDLE, 1.0 if is_common else bits, f"the same handle {mine!r}")
    elif min(len(mine), len(theirs)) >= 6 and JaroWinkler.similarity(mine, theirs) >= 0.94:
        yield Evidence(MatchMethod.SAME_HANDLE, 3.0, f"handles alike, {mine!r} and {theirs!r}")


def _name_evidence(one: IdentityFacts, two: IdentityFacts) -> Iterable[Evidence]:
    mine, theirs = name_parts(one.name), name_parts(two.name)
    if not mine or not theirs or script_of(mine[0]) != script_of(theirs[0]):
        return  # another script says nothing: people write their name in several
    common = all(part in COMMON_NAMES for part in set(mine) & set(theirs))
    if mine == theirs:
        bits = (3.0 if common else 7.0) if len(mine) > 1 else (0.5 if common else 2.0)
        if len(mine) == 1 and not common and script_of(mine[0]) == "CJK" and len(mine[0]) > 2:
            bits = 4.0  # a whole name is one word there
        yield Evidence(MatchMethod.SIMILAR_NAME, bits, "the same name" + (", a common one" if common else ""))
        return
    alike = _likeness(mine, theirs)
    if alike >= 0.92:
        yield Evidence(
            MatchMethod.SIMILAR_NAME, 2.0 if common and set(mine) & set(theirs) else 5.0, "names nearly the same"
        )
    elif alike >= 0.8:
        yield Evidence(MatchMethod.SIMILAR_NAME, 2.0, "names alike")
    elif alike < 0.6:
        yield Evidence(MatchMethod.SIMILAR_NAME, -5.0, "but other names")


def _likeness(mine: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """Mean likeness of the parts, each with its best counterpart; 0-1. A short part counts only whole: in two signs a
    typo and another name look the same."""
    fewer, more = sorted((mine, theirs), key=len)
    left, total = list(more), 0.0
    for part in fewer:
        best = max(left, key=lambda other: _part_likeness(part, other))
        total += _part_likeness(part, best)
        left.remove(best)
    return total / len(fewer) - 0.04 * (len(more) - len(fewer)) - (0.1 if len(fewer) == 1 and len(more) > 1 else 0)


def _part_likeness(one: str, two: str) -> float:
    if one == two:
        return 1.0
    if len(one) == 1 or len(two) == 1:
        return 0.85 if one[0] == two[0] and one.isascii() else 0.0  # an initial
    if min(len(one), len(two)) < 4 and not one.isascii():
        return 0.0
    return JaroWinkler.similarity(one, two)


def _trait_evidence(one: IdentityFacts, two: IdentityFacts) -> Iterable[Evidence]:
    theirs = dict(two.traits)
    for name, value in one.traits:
        other = theirs.get(name, "")
        if not value or not other:
            continue
        value, other = value.casefold(), other.casefold()
        is_telling = sum(sign.isdigit() for sign in value) >= 6  # a date or a number, not a place
        if value == other:
            yield Evidence(MatchMethod.SIMILAR_NAME, 8.0 if is_telling else 2.0, f"the same {name}")
        elif (distance := DamerauLevenshtein.distance(value, other, score_cutoff=2)) <= 1 and len(value) > 4:
            yield Evidence(MatchMethod.SIMILAR_NAME, 4.0 if is_telling else 1.5, f"nearly the same {name}")
        elif distance > 2 or not is_telling:  # two signs apart a date may be another or mistyped: it says nothing
            yield Evidence(MatchMethod.SIMILAR_NAME, -2.0 if is_telling else -1.0, f"but another {name}")
