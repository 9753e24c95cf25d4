"""The HTML of a list is written by code for speed: it is what the template makes, for every comment."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Locale, Page

from comments.cards import write_cards
from comments.enums import Status
from comments.listed import ListedComment
from comments.models import Comment, Discussion
from comments.presentation import ShownComments
from tests.comments import extensions
from tests.examples import examples

Make = Callable[..., Comment]

WORDS = st.text(alphabet="aB <>&\"'%{}\u05d0\u202e\n\\", max_size=12)
ANCHORS = ["", "part-1", "part-2", "gone"]
MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


class Parts:
    """A page with two parts, one of which has no address."""

    pk = 1234
    alias_of_id = None

    def __init__(self, *, title: str, locale: Locale | None) -> None:
        self.title, self.locale = title, locale
        self.locale_id = 1 if locale else None

    @property
    def specific(self) -> "Parts":
        return self

    def get_comment_anchors(self) -> dict[str, str]:
        return {"part-1": "The <first> part", "part-2": "100 % & more"}

    def get_comment_anchor_url(self, anchor: str) -> str:
        return "/page/?a=1&b=2#part-1" if anchor == "part-1" else ""


def made(draw: Any, **fields: Any) -> Comment:
    values: dict[str, Any] = {
        "discussion": Discussion(pk=1),
        "status": draw(st.sampled_from([Status.APPROVED, Status.TRASH])),
        "author_name": draw(WORDS),
        "author_url": draw(st.sampled_from(["", "https://example.org/?a=1&b='", "javascript:alert(1)"])),
        "body": draw(WORDS | st.just("A sentence. \n" * 300)),
        "anchor": draw(st.sampled_from(ANCHORS)),
        "anchor_label": draw(WORDS),
        "created_at": draw(MOMENTS),
        "extra": draw(
            st.just({}) | st.fixed_dictionaries({"topic": st.sampled_from(["dose", "cost"]), "secret": WORDS})
        ),
        **fields,
    }
    comment = Comment(**values)
    comment.is_by_editor = draw(st.booleans())
    if draw(st.booleans()):
        comment.keep_rendering()
    comment.pk = comment.uid.int
    comment.path = (comment.parent.path if comment.parent else "") + comment.uid.hex
    comment.depth = 1 if comment.parent else 0
    return comment


@st.composite
def threads(draw: Any) -> list[Comment]:
    """Some comments in the order of a list, of which a parent may be on another page of it."""
    elsewhere = made(draw)
    shown: list[Comment] = []
    for _ in range(draw(st.integers(min_value=1, max_value=4))):
        parent = draw(st.sampled_from([None, elsewhere, *shown]))
        shown.append(made(draw, parent=parent))
    return shown


def squeezed(text: str) -> str:
    """Return HTML in which it doesn't matter how long white space is; that there is some does."""
    return re.sub(r"\s+", " ", text).strip()


@given(
    comments=threads(),
    is_open=st.booleans(),
    language=st.sampled_from(["en", "de", "ar"]),
    of_page=st.sampled_from([None, "en", "ar"]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
    title=st.sampled_from(["A page", "\u05e9\u05dc\u05d5\u05dd"]),
)
@settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_both_make_the_same(
    comments: list[Comment],
    is_open: bool,
    language: str,
    of_page: str | None,
    zone: str,
    title: str,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.STANDFIRST_COMMENTS_FORM = extensions.FORM
    page = Parts(title=title, locale=Locale(language_code=of_page) if of_page else None)
    shown = ShownComments([ListedComment.of(comment) for comment in comments], page=page, is_open=is_open)
    # What ``_as_models`` would load from the database.
    monkeypatch.setattr("comments.presentation._find_models", lambda uids: comments)
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        by_template = "".join(
            render_to_string(
                "standfirst_comments/comment.html", {"shown": one, "comment": one.comment, "page": page}
            )
            for one in shown
        )
        by_code = shown.as_html
    assert squeezed(by_code) == squeezed(by_template)


def test_values_that_readers_may_see_are_written(settings: Any) -> None:
    """Else the comparison above would compare nothing of them."""
    settings.STANDFIRST_COMMENTS_FORM = extensions.FORM
    assert "topic" in extensions.SurveyForm.public_fields
    comment = Comment(status=Status.APPROVED, extra={"topic": "cost"}, author_name="Ada", body="Words.")
    written = write_cards([ListedComment.of(comment)], page=Parts(title="", locale=None), is_open=False)
    assert "<dt>Topic</dt>" in written


@pytest.mark.django_db
class TestTemplatesOfTheSite:
    """A site may draw comments by a template of its own."""

    @pytest.fixture
    def own_template(self, settings: Any, tmp_path: Path) -> Path:
        folder = tmp_path / "standfirst_comments"
        folder.mkdir()
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
        return folder

    @pytest.mark.parametrize("url", ["/the-page/", "/comments/page/{page}/"])
    def test_of_a_comment(
        self, client: Client, plain_page: Page, approved: Make, own_template: Path, url: str
    ) -> None:
        (own_template / "comment.html").write_text(
            "<li>{{ comment.author_email }} {{ shown.text.opening }} {{ request.path }}</li>"
        )
        approved("Words.", author_email="ada@example.org")
        address = url.format(page=plain_page.pk)
        content = client.get(address).content.decode()
        assert f"<li>ada@example.org <p>Words.</p> {address}</li>" in content
        assert "sf-comment-card" not in content

    def test_of_the_list(self, client: Client, approved: Make, own_template: Path) -> None:
        (own_template / "list.html").write_text(
            "{{ shown_comments|length }} {{ shown_comments.0.comment.author_name }}"
            "{% for shown in shown_comments %} {{ shown.comment.body }}{% endfor %}"
        )
        approved("One.", author_name="Ada")
        approved("Two.")
        assert "2 Ada One. Two." in client.get("/the-page/").content.decode()
