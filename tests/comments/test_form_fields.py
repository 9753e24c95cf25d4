"""What each field of the form takes, keeps and refuses."""

import unicodedata
from typing import Any

import pytest
from wagtail.models import Page

from comments.forms import CommentForm
from tests.comments.conftest import NO_SUCH_UID

# C0 without NUL, tab and the line ends; DEL and C1; the byte order mark.
CONTROLS = [*range(0x01, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xFEFF]


def bind(data: dict[str, str]) -> CommentForm:
    return CommentForm(data, pages=Page.objects.live())


def clean(data: dict[str, str]) -> dict[str, Any]:
    """Return the cleaned values of a form that must be valid."""
    form = bind(data)
    assert form.is_valid(), form.errors
    return form.cleaned_data


def codes(form: CommentForm) -> dict[str, list[str]]:
    """Return the codes of a form's errors by field."""
    return {name: [error.code for error in errors] for name, errors in form.errors.as_data().items()}


class TestText:
    @pytest.mark.parametrize("field", ["comment", "name", "anchor"])
    def test_control_characters_are_dropped(
        self, form_data: dict[str, str], field: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("comments.forms.anchor_labels", lambda page: {"Ada": "A part"})
        kept = [
            number for number in CONTROLS if clean({**form_data, field: f"A{chr(number)}da"})[field] != "Ada"
        ]
        assert kept == []

    def test_all_other_control_characters_are_white_space_or_refused(self) -> None:
        controls = {number for number in range(0x110000) if unicodedata.category(chr(number)) == "Cc"}
        assert controls - set(CONTROLS) == {0x00, 0x09, 0x0A, 0x0D}

    @pytest.mark.parametrize(
        "character", [" ", "!", "~", "\xa0", "¡", "\u200d", "\ufefe", "\uff00", "\ue000"]
    )
    def test_their_neighbours_are_kept(self, form_data: dict[str, str], character: str) -> None:
        assert clean({**form_data, "comment": f"A{character}da"})["comment"] == f"A{character}da"

    @pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
    def test_lines_and_tabs_are_kept(self, form_data: dict[str, str], line_end: str) -> None:
        typed = f" {line_end}One\t1{line_end}{line_end}Two{line_end} "
        assert clean({**form_data, "comment": typed})["comment"] == "One\t1\n\nTwo"

    def test_a_name_is_one_line(self, form_data: dict[str, str]) -> None:
        assert clean({**form_data, "name": " Ada \r\n\t\u2003Byron\n"})["name"] == "Ada Byron"

    @pytest.mark.parametrize("half", [0xD800, 0xDBFF, 0xDC00, 0xDFFF], ids=hex)
    @pytest.mark.parametrize("field", ["comment", "name", "email", "website", "anchor"])
    def test_half_a_pair_is_refused(self, form_data: dict[str, str], field: str, half: int) -> None:
        form = bind({**form_data, field: form_data[field] + chr(half)})
        assert "invalid_characters" in codes(form)[field]
        assert "This text contains characters that can't be stored." in form.errors[field]

    @pytest.mark.parametrize("neighbour", ["\ud7ff", "\ue000", "\U00010000", "\U0010ffff"])
    def test_whole_characters_are_taken(self, form_data: dict[str, str], neighbour: str) -> None:
        assert clean({**form_data, "comment": f"A{neighbour}"})["comment"] == f"A{neighbour}"

    @pytest.mark.parametrize("value", ["\u200b", "\u2060\u200b", "\u00ad", "\u202e\u3164"[:1], "\ue000"])
    def test_text_of_which_nothing_would_be_seen_is_refused(
        self, form_data: dict[str, str], value: str
    ) -> None:
        form = bind({**form_data, "comment": value, "name": value, "anchor": value})
        assert codes(form) == {"comment": ["required"], "name": ["required"], "anchor": ["required"]}
        assert form.errors["anchor"] == ["This field is required."]

    @pytest.mark.parametrize("value", ["a", "1", "!", "+", "́", "漢", "\u200ba"])
    def test_one_visible_character_is_enough(self, form_data: dict[str, str], value: str) -> None:
        assert clean({**form_data, "comment": value})["comment"] == value


class TestBounds:
    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("comment", "x" * 65_525, "Shorten your comment to 65525 characters; it has 65526."),
            ("name", "x" * 245, "Shorten your name to 245 characters."),
            (
                "email",
                "a" * 60 + "@" + "b" * 35 + ".org",
                "Enter an email address of at most 100 characters.",
            ),
            (
                "website",
                "https://example.org/" + "x" * 180,
                "Enter a web address of at most 200 characters.",
            ),
        ],
    )
    def test_lengths(self, form_data: dict[str, str], field: str, value: str, sentence: str) -> None:
        assert clean({**form_data, field: value})[field] == value
        longer = value.replace("a" * 60, "a" * 61) if field == "email" else value + "x"
        form = bind({**form_data, field: longer})
        assert codes(form) == {field: ["max_length"]}
        assert form.errors[field] == [sentence]

    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("", ""),
            ("example.org", "https://example.org"),
            ("http://example.org/", "http://example.org/"),
            ("HTTPS://example.org/", "HTTPS://example.org/"),
        ],
    )
    def test_web_addresses(self, form_data: dict[str, str], typed: str, stored: str) -> None:
        assert clean({**form_data, "website": typed})["website"] == stored

    @pytest.mark.parametrize("typed", ["ftp://example.org/", "ftps://example.org/", "javascript:1", "//"])
    def test_other_addresses(self, form_data: dict[str, str], typed: str) -> None:
        form = bind({**form_data, "website": typed})
        assert set(form.errors) == {"website"}
        assert "Enter a web address, such as https://example.org." in form.errors["website"]

    def test_an_address_with_a_user_name_is_refused(self, form_data: dict[str, str]) -> None:
        form = bind({**form_data, "website": "https://bank.example@evil.example/"})
        assert codes(form) == {"website": ["user_name_in_address"]}
        # What is wrong with another address is said once.
        assert codes(bind({**form_data, "website": "ftp://example.org/"})) == {"website": ["invalid"]}

    def test_what_is_missing_is_said_field_by_field(self, plain_page: Page) -> None:
        assert bind({}).errors == {
            "comment": ["Write your comment."],
            "name": ["Enter your name. It is shown with your comment."],
            "email": ["Enter your email address."],
            "page": ["It is not clear which page you are commenting on."],
        }


class TestPlace:
    def test_the_page_is_the_one_of_its_own_type(self, form_data: dict[str, str], plain_page: Page) -> None:
        values = clean(form_data)
        assert values["page"] == plain_page.specific
        assert type(values["page"]) is plain_page.specific_class
        assert (values["parent"], values["anchor"]) == (None, "")

    def test_a_reply(self, form_data: dict[str, str]) -> None:
        assert str(clean({**form_data, "parent": NO_SUCH_UID})["parent"]) == NO_SUCH_UID

    def test_only_the_given_pages(self, form_data: dict[str, str], plain_page: Page) -> None:
        form = CommentForm(form_data, pages=Page.objects.exclude(pk=plain_page.pk))
        assert form.errors == {"page": ["The page that you are commenting on is no longer available."]}

    def test_a_part_that_the_page_has(
        self, form_data: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("comments.forms.anchor_labels", lambda page: {"part-1": f"Of {page.pk}"})
        assert clean({**form_data, "anchor": "part-1"})["anchor"] == "part-1"
        form = bind({**form_data, "anchor": "part-2"})
        assert codes(form) == {"anchor": ["invalid_anchor"]}
        sentence = "The part of the page that you are commenting on is no longer available."
        assert form.errors["anchor"] == [sentence]
        # Which parts there are, nobody can say of a page that is not there.
        assert set(bind({**form_data, "anchor": "part-2", "page": "0"}).errors) == {"page"}


class TestAsShown:
    def test_errors_lead_to_the_field_where_it_can_be_seen(self, form_data: dict[str, str]) -> None:
        form = bind({**form_data, "name": "", "parent": "x", "page": "0"})
        form.add_error(None, "Of the whole form.")
        assert form.error_list == [
            ("comment-form-name", "Enter your name. It is shown with your comment."),
            ("", "The page that you are commenting on is no longer available."),
            ("", "The comment that you are replying to is no longer available."),
            ("", "Of the whole form."),
        ]

    def test_a_blank_form_holds_what_it_is_given(self, plain_page: Page) -> None:
        form = CommentForm(pages=Page.objects.all(), initial={"page": plain_page.pk, "name": "Ada"})
        assert not form.is_bound
        assert [field.name for field in form.asked_fields] == ["comment", "name", "email", "website"]
        assert form["name"].value() == "Ada"
        assert form["page"].id_for_label == "comment-form-page"
        assert CommentForm(pages=Page.objects.all())["name"].value() is None
