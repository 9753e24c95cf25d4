"""Rich texts that are the same to a reader are the same to an import."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importing.rich_text_lines import read_lines


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p><b><i>x</i></b> y</p>", '<p data-block-key="a1"><i><b>x</b></i> y</p>'),
        ("<p><strong>x</strong><em>y</em></p>", "<p><b>x</b><i>y</i></p>"),
        ("<p><b>a</b><b>b</b></p>", "<p><b>ab</b></p>"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<p>a  b\n c</p>\n<p></p><p><br/></p>", "<p>a b c</p>"),
        (
            '<p><a href="https://example.org/?a=1&amp;b=2">x</a></p>',
            '<p><a href="https://example.org/?a=1&b=2">x</a></p>',
        ),
    ],
)
def test_what_reads_the_same_is_the_same(one: str, other: str) -> None:
    assert read_lines(one) == read_lines(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>x</p>", "<p>y</p>"),
        ("<p>x</p>", "<p><b>x</b></p>"),
        ("<p>x y</p>", "<p>x</p><p>y</p>"),
        ("<p>x</p>", "<ul><li>x</li></ul>"),
        ("<ul><li>x</li></ul>", "<ol><li>x</li></ol>"),
        ("<ul><li>a</li><li>b</li></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ('<p><a href="https://example.org/">x</a></p>', '<p><a href="https://example.com/">x</a></p>'),
    ],
)
def test_what_reads_otherwise_is_something_else(one: str, other: str) -> None:
    assert read_lines(one) != read_lines(other)


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<b>", "</b>", "<br/>", "x", " ", "<", "&amp;"]
        ),
        max_size=12,
    )
)
def test_nothing_that_a_script_stored_stops_an_import(pieces: list[str]) -> None:
    html = "".join(pieces)
    assert read_lines(html) == read_lines(html)


@pytest.mark.django_db
def test_links_to_pages_that_are_gone_are_told_apart() -> None:
    one, other = (f'<p><a linktype="page" id="{number}">x</a></p>' for number in (901, 902))
    assert read_lines(one) == read_lines(one) != read_lines(other)
