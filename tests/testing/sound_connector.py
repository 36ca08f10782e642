"""The smallest connector that keeps the contract: a guest book read over HTTP. The conformance suite is tried on it."""

from collections.abc import Sequence

import msgspec

from fullcircle.core.drops import Drop, DropReason, QuarantineReason, Unreadable
from fullcircle.core.errors import (
    DeskError,
    FullcircleError,
    PermanentSourceError,
    TransientSourceError,
    UnknownOutcomeError,
)
from fullcircle.core.gate import JsonRefused, clean_text, load_json
from fullcircle.core.kinds import Channel, Direction, Kind
from fullcircle.core.moments import LATEST, parse_moment
from fullcircle.core.ports import ConnectorSpec, Reply, Setting, SourceContext
from fullcircle.core.records import Author, Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint


class Listing(msgspec.Struct):
    entries: list[msgspec.Raw]
    more: bool = False


class GuestBook:
    spec = ConnectorSpec(
        name="guestbook",
        label="Guest book",
        settings=(
            Setting("address", "Address", "Where the book lies."),
            Setting("token", "Token", "What opens it.", is_secret=True),
        ),
        is_replayable=True,
        can_reply=True,
        text_limit=100,
        proof="shape",
        key_rule="The number of the entry in the book.",
    )

    def streams(self, source: SourceContext) -> Sequence[str]:
        return ["entries"]

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        start = int(cursor) if cursor.isdigit() and len(cursor) < 12 else 0
        reply = self._call(source, "GET", f"?from={start}")
        try:
            listing = msgspec.json.decode(reply.body, type=Listing)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise TransientSourceError("the guest book gave no list") from error
        records = tuple(RawRecord(bytes(entry), "entry", source.now) for entry in listing.entries)
        last = max(start + len(records) - (1 if listing.more else 0), 0)
        return Page(records, str(last), not listing.more or not records)

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        return Page((), "", True)

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        return Page((), "", True)

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        try:
            value = load_json(raw.payload)
        except JsonRefused as error:
            return Unreadable(QuarantineReason.BAD_JSON, clean_text(str(error))[0])
        if raw.form != "entry" or not isinstance(value, dict):
            return Unreadable(QuarantineReason.BAD_SHAPE)
        number, when = value.get("number"), value.get("when")
        if type(number) is not int or not 0 < number < 2**53:
            return Unreadable(QuarantineReason.MISSING_ID)
        moment = parse_moment(when) if isinstance(when, str) else None
        if moment is None:
            return Unreadable(QuarantineReason.MISSING_TIME)
        said = value.get("text")
        text, is_truncated = clean_text(said if isinstance(said, str) else "")
        if not text:
            return Drop(DropReason.EMPTY)
        name = value.get("name")
        return Touchpoint(
            workspace_id=source.workspace_id,
            source_id=source.source_id,
            platform="guestbook",
            host="",
            external_id=str(number),
            kind=Kind.POST,
            direction=Direction.INBOUND,
            channel=Channel.PUBLIC_POSTS,
            is_public=True,
            occurred_at=min(max(moment, 0), LATEST),
            captured_at=raw.captured_at,
            author=Author(clean_text(name, 200)[0]) if isinstance(name, str) and name.strip() else None,
            text=text,
            is_truncated=is_truncated,
        )

    def key(self, touchpoint: Touchpoint) -> str:
        return touchpoint.external_id

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        if len(response.text) > self.spec.text_limit:
            raise DeskError("response.too_long", "The guest book takes 100 characters.")
        answer = self._call(source, "POST", "", response.text.encode())
        if not answer.body.isdigit():
            raise UnknownOutcomeError("the guest book did not say where it put it")
        return Sent(answer.body.decode(), "", source.now)

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        return None

    def health(self, source: SourceContext) -> Health:
        try:
            self._call(source, "GET", "")
        except FullcircleError as error:
            return Health(False, str(error))
        return Health(True, "The book is open.")

    def _call(self, source: SourceContext, method: str, query: str, body: bytes | None = None) -> Reply:
        reply = source.client.request(
            method,
            source.settings["address"] + query,
            headers={"authorization": source.secrets["token"]},
            body=body,
            check=True,
        )
        if reply.status >= 300:
            raise PermanentSourceError(f"the guest book answered {reply.status}")
        return reply
