"""Why a record was refused. Closed: a new reason is added here, documented in docs/drops.md, and tested."""

from enum import StrEnum

import msgspec


class DropReason(StrEnum):
    """A drop is decided and counted; the touchpoint is not stored."""

    EMPTY = "empty"  # nothing in it: no text, no media, no rating
    BLOCKED_AUTHOR = "blocked_author"  # the workspace blocked this identity
    OUT_OF_SCOPE = "out_of_scope"  # the platform sent what the source did not ask for (a like, a follow)
    ERASED_PERSON = "erased_person"  # the person was erased; later arrivals are suppressed
    TOO_OLD = "too_old"  # before the back-fill horizon of the source
    UNMAPPED = "unmapped"  # a row whose mapping names no text column


class QuarantineReason(StrEnum):
    """Quarantined bytes are kept, shown, and can be replayed."""

    NOT_DECODABLE = "not_decodable"  # no encoding reads it
    BAD_JSON = "bad_json"  # not JSON, or too deep, too large, NaN, duplicate keys
    BAD_XML = "bad_xml"  # not XML, or entities, bombs
    BAD_ROW = "bad_row"  # a row whose cells do not fit the header
    MISSING_ID = "missing_id"  # the platform's id is absent or empty
    MISSING_TIME = "missing_time"  # no time can be read
    BAD_SHAPE = "bad_shape"  # valid syntax, but not what the platform's documentation says
    TOO_LARGE = "too_large"  # over the size we keep
    CONNECTOR_FAILED = "connector_failed"  # our own parser raised; the bytes wait for a mended one
    POISON = "poison"  # three attempts to process it ended the worker


class Drop(msgspec.Struct, frozen=True, tag=True):
    """A record refused by decision. `detail` is for people, without personal values."""

    reason: DropReason
    detail: str = ""


class Unreadable(msgspec.Struct, frozen=True, tag=True):
    """A record that could not be read; its bytes go to quarantine."""

    reason: QuarantineReason
    detail: str = ""
