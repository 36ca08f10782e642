"""Looks at an installation without changing anything. Each check has an id that stays, a hint, a place in the docs."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

import msgspec

from fullcircle.ops import doctor_home, doctor_store, doctor_work
from fullcircle.ops.doctor_finding import Finding, Patient, fail, warn

Needs: TypeAlias = Literal["nothing", "settings", "home", "database", "tables"]

DOC = "docs/doctor.md"


class Check(msgspec.Struct, frozen=True):
    """One thing looked at. `needs`: what must be in order before a look makes sense. `is_slow`: reads everything."""

    id: str
    title: str
    needs: Needs
    look: Callable[[Patient], Finding]
    is_slow: bool = False


class Looked(msgspec.Struct, frozen=True):
    """A check and what it found."""

    id: str
    title: str
    state: str
    message: str
    hint: str
    doc: str


CHECKS: tuple[Check, ...] = (
    Check("FC001", "settings", "nothing", doctor_home.settings),
    Check("FC002", "home", "settings", doctor_home.home),
    Check("FC003", "keys", "home", doctor_home.keys),
    Check("FC004", "disk", "home", doctor_home.disk),
    Check("FC005", "clock", "nothing", doctor_home.clock),
    Check("FC006", "address", "settings", doctor_home.address),
    Check("FC007", "weights", "nothing", doctor_home.weights),
    Check("FC101", "database", "home", doctor_store.database),
    Check("FC102", "durability", "database", doctor_store.durability),
    Check("FC103", "migrations", "database", doctor_store.migrations),
    Check("FC104", "integrity", "database", doctor_store.integrity, is_slow=True),
    Check("FC105", "intake", "home", doctor_store.intake),
    Check("FC201", "workspace", "tables", doctor_work.workspace),
    Check("FC202", "sources", "tables", doctor_work.sources),
    Check("FC203", "engine", "tables", doctor_work.engine),
    Check("FC204", "quarantine", "tables", doctor_work.quarantine),
    Check("FC205", "books", "tables", doctor_work.books, is_slow=True),
    Check("FC206", "rules", "tables", doctor_work.rules),
)

_GIVES: dict[str, Needs] = {"FC001": "settings", "FC002": "home", "FC101": "database", "FC103": "tables"}
"""What is in order once a check has passed."""


def look(checks: Sequence[Check] = CHECKS, *, is_quick: bool = False) -> Iterator[Looked]:
    """One finding a check, in order; a check that meets a fault of its own has found one."""
    patient = Patient()
    in_order: set[str] = {"nothing"}
    for check in checks:
        if check.needs not in in_order:
            yield _told(check, warn(f"Not looked at: the {_GIVER[check.needs]} are not in order.", ""))
            continue
        if check.is_slow and is_quick:
            continue
        finding = _looked(check, patient)
        if finding.state != "fail" and check.id in _GIVES:
            in_order.add(_GIVES[check.id])
        yield _told(check, finding)


_GIVER = {"settings": "settings", "home": "home and settings", "database": "home and database", "tables": "tables"}


def _looked(check: Check, patient: Patient) -> Finding:
    try:
        return check.look(patient)
    except Exception as error:  # whatever is broken, the other checks are still worth their look
        return fail(f"{type(error).__name__}: {str(error)[:300]}", getattr(error, "hint", ""))


def _told(check: Check, finding: Finding) -> Looked:
    doc = f"{DOC}#{check.id.lower()}"
    return Looked(check.id, check.title, finding.state, finding.message, finding.hint, doc)
