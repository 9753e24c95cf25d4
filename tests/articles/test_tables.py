"""Columns of numbers hold numbers, as readers know them."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from wagtail.blocks.base import get_error_json_data
from wagtail.blocks.stream_block import StreamBlockValidationError

from articles.body.kinds.table import IMPORTED_NUMBER
from articles.body.numerals import is_numeric
from articles.models import ArticlePage
from tests.articles.builders import block, make_article, make_draft


@pytest.mark.parametrize(
    "cell",
    [
        "12", "1,200", "1.200,5", "1 200", "-3.5", "\u22123.5", "+4", "12 %", "12%", "<0.001",
        "< 0.001", "≥ 5", "~12", "±2", "12\u201314", "12-14", "12 ± 3", "12 (8 to 17)", "(12)",
        "[0.5; 0.9]", "(-3)", "$5", "-€5", ".5", ",5", "½", "3 of 12", "12 mg", "12*", "n = 12",
        "p<0.001", "P = .04", "1.5 · 10⁻³", "2021", "١٢", "1e-5", " 12 ", "", " ", "\u2013", "\u2014",
        "-", "n/a", "N/A", "NA", "NR", "n.s.", "?", "…",
    ],
)  # fmt: skip
def test_what_readers_take_for_a_number(cell: str) -> None:
    assert is_numeric(cell)


@pytest.mark.parametrize(
    "cell", ["twelve", "about 12", "a1", "see table 2", "<", "()", "--", "none", "p", "n =", "%", "= x", "$"]
)
def test_what_is_none(cell: str) -> None:
    assert not is_numeric(cell)


@given(st.from_regex(IMPORTED_NUMBER, fullmatch=True))
def test_what_the_importer_takes_for_a_number_is_one(cell: str) -> None:
    assert is_numeric(cell)


def table(*rows: list[str]) -> dict[str, Any]:
    columns = [{"type": "text", "heading": "Trial"}, {"type": "number", "heading": "Patients"}]
    return block("table", {"caption": "", "columns": columns, "rows": [{"values": row} for row in rows]})


def clean(*rows: list[str], deferred: bool = False) -> Any:
    body = ArticlePage._meta.get_field("body").stream_block
    value = body.to_python([table(*rows)])
    return body.clean_deferred(value) if deferred else body.clean(value)


def test_each_cell_without_a_number_is_named() -> None:
    with pytest.raises(StreamBlockValidationError) as caught:
        clean(["twelve", "12"], ["One", "twelve"], ["Two", ""], ["Three", "many"])
    cells = get_error_json_data(caught.value)["blockErrors"][0]["blockErrors"]
    assert {row: list(errors) for row, errors in cells.items()} == {1: [1], 3: [1]}
    [message] = cells[1][1]["messages"]
    assert message.startswith("“twelve” is not a number. Write it in figures, such as 12,")


def test_a_draft_keeps_what_was_typed() -> None:
    assert clean(["One", "twelve"], deferred=True)[0].value.row_data == [{"values": ["One", "twelve"]}]
    with pytest.raises(ValidationError):
        clean(["One", "twelve"])


@pytest.mark.django_db
def test_what_was_stored_before_is_shown_and_served(client: Client) -> None:
    page = make_draft(body=[table(["One", "twelve"])])
    page.latest_revision.publish()
    assert "twelve" in client.get(page.url).content.decode()
    [item] = client.get(f"/api/v1/articles/{page.pk}/").json()["body"]
    assert item["rows"] == [["One", "twelve"]]


@pytest.mark.django_db
def test_a_table_of_numbers_is_published() -> None:
    page = make_article(body=[table(["One", "12"], ["Two", "n/a"])])
    page.full_clean()
