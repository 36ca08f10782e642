"""The one-time address: a look does not use it up, a press does, and after that it is kind about it."""

import re

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from tests.cast import House
from tests.web.conftest import SignIn

from fullcircle.core.moments import HOUR, now, to_datetime
from fullcircle.store import models
from fullcircle.web.opening import login_of, make_token, use_token


def test_it_signs_in_once(alice: House) -> None:
    address = f"/open/{make_token(alice.owner.login)}/"
    looker, client = Client(), Client()
    for _ in range(3):
        assert looker.get(address).status_code == 200
        assert looker.head(address).status_code == 200
    pressed = client.post(address)
    assert (pressed.status_code, pressed["Location"]) == (303, "/")
    assert client.get("/")["Location"] == "/w/harbour/"
    assert client.get("/w/harbour/").status_code == 200
    for method in (looker.get, looker.post):
        late = method(address)
        assert late.status_code == 410
        assert "fullcircle up" in late.content.decode()
        assert late["Cache-Control"] == "private, no-store"
    assert looker.get("/w/harbour/").status_code == 302


def test_it_ends_after_a_day(alice: House) -> None:
    token = make_token(alice.owner.login)
    with time_machine.travel(to_datetime(now() + 23 * HOUR)):
        assert login_of(token) == alice.owner.login
    with time_machine.travel(to_datetime(now() + 25 * HOUR)):
        assert login_of(token) is None


def test_it_ends_with_a_new_password_and_for_somebody_deactivated(alice: House) -> None:
    login = alice.owner.login
    token = make_token(login)
    login.set_password("four quiet ovens")
    login.save()
    assert login_of(token) is None
    token = make_token(login)
    assert login_of(token) is not None
    models.Login.objects.filter(pk=login.pk).update(is_active=False)
    assert login_of(token) is None


def test_it_believes_no_other_token(alice: House, charlie: House) -> None:
    token = make_token(alice.owner.login)
    number, _, rest = token.partition(".")
    other = f"{charlie.owner.login.pk}.{rest}"
    for forged in (
        other,
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        number,
        "",
        ".",
        "²." + rest,
        "9" * 40,
        "\x00.a.b",
    ):
        assert login_of(forged) is None


def test_it_is_used_only_in_the_transaction_that_signs_in(alice: House) -> None:
    connection = transaction.get_connection()
    was, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        with pytest.raises(transaction.TransactionManagementError):
            use_token(make_token(alice.owner.login))
    finally:
        connection.in_atomic_block = was


def test_it_asks_for_the_proof_of_the_form(alice: House) -> None:
    address = f"/open/{make_token(alice.owner.login)}/"
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address).status_code == 403
    page = strict.get(address).content.decode()
    proof = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert proof
    assert strict.post(address, {"csrfmiddlewaretoken": proof[1]}).status_code == 303


def test_it_says_how_to_come_in_and_lets_go(alice: House, signed_in: SignIn) -> None:
    assert "fullcircle up" in Client().get("/").content.decode()
    client = signed_in(alice.owner)
    assert client.get("/sign-out/").status_code == 405
    gone = client.post("/sign-out/")
    assert (gone.status_code, gone["Location"]) == (303, "/")
    assert client.get("/w/harbour/").status_code == 302


def test_it_tells_a_login_without_a_workspace_what_is_missing(db: None) -> None:
    client = Client()
    client.force_login(models.Login.objects.create_user("lost@example.org"))
    assert "belong to no workspace" in client.get("/").content.decode()


def test_it_answers_an_unknown_address_kindly(db: None) -> None:
    answer = Client().get("/nothing/here/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
