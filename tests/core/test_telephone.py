"""Numbers as identities write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcircle.core.telephone import normalise_number


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+49 30 1234567", "", "+49301234567"),
        ("030 / 123 45 67", "DE", "+49301234567"),
        ("030 1234567", "+49", "+49301234567"),
        ("+49 (0)30 1234567", "", "+49301234567"),
        ("0049 30 1234567", "FR", "+49301234567"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("1-212-555-0100 ext. 12", "US", "+12125550100"),
        ("011 49 30 1234567", "US", "+49301234567"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("tel:+33123456789", "", "+33123456789"),
        ("612 345 678", "ES", "+34612345678"),
        ("030 1234567", "", "0301234567"),
        ("112", "DE", "112"),
        ("٠٣٠١٢٣٤٥٦٧", "DE", "+49301234567"),
        ("anonymous", "DE", ""),
        ("", "DE", ""),
        ("+1234567890123456", "", ""),
        ("12", "", ""),
    ],
)
def test_it_writes_a_number_one_way(text: str, country: str, number: str) -> None:
    assert normalise_number(text, country) == number


@given(st.text(max_size=30), st.sampled_from(["", "DE", "US", "IT", "+372", "nowhere"]))
def test_it_reads_any_text_and_its_own_answer_again(text: str, country: str) -> None:
    number = normalise_number(text, country)
    assert number == "" or number.lstrip("+").isdigit()
    if number.startswith("+"):
        assert normalise_number(number, country) == number
