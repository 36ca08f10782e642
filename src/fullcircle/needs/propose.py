"""Needs the stream holds that nobody named: issues that share telling words, counted in persons.

A first, honest version: pairs of neighbouring words before single words, the one most people share first; the issues it
gathers are set aside, and the next is looked for among the rest. It finds wishes said in the same words; the same wish
in other words or another language stays apart until people put them together.
"""

from collections.abc import Sequence

import msgspec

from fullcircle.needs.words import bigrams, is_telling, places_by_token, telling_share

LEAST_PEOPLE = 3
_COMMON_SHARE = 0.25  # words in more than this share of many issues belong to the house, not to one need
_MANY = 40
_PAIR_WORTH = 1.6  # a pair says more than a word: it may have so many fewer people and still come first


class IssueFacts(msgspec.Struct, frozen=True):
    """One issue without a need. `tokens`: what the person said, as a stream; `touchpoint_ids`: where they said it."""

    issue_id: int
    person_id: int  # resolved through merged_into
    tokens: str
    touchpoint_ids: tuple[int, ...] = ()


class NeedProposal(msgspec.Struct, frozen=True):
    """A need one could name. `quotes`: a touchpoint each of up to three different persons; `also`: words they share."""

    words: str
    person_count: int
    issue_ids: tuple[int, ...]
    quotes: tuple[int, ...]
    also: tuple[str, ...]


def propose(issues: Sequence[IssueFacts], least_people: int = LEAST_PEOPLE, limit: int = 20) -> list[NeedProposal]:
    """The most widely shared first; no issue in two of them."""
    terms = [_terms(issue.tokens) for issue in issues]
    places = places_by_token(terms)
    if len(issues) >= _MANY:
        common = {term for term, count in places.items() if count > _COMMON_SHARE * len(issues)}
        terms = [held - common for held in terms]
    holders: dict[str, set[int]] = {}
    for number, held in enumerate(terms):
        for term in held:
            holders.setdefault(term, set()).add(number)
    holders = {term: numbers for term, numbers in holders.items() if len(numbers) >= least_people}
    proposals: list[NeedProposal] = []
    while holders and len(proposals) < limit:
        term = max(holders, key=lambda term: (_worth(term, holders[term], issues), term))
        numbers = holders.pop(term)
        if _person_count(numbers, issues) >= least_people:
            proposals.append(_proposal(term, sorted(numbers), issues, terms))
            holders = {other: rest for other, held in holders.items() if len(rest := held - numbers) >= least_people}
    return proposals


def _terms(stream: str) -> set[str]:
    tokens = stream.split()
    pairs = [pair for pair in bigrams(tokens) if all(map(is_telling, pair.split(" ")))]
    return {*filter(is_telling, tokens), *pairs}


def _person_count(numbers: set[int], issues: Sequence[IssueFacts]) -> int:
    return len({issues[number].person_id for number in numbers})


def _worth(term: str, numbers: set[int], issues: Sequence[IssueFacts]) -> float:
    share = telling_share(len(numbers), len(issues))
    return _person_count(numbers, issues) * share * (_PAIR_WORTH if " " in term else 1.0)


def _proposal(term: str, numbers: list[int], issues: Sequence[IssueFacts], terms: Sequence[set[str]]) -> NeedProposal:
    quotes: dict[int, int] = {}
    for number in numbers:
        issue = issues[number]
        if issue.touchpoint_ids:
            quotes.setdefault(issue.person_id, issue.touchpoint_ids[0])
    shared = places_by_token(terms[number] for number in numbers)
    told = set(term.split())
    also = sorted(
        (other for other, count in shared.items() if 2 * count >= len(numbers) and not told & set(other.split())),
        key=lambda other: (-shared[other], other),
    )
    return NeedProposal(
        words=term,
        person_count=_person_count(set(numbers), issues),
        issue_ids=tuple(issues[number].issue_id for number in numbers),
        quotes=tuple(quotes.values())[:3],
        also=tuple(also[:5]),
    )
