"""`fullcircle doctor`: each check sees what it is for, says what to do, and changes nothing."""

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cast import House
from tests.ops.said import Terminal

from fullcircle.config.keys import ensure_home, key_path
from fullcircle.config.options import Options, options
from fullcircle.core.moments import DAY, now
from fullcircle.door.intake_file import open_intake
from fullcircle.ops import doctor, doctor_home, doctor_store, doctor_work
from fullcircle.ops.doctor_finding import Finding, Patient, size_of
from fullcircle.ops.lock import HomeLock
from fullcircle.store import models
from fullcircle.testing.builders import make_touchpoint


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    ensure_home(tmp_path / "home")
    made = Patient()
    made.options = Options(home=tmp_path / "home", port=1)
    return made


@pytest.fixture
def free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else runs on this machine."""
    monkeypatch.setattr(doctor_home, "require_free_port", lambda *_: None)


def set_options(patient: Patient, **changes: Any) -> Patient:
    patient.options = patient.options.model_copy(update=changes)
    return patient


def as_an_operator_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The PostgreSQL of the tests is fast because it may forget; the doctor is right to complain of it."""
    ask = doctor_store._one
    monkeypatch.setattr(doctor_store, "_one", lambda said: "on" if said in FORGETFUL else ask(said))


FORGETFUL = ("SHOW fsync", "SHOW synchronous_commit", "SHOW full_page_writes", "SHOW data_checksums")


def test_a_sound_house_is_in_order(
    alice: House, terminal: Terminal, free_port: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_an_operator_runs_it(monkeypatch)
    alice.source.delete()
    alice.store(make_touchpoint(), source=alice.connect("Log", connector="phone"))
    said = terminal("doctor")
    assert said.code == 0, said.out
    found = terminal.json("doctor")
    assert {check["id"]: check["message"] for check in found["checks"] if check["state"] != "ok"} == {}
    assert [check["id"] for check in found["checks"]] == [check.id for check in doctor.CHECKS]
    assert "FC104" not in {check["id"] for check in terminal.json("doctor", "--quick")["checks"]}


def test_ids_are_unique_and_everything_that_is_not_well_says_what_to_do(alice: House, terminal: Terminal) -> None:
    assert len({check.id for check in doctor.CHECKS}) == len(doctor.CHECKS)
    alice.connect("Broken", state="stopped", state_reason="revoked")
    models.Tally.everywhere.create(
        workspace=alice.workspace, source_id=alice.source.pk, day=1, outcome="received", count=1
    )
    said = terminal("doctor", "--json")
    assert said.code == 1
    found = {check["id"]: check for check in said.data["checks"]}
    assert found["FC202"]["state"] == found["FC205"]["state"] == "fail"
    assert "Broken" in found["FC202"]["message"]
    assert "without a place" in found["FC205"]["message"]
    for check in found.values():
        assert check["state"] == "ok" or check["hint"]
        assert check["doc"] == f"docs/doctor.md#{check['id'].lower()}"
    assert "FC202 sources:" in terminal("doctor").out


def test_an_unknown_setting_is_named_and_the_rest_is_not_guessed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULLCIRCLE_PROT", "9000")
    said = terminal("doctor", "--json")
    assert said.code == 1
    found = {check["id"]: check for check in said.data["checks"]}
    assert "FULLCIRCLE_PROT" in found["FC001"]["message"]
    assert found["FC101"]["message"].startswith("Not looked at")
    assert found["FC007"]["state"] == "ok"


def test_a_home_that_is_not_there_is_not_made_by_looking(patient: Patient, tmp_path: Path) -> None:
    missing = set_options(patient, home=tmp_path / "none")
    assert doctor_home.home(missing).state == "fail"
    assert not (tmp_path / "none").exists()
    assert doctor_home.is_running(missing) is False


def test_it_sees_a_home_that_others_can_look_into(patient: Patient) -> None:
    assert doctor_home.home(patient).state == "ok"
    patient.options.home.chmod(0o755)
    assert "chmod 700" in doctor_home.home(patient).hint


def test_it_sees_keys_that_are_open_empty_or_gone(patient: Patient) -> None:
    assert doctor_home.keys(patient).state == "ok"
    path = key_path(patient.options.home, "credentials")
    path.chmod(0o644)
    assert "chmod 600" in doctor_home.keys(patient).hint
    path.chmod(0o600)
    path.write_text("")
    assert "empty" in doctor_home.keys(patient).message
    path.unlink()
    assert doctor_home.keys(patient).state == "fail"
    assert stat.S_IMODE(key_path(patient.options.home, "django").stat().st_mode) == 0o600


@pytest.mark.parametrize(("free", "state"), [(1, "fail"), (1_000_000_000, "warn"), (9_000_000_000, "ok")])
def test_it_sees_a_full_disk(patient: Patient, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr(doctor_home.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert doctor_home.disk(patient).state == state


def test_it_sees_a_clock_that_was_never_set(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor_home.clock(patient).state == "ok"
    monkeypatch.setattr(doctor_home, "now", lambda: 86_400_000)
    assert "1970-01-02" in doctor_home.clock(patient).message


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "ok"),
        ({"bind": "0.0.0.0"}, "warn"),
        ({"bind": "::"}, "warn"),
        ({"bind": "0.0.0.0", "public_url": "https://desk.example"}, "ok"),
        ({"public_url": "http://desk.example"}, "warn"),
        ({"public_url": "http://localhost:8000"}, "ok"),
        ({"bind": "::1"}, "ok"),
    ],
)
def test_it_sees_an_address_that_is_open_to_everybody(
    patient: Patient, free_port: None, changes: dict[str, str], state: str
) -> None:
    assert doctor_home.address(set_options(patient, **changes)).state == state


def test_it_knows_whether_something_runs_here(patient: Patient) -> None:
    assert not doctor_home.is_running(patient)
    with HomeLock(patient.options.home):
        assert doctor_home.is_running(patient)
    assert not doctor_home.is_running(patient)


def test_it_reads_the_intake_file_and_says_when_it_cannot(patient: Patient) -> None:
    assert "No webhook" in doctor_store.intake(patient).message
    open_intake(patient.options.intake_file).close()
    assert doctor_store.intake(patient) == Finding("ok", "0 webhooks wait to be read.")
    for beside in patient.options.intake_file.parent.glob("*-wal"):
        beside.unlink()
    patient.options.intake_file.write_bytes(b"no database at all, and long enough to be read as one" * 40)
    assert doctor_store.intake(patient).state == "fail"


def test_it_sees_a_database_that_would_forget(db: None, patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    told = {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 1, "SHOW fsync": "off"}
    monkeypatch.setattr(doctor_store, "_one", lambda statement: told.get(statement, "on"))
    found = doctor_store.durability(patient)
    assert found.state == "fail"
    assert ("FULL" if connection.vendor == "sqlite" else "fsync") in found.message


def test_it_sees_damage(db: None, patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_store, "_one", lambda statement: "row 7 missing from index")
    assert doctor_store.integrity(patient).state in ("fail", "warn")


def test_it_sees_what_waits_in_quarantine(alice: House, patient: Patient) -> None:
    assert doctor_work.quarantine(patient).state == "ok"
    row = {"workspace": alice.workspace, "source": alice.source, "form": "x", "payload": b"x", "captured_at": 1}
    models.Quarantine.everywhere.create(reason="bad_json", **row)
    assert "1 records could not be read" in doctor_work.quarantine(patient).message
    models.Quarantine.everywhere.create(reason="connector_failed", **row)
    assert "1 of them because we failed" in doctor_work.quarantine(patient).message


def test_it_sees_sources_that_nothing_reads(alice: House, patient: Patient) -> None:
    assert "nothing reads them" in doctor_work.engine(patient).message
    with HomeLock(patient.options.home):
        assert doctor_work.engine(patient).state == "ok"
        models.Source.everywhere.update(last_contact_at=now() - DAY)
        assert "reached no source for" in doctor_work.engine(patient).message
        models.Source.everywhere.update(last_contact_at=now() + DAY)
        assert "gone back" in doctor_work.engine(patient).message


def test_it_sees_a_rule_that_would_stop_every_batch(alice: House, patient: Patient) -> None:
    assert doctor_work.rules(patient).state == "ok"
    body = {"when": {"all": []}, "then": {"team": 999_999}}
    models.Rule.everywhere.create(workspace=alice.workspace, name="Nobody", position=1, body=body, changed_at=1)
    assert "no team 999999" in doctor_work.rules(patient).message
    models.Rule.everywhere.update(body={"when": {"field": "gone"}})
    assert "rules off" in doctor_work.rules(patient).hint


def test_a_check_that_fails_by_itself_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: Patient) -> Finding:
        raise RuntimeError("unexpected")

    found = list(doctor.look([doctor.Check("FC999", "x", "nothing", failing)]))
    assert (found[0].state, found[0].message) == ("fail", "RuntimeError: unexpected")


@pytest.mark.parametrize(("count", "words"), [(5, "5 bytes"), (1500, "1.5 KB"), (3_200_000_000, "3.2 GB")])
def test_sizes_are_said_as_people_read_them(count: int, words: str) -> None:
    assert size_of(count) == words


def test_an_empty_house_says_how_to_begin(db: None, patient: Patient) -> None:
    assert "no workspace yet" in doctor_work.workspace(patient).message
    assert options().home.is_dir()
