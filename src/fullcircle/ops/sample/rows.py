"""The sample's rows: JSON Lines beside this file, written anew with times that end now, and how each file is read.

`when` is `-13 07:52` (that many days ago at this time of the workspace's zone) or `-95m`, `-9h` (that long ago).
"""

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from fullcircle.connectors.file.mapping import Mapping, Place
from fullcircle.core.kinds import Channel, Kind
from fullcircle.core.moments import HOUR, MINUTE, Moment, from_datetime, to_datetime, to_iso

FOLDER = Path(__file__).parent
_UNITS = {"m": MINUTE, "h": HOUR}
Row = dict[str, str]


class Channelled(msgspec.Struct, frozen=True):
    """One file of the sample: its name, what people call the source, where it happened, which account it concerns."""

    stem: str
    source: str
    place: Place
    account: str


CHANNELS = (
    Channelled("phone", "Phone log", Place("phone", Kind.CALL, Channel.CALLS), "+494066969001"),
    Channelled("mail", "Mailbox", Place("email", Kind.EMAIL, Channel.MAIL), "hello@harbourbakery.example"),
    Channelled("form", "Web form", Place("web", Kind.QUESTION, Channel.FORMS, False), "harbourbakery.example"),
    Channelled("reviews", "Reviews", Place("reviews", Kind.REVIEW, Channel.REVIEWS), "harbour-bakery"),
    Channelled("bluesky", "Bluesky", Place("bluesky", Kind.MENTION, Channel.PUBLIC_POSTS), "harbourbakery.example"),
    Channelled("mastodon", "Mastodon", Place("mastodon", Kind.MENTION, Channel.PUBLIC_POSTS), "harbourbakery"),
)


def mapping_of(channel: Channelled) -> Mapping:
    """The saved mapping of a file; what the import command would be given with `--mapping`."""
    return Mapping(
        text=("text",),
        title=("subject",),
        time="time",
        id="id",
        parent_id="answers",
        root_id="thread",
        author_name="name",
        author_handle="handle",
        number="number",
        country="DE",
        direction="direction",
        outbound_values=("out",),
        place=channel.place,
        kind="kind",
        kinds={"question": Kind.QUESTION},
        account_default=channel.account,
        language="language",
        rating="stars",
    )


def rows_of(channel: Channelled) -> list[Row]:
    """As they lie in the package."""
    lines = (FOLDER / f"{channel.stem}.jsonl").read_text("utf-8").splitlines()
    return [msgspec.json.decode(line, type=Row) for line in lines]


def needs_by_id() -> dict[str, dict[str, str]]:
    """Which need stands behind which row, by channel and the row's id: what the sample's owner decided."""
    return {
        channel.stem: {row["id"]: row["need"] for row in rows_of(channel) if row.get("need")} for channel in CHANNELS
    }


def write_file(channel: Channelled, folder: Path, at: Moment, zone: ZoneInfo) -> Path:
    """Write the file as somebody's export would look today; in the order of time."""
    columns = mapping_of(channel).columns()
    dated = sorted((moment_of(row["when"], at, zone), row) for row in rows_of(channel))
    path = folder / f"{channel.stem}.jsonl"
    encode = msgspec.json.Encoder().encode
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for moment, row in dated:
            own = {"handle": channel.account, "name": "Harbour Bakery"} if row.get("direction") == "out" else {}
            told = {**row, **own, "time": to_iso(moment)}
            file.write(encode({name: told.get(name, "") for name in columns}) + b"\n")
    return path


def moment_of(when: str, at: Moment, zone: ZoneInfo) -> Moment:
    """Read `when` back from `at`. ValueError for neither form."""
    days, _, clock = when.partition(" ")
    if not clock:
        return at + int(when[:-1]) * _UNITS[when[-1]]
    day = to_datetime(at).astimezone(zone).date() + timedelta(days=int(days))
    return from_datetime(datetime.combine(day, time.fromisoformat(clock), zone))
