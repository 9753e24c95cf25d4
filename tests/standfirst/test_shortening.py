"""Texts in less room than they need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfirst.shortening import shorten


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Twelve chars", "Twelve chars"),
        ("Thirteen word", "Thirteen…"),
        ("Eleven char s", "Eleven char…"),
        ("https://example.org/", "https://exa…"),
        ("He sees. Then", "He sees…"),
        ("One, two, three", "One, two…"),
        ("A https://example.org/", "A https://e…"),
    ],
)
def test_ends_with_a_whole_word(text: str, expected: str) -> None:
    assert shorten(text, 12) == expected


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_is_never_longer(text: str, length: int) -> None:
    assert len(shorten(text, length)) <= length
