"""Equal rows, counted exactly."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fullcircle.connectors.file.occurrences import Occurrences


@given(st.lists(st.lists(st.integers(0, 12), max_size=12), max_size=12))
def test_it_counts_as_a_plain_counter_does(pages):
    seen = Occurrences()
    plain: Counter[str] = Counter()
    for page in pages:
        keys = [f"{number:024x}"[::-1] for number in page]
        expected = []
        for key in keys:
            expected.append(plain[key])
            plain[key] += 1
        assert seen.number(keys) == expected
