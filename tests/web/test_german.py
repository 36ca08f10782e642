"""German as proof that every word of a page passes through gettext."""

import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation
from tests.cast import House
from tests.web.conftest import Asks, SignIn

from fullcircle import web

ROOM = Path(web.__file__).parent
CATALOGUE = ROOM / "locale" / "de" / "LC_MESSAGES"
SAID = re.compile(r'(?:translate |_\()["\']([^"\']+)["\']')
STRING = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?|msgctxt)? ?"(.*)"$')


def entries() -> list[dict[str, str]]:
    """Of the catalogue people edit, without its header."""
    found: list[dict[str, str]] = []
    for block in (CATALOGUE / "django.po").read_text("utf-8").split("\n\n")[1:]:
        entry: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            parts = STRING.match(line)
            if parts:
                key = parts[1] or key
                entry[key] = entry.get(key, "") + parts[2].replace('\\"', '"').replace("\\n", "\n")
        found.append(entry)
    return found


def test_it_has_a_german_word_for_everything() -> None:
    said = entries()
    assert len(said) > 100
    assert "fuzzy" not in (CATALOGUE / "django.po").read_text("utf-8")
    for entry in said:
        assert all(text for name, text in entry.items() if name.startswith("msgstr")), entry


def test_it_compiled_what_people_edit() -> None:
    """The compiled catalogue is committed, because not every machine has msgfmt: it must say the same."""
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in entries():
        if "msgid_plural" in entry:
            for count, form in ((1, "msgstr[0]"), (2, "msgstr[1]")):
                assert compiled.ngettext(entry["msgid"], entry["msgid_plural"], count) == entry[form]
        elif "msgctxt" in entry:
            assert compiled.pgettext(entry["msgctxt"], entry["msgid"]) == entry["msgstr"]
        else:
            assert compiled.gettext(entry["msgid"]) == entry["msgstr"]


def test_it_knows_every_word_a_template_says() -> None:
    known = {entry["msgid"] for entry in entries()}
    for template in (ROOM / "templates").rglob("*.html"):
        for said in SAID.findall(template.read_text("utf-8")):
            assert said in known, f"{template.name}: {said}"


@pytest.mark.parametrize("address", ["/w/harbour/", "/w/harbour/needs/", "/w/harbour/cases/{case}/"])
def test_it_speaks_german_to_who_asks_for_it(address: str, alice: House, signed_in: SignIn, asks: Asks) -> None:
    case = asks(alice, "Ist das Roggenbrot wieder da?", minutes_ago=90)
    client = signed_in(alice.owner)
    answer = client.get(address.format(case=case.id), headers={"Accept-Language": "de"})
    text = answer.content.decode()
    assert '<html lang="de" dir="ltr">' in text
    plain = re.sub(r'<span class="aside">.*?</span>|<[^>]+>', " ", text)  # routing's own reasons are not ours to say
    for english in ("Sign out", "Today", "Needs", "What", "nobody", "late", "asks", "in public", " ago", "people"):
        assert english not in plain


def test_it_takes_the_members_own_language_first(alice: House, signed_in: SignIn) -> None:
    alice.owner.login.language = "de"
    alice.owner.login.save()
    text = signed_in(alice.owner).get("/w/harbour/", headers={"Accept-Language": "en"}).content.decode()
    assert "Was wartet" in text
    assert translation.get_language() != "de"  # and nothing of it stays behind
