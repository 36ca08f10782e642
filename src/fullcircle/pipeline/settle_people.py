"""`drop_blocked` and `put_identity`: who spoke. One outside account is one identity, and stands for one person until
somebody, or evidence from the closed list, says otherwise."""

from fullcircle.core.drops import DropReason
from fullcircle.core.records import Author
from fullcircle.pipeline.settled import KnownIdentity, NewIdentity
from fullcircle.pipeline.settling import Settling


def drop_blocked(settling: Settling) -> None:
    """Records of an identity the workspace blocked are counted and not stored."""
    identities = settling.lookup.identities
    for index, key in enumerate(settling.batch.authors):
        known = identities.get(key)
        if known is not None and known.is_blocked:
            settling.blocked.add(index)
    if settling.blocked:
        settling.settled.count(f"dropped:{DropReason.BLOCKED_AUTHOR.value}", len(settling.blocked))


def put_identity(settling: Settling) -> None:
    """Give each new touchpoint its identity and person; note changed names."""
    identities, keys = settling.lookup.identities, settling.batch.authors
    for index, new in settling.new.items():
        key = keys[index]
        if not key:
            continue
        known = identities.get(key)
        author = new.record.author
        if known is None:
            known = identities[key] = _meet(settling, key, index)
        elif author is not None and _is_renamed(known, author):
            known.handle, known.name = author.handle[:255], author.name[:255]
            settling.settled.renamed.append((known.identity_id, known.handle, known.name))
        new.identity_id = known.identity_id
        settling.persons[index] = known.person_id


def _is_renamed(known: KnownIdentity, author: Author) -> bool:
    return bool(
        (author.handle and author.handle[:255] != known.handle) or (author.name and author.name[:255] != known.name)
    )


def _meet(settling: Settling, key: bytes, index: int) -> KnownIdentity:
    numbers, record = settling.lookup.numbers, settling.new[index].record
    author = record.author or Author("")
    identity = NewIdentity(numbers.take("identity"), numbers.take("person"), key, record, author.is_verified)
    settling.settled.identities.append(identity)
    return KnownIdentity(identity.id, identity.person_id, False, author.handle[:255], author.name[:255])
