"""Plain text as HTML, and the strings that order a discussion."""

import html
import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.paths import (
    MAX_PATH_LENGTH,
    InvalidCursorError,
    ancestor_paths,
    decode_cursor,
    depth,
    encode_cursor,
    following_uid,
    sibling_prefix,
)
from comments.rendering import fold_text, render_body

LINK = '<a href="{0}" rel="nofollow ugc noopener">{0}</a>'
TAGS = re.compile(r"</?(?:p|br|a)(?: [^<>]*)?>")


class TestBody:
    def test_paragraphs_and_lines(self) -> None:
        assert render_body("One\r\ntwo\r\n \r\n\r\nthree\n") == "<p>One<br>two</p>\n<p>three</p>"

    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("See https://example.org/a.", "https://example.org/a"),
            ("(https://example.org/a)", "https://example.org/a"),
            ("https://en.example.org/Dose_(medicine), he said", "https://en.example.org/Dose_(medicine)"),
            ("HTTP://EXAMPLE.ORG!", "HTTP://EXAMPLE.ORG"),
        ],
    )
    def test_addresses(self, text: str, address: str) -> None:
        assert LINK.format(address) in render_body(text)

    @pytest.mark.parametrize(
        "text",
        [
            *("javascript:alert(1)", "https://", "https://...", "ada@example.org", "example.org", "x" * 10),
            *("http://javascript:alert(1)@example.org/", "https://bank.example@evil.example/"),
        ],
    )
    def test_no_addresses(self, text: str) -> None:
        assert "<a" not in render_body(text)

    @given(st.text() | st.text(alphabet="htps:/.<>\"'&() \n)]a"))
    def test_nothing_but_our_tags_and_the_readers_words(self, text: str) -> None:
        shown = render_body(text)
        bare = TAGS.sub("", shown)
        assert "<" not in bare
        assert ">" not in bare
        assert (
            "".join(html.unescape(bare).split()) == "".join(text.replace("\r", "\n").split())
            or "\0" in text
            or "&" in text
        )

    def test_long_hostile_texts_are_quick(self) -> None:
        for text in (
            "https://" * 8000,
            "https://a" + ")" * 60_000,
            "(" * 60_000,
            "\n \n" * 20_000,
            "." * 65_000,
        ):
            render_body(text)


class TestPaths:
    @given(st.lists(st.uuids(), min_size=1, max_size=10))
    def test_cursors_come_back(self, uids: list[UUID]) -> None:
        path = "".join(uid.hex for uid in uids)
        assert decode_cursor(encode_cursor(path)) == path

    @given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
    def test_other_strings_are_refused_or_canonical(self, text: str) -> None:
        try:
            path = decode_cursor(text)
        except InvalidCursorError:
            return
        assert encode_cursor(path) == text

    @given(st.lists(st.uuids(), min_size=1, max_size=15), st.integers(min_value=1, max_value=10))
    def test_depth_is_capped(self, uids: list[UUID], max_depth: int) -> None:
        path = ""
        for uid in uids:
            path = sibling_prefix(path, max_depth=max_depth) + uid.hex
            assert path.endswith(uid.hex)
        assert depth(path) == min(len(uids), max_depth) - 1
        assert len(path) <= MAX_PATH_LENGTH
        assert [depth(ancestor) for ancestor in ancestor_paths(path)] == list(range(depth(path)))

    @given(st.uuids(), st.uuids())
    def test_uids_follow_their_last_sibling(self, uid: UUID, last: UUID) -> None:
        assert following_uid(uid, None) == uid
        following = following_uid(uid, last)
        assert following > last
        assert following == uid or (following.version, uid <= last) == (last.version, True)


class TestFold:
    @pytest.mark.parametrize("text", ["", "x" * 2200, "x\n" * 29, "A sentence. " * 183])
    def test_what_is_no_longer_than_it_need_be_is_shown(self, text: str) -> None:
        assert fold_text(text) == (text.strip(), "")

    def test_it_folds_where_a_paragraph_ends(self) -> None:
        first, second = "A sentence. Another.\n" * 4 + "End.", "More of it. " * 60 + "Enough."
        text = f"{second}\n \n{first}\n\n{first}\n\n{second}\n\n{second}"
        opening, rest = fold_text(text)
        assert opening == f"{second}\n \n{first}\n\n{first}"
        assert rest == f"{second}\n\n{second}"

    @pytest.mark.parametrize(
        ("unit", "ending"),
        [
            ("A line of words\n", "words"),
            ("One sentence, which ends. ", "ends."),
            ("word ", "word"),
            ("词语句子。", "。"),
            ("x", "x"),
        ],
    )
    def test_it_folds_where_the_text_allows_it(self, unit: str, ending: str) -> None:
        opening, rest = fold_text(unit * (4000 // len(unit)))
        assert opening.endswith(ending)
        assert 200 < len(opening) <= 1500
        assert len(rest) > 1000

    def test_it_counts_lines_too(self) -> None:
        opening, rest = fold_text("x\n" * 300)
        assert opening.count("\n") == 19
        assert rest.count("x") == 280

    def test_a_sign_of_several_characters_stays_whole(self) -> None:
        family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
        for shift in range(len(family)):
            opening, rest = fold_text("x" * shift + family * 600)
            assert not opening.endswith("\u200d")
            assert not rest.startswith("\u200d")
        opening, rest = fold_text("e\u0301" * 1500)
        assert rest.startswith("e")

    @given(st.text(alphabet="a .!?\n\r\u0301\u200d词。", max_size=5000))
    def test_nothing_is_lost(self, text: str) -> None:
        opening, rest = fold_text(text)
        assert len(opening) <= 2200
        whole = text.replace("\r\n", "\n").replace("\r", "\n")
        assert "".join((opening + rest).split()) == "".join(whole.split())
        assert bool(opening) == bool(whole.strip())
