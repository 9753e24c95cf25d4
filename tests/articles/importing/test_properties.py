"""Properties that hold for every input."""

import re
from html import unescape

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from articles.importing import Heading, ImportedArticle, ListPart, Paragraph, Table, UnreadableArticleError
from articles.importing.files import read_file
from articles.importing.finishing import text_of
from articles.importing.html_parts import RawHeading

NAMES = st.sampled_from(["a.txt", "a.md", "a.html", ""])
MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<h1>T</h1>",
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<i>",
                "</i>",
                "<a href='https://x.example/'>",
                "</a>",
                "<br>",
            ),
            *(
                "<ul>",
                "<li>",
                "</ul>",
                "<ol>",
                "</ol>",
                "<table>",
                "<tr>",
                "<td>",
                "<th rowspan=3>",
                "</table>",
                "<pre>",
            ),
            *(
                "<blockquote>",
                "</blockquote>",
                "<cite>",
                "<figure>",
                "<figcaption>",
                "</figure>",
                "<h3>",
                "</h3>",
            ),
            *(
                "<div class='entry-content'>",
                "</div>",
                "<article>",
                "</article>",
                "<script>",
                "</script>",
                "<aside>",
            ),
            *(
                "<a href='javascript:x'>",
                "<img src=x alt=y>",
                "<details>",
                "<summary>",
                "<dl>",
                "<dt>",
                "word",
                " and ",
                "\n",
            ),
            *(
                "&lt;b&gt;",
                "<!--",
                "-->",
                "# T\n",
                "\n\n",
                "- x\n",
                "> y\n",
                "---\n",
                "| a | b |\n|--|--|\n",
                "title: T\n",
            ),
            *(
                "```\n",
                "**",
                "*",
                "[x](/y)",
                "[^1]",
                "\x00",
                "\x85",
                "\u2028",
                "\u00a0",
                "Leave a Comment\n",
                "<th colspan=9>",
            ),
        ]
    ),
    max_size=40,
).map("".join)
ALLOWED = re.compile(r'(?:[^<>]|</?(?:b|i|sup|sub)>|<br/>|<a href="[^"<>]+">|</a>)*')


def read(data: bytes, name: str) -> ImportedArticle | None:
    try:
        return read_file(data, name)
    except UnreadableArticleError:
        return None


def check(article: ImportedArticle | None) -> None:
    """Assert what every article promises."""
    if article is None:
        return
    assert 0 < len(article.title) <= 255
    assert article.parts
    seen_section = False
    for part in article.parts:
        match part:
            case Heading():
                assert part.level in {2, 3}
                assert seen_section or part.level == 2
                assert 0 < len(part.text) <= 200
                seen_section = True
            case Paragraph():
                assert ALLOWED.fullmatch(part.html), part.html
                assert text_of(part)[0]
            case Table():
                assert len({len(row) for row in part.rows}) == 1
            case ListPart():
                assert part.items
                assert all(ALLOWED.fullmatch(item.html) and item.html for item in part.items)


@settings(deadline=None)
@given(data=st.binary(max_size=400), name=NAMES)
def test_no_bytes_raise_anything_but_the_typed_error(data: bytes, name: str) -> None:
    check(read(data, name))


@settings(deadline=None)
@given(
    text=st.text(max_size=400), name=NAMES, encoding=st.sampled_from(["utf-8", "utf-16", "utf-32", "latin-1"])
)
def test_no_text_raises_anything_but_the_typed_error(text: str, name: str, encoding: str) -> None:
    check(read(text.encode(encoding, "replace"), name))


@settings(deadline=None)
@given(markup=MARKUP, name=NAMES)
def test_no_markup_raises_anything_but_the_typed_error(markup: str, name: str) -> None:
    check(read(markup.encode(), name))


@settings(deadline=None)
@given(
    facts=st.text(alphabet="-ab:[]{}&*!|>'\"#,?% \n\t0123456789.~=+", max_size=80),
    fence=st.sampled_from(["---", "+++"]),
)
def test_no_front_matter_raises_anything_but_the_typed_error(facts: str, fence: str) -> None:
    check(read(f"{fence}\ntitle: T\n{facts}\n{fence}\nText.".encode(), "a.md"))


WORD = st.text(alphabet="abcdefgäöüßéñжий", min_size=1, max_size=9)
SENTENCE = st.lists(WORD, min_size=1, max_size=30).map(lambda words: " ".join(words) + ".")
HEADING = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
BULLETS = st.lists(HEADING, min_size=2, max_size=4).map(
    lambda items: "\n".join(f"• {item}" for item in items)
)
LINE_END = st.sampled_from(["\n", "\r\n", "\r", "\u2028"])


@settings(deadline=None)
@given(
    title=HEADING, blocks=st.lists(SENTENCE | HEADING | BULLETS, min_size=1, max_size=12), line_end=LINE_END
)
def test_the_words_of_plain_text_survive_in_order(title: str, blocks: list[str], line_end: str) -> None:
    # A title that is repeated as a heading is one title.
    assume(title not in blocks)
    text = "\n\n".join([title, *blocks])
    article = read_file(text.replace("\n", line_end).encode(), "a.txt")
    assert article.title == title
    found = [word for part in article.parts for line in text_of(part) for word in re.findall(r"\w+", line)]
    assert found == [word for block in blocks for word in re.findall(r"\w+", block)]


@settings(deadline=None)
@given(
    text=st.text(min_size=1, max_size=80).filter(
        # On a line of its own, the rest may be an item of a list.
        lambda text: len(text.splitlines()) == 1 and re.search(r"\w", text)
    )
)
def test_markup_in_plain_text_is_text(text: str) -> None:
    article = read(f"Title\n\nHere: {text} <b>x</b> & <script>.".encode(errors="ignore"), "a.txt")
    if article is not None:
        html = "".join(part.html for part in article.parts if isinstance(part, Paragraph))
        assert "<" not in html
        assert "<b>x</b> & <script>" in unescape(html)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "Title\n\n" + ("Lorem ipsum dolor sit amet. " * 100 + "\n\n") * 1750),
        ("a.md", "# Title\n\n" + ("Lorem *ipsum* dolor sit amet. " * 90 + "\n\n") * 1800),
        ("a.html", "<h1>Title</h1>" + ("<p>" + "Lorem <i>ipsum</i> dolor sit amet. " * 6 + "</p>\n") * 1900),
        ("a.txt", "Title\n\n" + "* " * 2_000_000),
        ("a.txt", "Title\n\n" + "Leave a Comment\n" * 90_000),
        ("a.html", "<h1>T</h1><p>x</p><table>" + "<tr><td rowspan=9999 colspan=9999>a" * 9_000),
        ("a.html", "<h1>T</h1><p>x</p>" + "<script></script>x" * 24_000),
    ],
    ids=["text", "markdown", "page", "stars", "comments", "spans", "scripts"],
)
def test_long_input_is_read_or_refused(name: str, text: str) -> None:
    # Nothing is timed, but a parser that takes the square of the length would not come back.
    article = read(text.encode(), name)
    assert article is None or article.title


def test_raw_headings_count_as_text() -> None:
    assert text_of(RawHeading(5, "x")) == ["x"]
