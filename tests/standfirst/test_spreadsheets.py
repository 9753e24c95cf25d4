"""Nothing that a stranger wrote is calculated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfirst.spreadsheets import SafeSpreadsheetMixin, neutralise


class Plain:
    def preprocess_field_value(self, field: str, value: object, export_format: str) -> object:
        return value

    def get_heading(self, queryset: object, field: str) -> str:
        return field


class Safe(SafeSpreadsheetMixin, Plain):
    pass


@pytest.mark.parametrize(
    "first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_what_begins_a_formula(first: str) -> None:
    assert neutralise(f"{first}1") == f"'{first}1"
    assert neutralise(first) == f"'{first}"
    assert neutralise(f"1{first}") == f"1{first}"


@pytest.mark.parametrize("value", ["", "a", "'=1", " =1", ".", "*", "?", "A", "\x08a", -1, 1.5, None, True])
def test_what_is_left_alone(value: object) -> None:
    assert neutralise(value) is value


@given(st.text())
def test_no_text_begins_a_formula(text: str) -> None:
    written = neutralise(text)
    assert written in (text, f"'{text}")
    assert not written[:1] or written[0] not in "=+-@\t\r\n"
    assert neutralise(written) == written


def test_the_mixin() -> None:
    safe = Safe()
    assert safe.preprocess_field_value("a", "=1", "csv") == "'=1"
    assert (
        safe.preprocess_field_value("a", "a\x00b\x0bc\ud800d\te\nf", "xlsx") == "a\ufffdb\ufffdc\ufffdd\te\nf"
    )
    assert safe.preprocess_field_value("a", "\x01=1", "xlsx") == "\ufffd=1"
    assert safe.preprocess_field_value("a", -3, "xlsx") == -3
    assert safe.get_heading(None, "@name") == "'@name"
