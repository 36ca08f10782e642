"""Keys under which identities are worth comparing, so that a batch of n against an index is not n times the index."""

from collections.abc import Iterable, Mapping, Sequence

from fullcircle.identity.facts import IdentityFacts, name_parts, plain_handle, plain_mail, plain_phone, plain_url

BLOCK_LIMIT = 200
"""A key shared by more identities than this tells nobody apart and is not followed."""

_GENERIC = (
    "admin contact contacto hello hallo hi info kontakt mail news noreply office official postmaster press presse "
    "sales service shop store support team test user web webmaster"
)
GENERIC_HANDLES = frozenset(_GENERIC.split())


def blocking_keys(facts: IdentityFacts) -> tuple[str, ...]:
    """What to look candidates up by; each key begins with the workspace, so no look-up leaves it. Stable, each once."""
    keys: dict[str, None] = {}
    for key in (*_strong_keys(facts), *_handle_keys(facts), *_name_keys(facts)):
        keys[f"{facts.workspace_id}:{key}"] = None
    return tuple(keys)


def _strong_keys(facts: IdentityFacts) -> Iterable[str]:
    if facts.external_id:
        yield f"account:{facts.platform}:{facts.host}:{facts.external_id}"
    if mail := plain_mail(facts.mail):
        yield f"mail:{mail}"
    if phone := plain_phone(facts.phone):
        yield f"phone:{phone}"
    for system, key in facts.trusted_keys:
        yield f"key:{system}:{key}"
    for url in (facts.url, *facts.links):
        if plain := plain_url(url):
            yield f"url:{plain}"


def _handle_keys(facts: IdentityFacts) -> Iterable[str]:
    for handle in (plain_handle(facts.handle), plain_handle(plain_mail(facts.mail).partition("@")[0])):
        if len(handle) >= 4 and handle not in GENERIC_HANDLES:
            yield f"handle:{handle}"


def _name_keys(facts: IdentityFacts) -> Iterable[str]:
    """Whole names, and beginnings of two parts for typos; a trait beside one part where there is a trait."""
    parts = name_parts(facts.name)
    if len(parts) >= 2:
        yield "name:" + " ".join(parts)
        for i, one in enumerate(parts[:4]):
            for two in parts[i + 1 : 4]:
                yield f"begin:{one[:3]}:{two[:3]}"
    for name, value in facts.traits:
        if sum(sign.isdigit() for sign in value) >= 6:  # a date or a number tells enough alone
            yield f"trait:{name}:{value}"
        for part in parts[:4] if value else ():
            yield f"trait:{name}:{value.casefold()}:{part[:2]}"


def candidates_by_key(known: Iterable[IdentityFacts]) -> dict[str, list[IdentityFacts]]:
    """An index in memory, for one batch among itself or for a file."""
    index: dict[str, list[IdentityFacts]] = {}
    for facts in known:
        for key in blocking_keys(facts):
            index.setdefault(key, []).append(facts)
    return index


def candidates_for(facts: IdentityFacts, index: Mapping[str, Sequence[IdentityFacts]]) -> list[IdentityFacts]:
    """Whom to compare it with, each once, never itself. Keys that hold too many are left out."""
    found: dict[int, IdentityFacts] = {}
    for key in blocking_keys(facts):
        block = index.get(key, ())
        if len(block) <= BLOCK_LIMIT:
            for other in block:
                if other.identity_id != facts.identity_id:
                    found[other.identity_id] = other
    return list(found.values())
