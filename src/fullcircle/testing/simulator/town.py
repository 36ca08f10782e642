"""The town around the networks: the mailbox and the phone log."""

import csv
import io
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime

from fullcircle.core.moments import Moment, to_datetime, to_iso
from fullcircle.testing.books import text_hash
from fullcircle.testing.simulator.people import Inhabitant
from fullcircle.testing.simulator.world import World

OUR_MAIL = "hello@harbourbakery.example"
OUR_TELEPHONE = "+442079460123"
CALL_COLUMNS = ("call_id", "started_at", "direction", "from", "to", "seconds", "name", "note")


@dataclass
class Call:
    """One line of the phone log."""

    call_id: str
    at: Moment
    person: Inhabitant
    note: str
    seconds: int


@dataclass
class Town:
    """The world with its mailbox and its telephone."""

    world: World
    calls: list[Call] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)

    def ring(self, person: Inhabitant, note: str, seconds: int) -> None:
        """Somebody telephoned, and whoever answered wrote a note."""
        call = Call(f"call-{len(self.calls) + 1:06d}", self.world.now(), person, note, seconds)
        self.calls.append(call)
        self._write("exists", "phone", call.call_id, note, call.at)

    def write_mail(self, person: Inhabitant, subject: str, text: str) -> None:
        """Somebody wrote to our mailbox."""
        at = self.world.now()
        mail = EmailMessage()
        mail["Message-ID"] = f"<{len(self.mails) + 1}.{self.world.seed}@mail.example>"
        mail["Date"] = format_datetime(to_datetime(at))
        mail["From"] = f"{person.name} <{person.mail}>"
        mail["To"] = OUR_MAIL
        mail["Subject"] = subject[:1].upper() + subject[1:]
        mail.set_content(text)
        self.mails.append(mail)
        self._write("exists", "email", str(mail["Message-ID"]), text, at)

    def phone_csv(self) -> bytes:
        """The phone log, oldest call first."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\r\n")
        rows.writerow(CALL_COLUMNS)
        for call in self.calls:
            person = call.person
            numbers = (person.telephone, OUR_TELEPHONE)
            rows.writerow((call.call_id, to_iso(call.at), "inbound", *numbers, call.seconds, person.name, call.note))
        return out.getvalue().encode()

    def deliver_calls(self) -> None:
        for call in self.calls:
            self._write("delivered", "phone", call.call_id, call.note, self.world.now())

    def deliver_mails(self) -> None:
        for mail in self.mails:
            text = str(mail.get_content())
            self._write("delivered", "email", str(mail["Message-ID"]), text.rstrip("\n"), self.world.now())

    def _write(self, fact: str, network: str, key: str, text: str, at: Moment) -> None:
        via = {"via": "file"} if fact == "delivered" else {}
        said = text_hash(text.rstrip("\n"))
        self.world.books.write(fact, at=at, network=network, external_id=key, text_hash=said, version=0, **via)
