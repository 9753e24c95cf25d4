"""What the lines of a plain text are taken for, on both sides of every bound."""

import textwrap
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importing import (
    ArticleTooLargeError,
    EmptyArticleError,
    Heading,
    ImportedArticle,
    ListItem,
    ListPart,
    MissingTitleError,
    Paragraph,
    Part,
    Quote,
)
from articles.importing.files import read_file

END = Paragraph("The end.")


def read(text: str) -> ImportedArticle:
    return read_file(text.encode(), "a.txt")


def parts(body: str) -> list[Part]:
    """Return what stands under a title."""
    return list(read(f"Title\n\n{body}").parts)


def parts_before_end(body: str) -> list[Part]:
    """Return what a text becomes that doesn't end the article."""
    *before, last = parts(f"{body}\n\nThe end.")
    assert last == END
    return before


def bullets(*items: str, ordered: bool = False) -> ListPart:
    return ListPart(ordered, tuple(map(ListItem, items)))


class TestHeadings:
    @pytest.mark.parametrize(("length", "kind"), [(90, Heading), (91, Paragraph)])
    def test_as_long_as_a_line_of_print(self, length: int, kind: type[Part]) -> None:
        (part,) = parts_before_end("H" * length)
        assert isinstance(part, kind)

    @pytest.mark.parametrize(
        "line",
        [
            "Why does it itch?",
            "What “dry” means",
            "Why it is called “dry”",
            "e.g. soap",
            "Ratio 1:2",
            "Version 2.X",
            "https and http",
            "1. What was measured",
        ],
    )
    def test_a_short_line_alone(self, line: str) -> None:
        assert parts_before_end(line) == [Heading(2, line)]

    @pytest.mark.parametrize("mark", [*".,;:!…-", "\u2013", "\u2014", "。", "\uff01", "।"])
    @pytest.mark.parametrize("closing", ["", "”", "\u2019", "»", '"', "'", "'”"])
    def test_a_line_that_ends_like_a_sentence_is_none(self, mark: str, closing: str) -> None:
        assert parts_before_end(f"It itches{mark}{closing}") == [Paragraph(f"It itches{mark}{closing}")]

    @pytest.mark.parametrize("opening", ["“", '"', "„", "«", "("])
    def test_a_line_that_opens_a_quotation_or_an_aside_is_none(self, opening: str) -> None:
        assert parts_before_end(f"{opening}Dry skin") == [Paragraph(f"{opening}Dry skin")]

    @pytest.mark.parametrize("line", ["https://example.org/dry", "See http://example.org/dry", "1999", "?"])
    def test_an_address_or_a_line_without_a_word_is_none(self, line: str) -> None:
        assert parts_before_end(line) == [Paragraph(line)]

    def test_two_lines_together_are_none(self) -> None:
        assert parts_before_end("Dry skin\nand what to do") == [Paragraph("Dry skin and what to do")]

    @pytest.mark.parametrize(("lines", "headings"), [(1, 1), (2, 2), (3, 3), (4, 1), (5, 1), (6, 1), (7, 1)])
    def test_a_run_of_four_or_more_has_one_at_most(self, lines: int, headings: int) -> None:
        names = [f"Line {number}" for number in range(lines)]
        expected = [
            Heading(2, name) if number < headings else Paragraph(name) for number, name in enumerate(names)
        ]
        assert parts_before_end("\n\n".join(names)) == expected

    def test_runs_are_counted_one_by_one(self) -> None:
        body = "One\n\nTwo\n\nThree\n\nText.\n\nFour\n\nFive\n\nSix"
        assert [type(part) for part in parts_before_end(body)] == [*[Heading] * 3, Paragraph, *[Heading] * 3]

    def test_the_last_line_is_none(self) -> None:
        assert parts("Text.\n\nDry skin") == [Paragraph("Text."), Paragraph("Dry skin")]
        assert parts("Text.\n\nDry skin\n\nJane Roe") == [
            Paragraph("Text."),
            Heading(2, "Dry skin"),
            Paragraph("Jane Roe"),
        ]

    def test_a_long_run_at_the_end(self) -> None:
        kinds = [type(part) for part in parts("Text.\n\nOne\n\nTwo\n\nThree\n\nFour\n\nFive")]
        assert kinds == [Paragraph, Heading, *[Paragraph] * 4]

    def test_what_is_no_heading_after_all_is_text_all_the_same(self) -> None:
        assert parts("Text.\n\nSalt & <b>water") == [
            Paragraph("Text."),
            Paragraph("Salt &amp; &lt;b&gt;water"),
        ]


class TestUnderlined:
    def test_a_line_of_equals_signs_makes_a_section_and_one_of_hyphens_a_subsection(self) -> None:
        assert parts("Dry skin.\n===\n\nText.\n\nAt night.\n---\n\nText.") == [
            Heading(2, "Dry skin."),
            Paragraph("Text."),
            Heading(3, "At night."),
            Paragraph("Text."),
        ]

    @pytest.mark.parametrize(("rule", "level"), [("= = =", 2), ("- - -", 3)])
    def test_the_signs_may_stand_apart(self, rule: str, level: int) -> None:
        found = parts_before_end(f"Dry skin\n===\n\nText.\n\nAt night\n{rule}")
        assert found[-1] == Heading(level, "At night")

    def test_a_line_that_stands_alone_is_a_section_too(self) -> None:
        body = "Why it itches\n=====\n\nText.\n\nWhat helps\n\nText."
        assert [part.level for part in parts(body) if isinstance(part, Heading)] == [2, 2]

    def test_hyphens_alone_leave_no_level_out(self) -> None:
        assert parts_before_end("At night.\n---") == [Heading(2, "At night.")]

    @pytest.mark.parametrize("rule", ["***", "~~~", "___", "--", "=="])
    def test_nothing_else_does(self, rule: str) -> None:
        (part, *_rest) = parts_before_end(f"At night.\n{rule}")
        assert isinstance(part, Paragraph)

    def test_a_rule_is_no_heading(self) -> None:
        assert parts_before_end("Text.\n\n***\n---") == [Paragraph("Text.")]

    def test_only_a_line_that_has_the_rule_to_itself(self) -> None:
        assert parts_before_end("Dry.\nSkin.\n---") == [Paragraph("Dry. Skin.")]
        assert parts_before_end("Dry.\n---\nSkin.") == [Paragraph("Dry."), Paragraph("Skin.")]


class TestRules:
    @pytest.mark.parametrize("rule", ["---", "* * *", "***", "=====", "___", "~~~", "• • •", "···"])
    def test_they_part_and_are_not_shown(self, rule: str) -> None:
        assert parts_before_end(f"One.\n\n{rule}\n\nTwo.") == [Paragraph("One."), Paragraph("Two.")]
        assert parts_before_end(f"One.\nMore.\n{rule}\nTwo.") == [Paragraph("One. More."), Paragraph("Two.")]

    @pytest.mark.parametrize(("length", "is_shown"), [(200, False), (201, True)])
    def test_they_are_as_long_as_a_line_may_be(self, length: int, is_shown: bool) -> None:
        assert len(parts_before_end(f"One.\n\n{'=' * length}")) == 1 + is_shown

    def test_two_marks_are_text(self) -> None:
        assert parts_before_end("==") == [Paragraph("==")]

    def test_one_under_the_title_is_its_own(self) -> None:
        article = read("Title\n=====\nBy Jane Roe\n\nText.")
        assert (article.authors, article.parts) == (("Jane Roe",), (Paragraph("Text."),))
        assert read("Title\n-----\nDry\n-----\n\nText.").parts == (Heading(2, "Dry"), Paragraph("Text."))


class TestLineEnds:
    @pytest.mark.parametrize(("width", "is_wrapped"), [(100, True), (101, False)])
    def test_lines_wider_than_a_margin_are_paragraphs(self, width: int, is_wrapped: bool) -> None:
        wide = "w" * width
        expected = [f"{wide} More."] if is_wrapped else [wide, "More."]
        assert parts_before_end(f"{wide}\nMore.") == list(map(Paragraph, expected))

    def test_a_short_line_among_such_paragraphs_is_a_heading(self) -> None:
        wide = "w" * 101
        assert parts(f"{wide}\nDry skin\n{wide}") == [
            Paragraph(wide),
            Heading(2, "Dry skin"),
            Paragraph(wide),
        ]

    @pytest.mark.parametrize(("word", "goes_on"), [("four", False), ("fives", True), ("four more", False)])
    def test_without_empty_lines_a_line_goes_on_when_the_next_word_had_no_room(
        self, word: str, goes_on: bool
    ) -> None:
        widest, line = "Twenty characters ab", "fifteen letters"
        assert (len(widest), len(line)) == (20, 15)
        expected = [f"{widest} {line} {word}"] if goes_on else [f"{widest} {line}", word]
        assert parts(f"{widest}\n{line}\n{word}") == list(map(Paragraph, expected))


class TestLists:
    @pytest.mark.parametrize("bullet", [*"•‣◦▪▫●○·∙*-", "\u2013", "\u2014", "\uf0b7"])
    def test_any_bullet(self, bullet: str) -> None:
        assert parts_before_end(f"{bullet} One\n{bullet}\tTwo\n  and a half") == [
            bullets("One", "Two and a half")
        ]

    @pytest.mark.parametrize("first", ["1.", "1)", "(1)", "101."])
    def test_any_number(self, first: str) -> None:
        assert parts_before_end(f"{first} One\n{first} Two") == [bullets("One", "Two", ordered=True)]

    @pytest.mark.parametrize("line", ["2024. It was dry.", "1.One.", "-one.", "1 One."])
    def test_what_is_none(self, line: str) -> None:
        assert parts_before_end(f"{line}\n{line}") == [Paragraph(f"{line} {line}")]

    def test_empty_lines_do_not_part_items_but_other_things_do(self) -> None:
        assert parts_before_end("- a\n\n- b\n\n1. c\n2. d\n\n- e\n\nText.\n\n- f") == [
            bullets("a", "b"),
            bullets("c", "d", ordered=True),
            bullets("e"),
            Paragraph("Text."),
            bullets("f"),
        ]

    def test_one_may_end_the_article(self) -> None:
        assert parts("Text.\n\n- a\n- b") == [Paragraph("Text."), bullets("a", "b")]

    def test_items_are_text(self) -> None:
        assert parts_before_end('- a < "b"\n- c & d') == [bullets('a &lt; "b"', "c &amp; d")]

    @pytest.mark.parametrize("dash", ["\u2013", "\u2014"])
    def test_a_lone_dash_opens_speech(self, dash: str) -> None:
        assert parts_before_end(f"{dash} Does it itch?") == [Paragraph(f"{dash} Does it itch?")]

    @pytest.mark.parametrize("bullet", ["-", "•", "*"])
    def test_a_lone_bullet_is_a_list(self, bullet: str) -> None:
        assert parts_before_end(f"{bullet} Does it itch?") == [bullets("Does it itch?")]

    def test_a_lone_number_is_that_of_a_heading_or_a_paragraph(self) -> None:
        assert parts_before_end("Skin\n\nText.\n\n1. Dry skin\n\nText.\n\n2. It is dry.") == [
            Heading(2, "Skin"),
            Paragraph("Text."),
            Heading(2, "1. Dry skin"),
            Paragraph("Text."),
            Paragraph("2. It is dry."),
        ]


class TestQuotations:
    def test_every_line_is_marked(self) -> None:
        body = "> Xerosis\n>itched.\n>\n> > Then   not."
        assert parts_before_end(body) == [Quote("Xerosis itched.\n\nThen not.")]

    def test_some_lines_are_not(self) -> None:
        assert parts_before_end("> 5 %\nitched.") == [Paragraph("&gt; 5 % itched.")]

    def test_an_empty_one_is_nothing(self) -> None:
        assert parts_before_end("Text.\n\n>\n>") == [Paragraph("Text.")]


class TestTitleAndBylines:
    @pytest.mark.parametrize("length", [1, 200])
    def test_the_first_line_is_the_title(self, length: int) -> None:
        assert read(f"\n\n {'T' * length} \nText.").title == "T" * length

    def test_a_longer_line_is_none(self) -> None:
        with pytest.raises(MissingTitleError, match="it is 201 characters long"):
            read(f"{'T' * 201}\nText.")

    def test_empty_lines_around_it_are_all_that_goes(self) -> None:
        assert read("\n \nXX chromosomes\n\nText.").title == "XX chromosomes"

    def test_they_stand_under_the_title(self) -> None:
        article = read("Title\n\nBy Jane Roe\n\n5 March 2024\n3 min read\nText.")
        assert (article.authors, article.published_at) == (("Jane Roe",), datetime(2024, 3, 5, tzinfo=UTC))
        assert article.parts == (Paragraph("Text."),)

    def test_the_first_of_each_counts_and_three_lines_at_most(self) -> None:
        article = read("Title\nBy Jane Roe | 5 March 2024\nBy John Doe\n6 March 2024\nBy Ann Lee\n\nText.")
        assert (article.authors, article.published_at) == (("Jane Roe",), datetime(2024, 3, 5, tzinfo=UTC))
        assert article.parts == (Heading(2, "By Ann Lee"), Paragraph("Text."))

    @pytest.mark.parametrize("text", ["Title", "Title\n====", "Title\nBy Jane Roe", "Title\n\n>\n\n***"])
    def test_an_article_is_more_than_they_are(self, text: str) -> None:
        with pytest.raises(EmptyArticleError, match="The file has a title but no text under it"):
            read(text)

    def test_a_line_of_text_ends_them(self) -> None:
        article = read("Title\nText.\n\nBy Jane Roe\n\nText.")
        assert article.authors == ()
        assert article.parts == (Paragraph("Text."), Heading(2, "By Jane Roe"), Paragraph("Text."))


@pytest.mark.parametrize("lines", [100_000, 100_001])
def test_the_longest_article(lines: int) -> None:
    text = "Title" + "\na" * (lines - 1)
    if lines > 100_000:
        with pytest.raises(ArticleTooLargeError, match="has 100001 lines; an article may have 100000"):
            read(text)
    else:
        assert len(read(text).parts) == 1


@settings(deadline=None)
@given(
    texts=st.lists(
        st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=40).map(
            lambda words: " ".join(words) + "."
        ),
        min_size=2,
        max_size=5,
    ),
    margin=st.integers(min_value=10, max_value=100),
)
def test_paragraphs_come_back_from_any_margin(texts: list[str], margin: int) -> None:
    body = "\n\n".join(textwrap.fill(text, margin) for text in texts)
    assert parts(body) == list(map(Paragraph, texts))
