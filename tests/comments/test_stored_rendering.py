"""What a comment's text looks like is kept with it, and never shown once the text is another."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from wagtail.models import Page, Site

from comments import stored_rendering
from comments.enums import Status
from comments.models import Comment
from comments.rendering import RENDERER_VERSION, fold_text, render_body
from comments.services import render_comments, set_comment_status, submit_comment
from comments.stored_rendering import MARK_MAX_LENGTH, from_stored, mark_of, render, to_stored
from tests.examples import RUN_TWICE, examples

Make = Callable[..., Comment]
Change = Callable[[Comment], Any]

# All of Unicode, and the signs that the renderer looks at, often enough to meet.
TEXTS = st.text(max_size=400) | st.text(
    alphabet="htps:/.<>\"'&() \n\r\t)]a\u202e\u2067\u05d0\u0627\u0301\u200d!-", max_size=4000
)


def corpus() -> list[str]:
    """Return texts in which every rule of the renderer is at work."""
    paragraph = "A sentence, and another one. " * 8
    return [
        "One\r\ntwo\r\n \r\n\r\nthree\n",
        "<b>bold</b> & \"quoted\" 'too'",
        "See (https://en.example.org/Dose_(medicine)), HTTP://EXAMPLE.ORG! and https://a@example.org/.",
        "\u05e9\u05dc\u05d5\u05dd \u202ehttps://example.org/\u202c \u2067\u0645\u2069",
        f"{paragraph}\n\n" * 12,
        "line\n" * 60,
        "x" * 5000,
        "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 600,
    ]


class TestStored:
    @given(TEXTS)
    def test_what_is_stored_equals_a_fresh_rendering(self, body: str) -> None:
        found = from_stored(body, to_stored(render(body)), mark_of(body))
        opening, rest = fold_text(body)
        assert found == render(body)
        assert found.whole == render_body(body)
        assert (found.opening, found.rest) == (render_body(opening), render_body(rest))
        assert all(hasattr(part, "__html__") for part in found)

    @given(TEXTS, TEXTS)
    def test_a_mark_is_of_one_text(self, one: str, other: str) -> None:
        assert (mark_of(one) == mark_of(other)) == (one == other)
        assert len(mark_of(one)) == MARK_MAX_LENGTH
        assert from_stored(other, "<p>Of another text</p>", mark_of(f"{other}.")) == render(other)

    def test_a_change_of_the_renderer_needs_another_version(self) -> None:
        """If this fails, raise ``RENDERER_VERSION`` and put the new digest here."""
        made = json.dumps([render(text) for text in corpus()]).encode()
        assert (RENDERER_VERSION, hashlib.sha256(made).hexdigest()[:16]) == (1, "019349707d0909d9")

    def test_a_new_version_makes_all_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        mark = mark_of("Words.")
        monkeypatch.setattr(stored_rendering, "RENDERER_VERSION", RENDERER_VERSION + 1)
        assert mark_of("Words.") != mark
        assert from_stored("Words.", "<p>As of old</p>", mark).whole == "<p>Words.</p>"

    @pytest.mark.parametrize("parts", [2, 4])
    def test_html_that_sql_has_damaged_is_made_anew(self, parts: int) -> None:
        stored = "<!---->".join(["<p>Torn</p>"] * parts)
        assert from_stored("Words.", stored, mark_of("Words.")) == render("Words.")


class Submitted(TestCase):
    """Through the service, and the database."""

    @given(TEXTS.filter(lambda text: "\0" not in text))
    @settings(max_examples=examples(60), deadline=None, suppress_health_check=RUN_TWICE)
    def test_it_is_rendered_when_it_is_written(self, body: str) -> None:
        page = Site.objects.get(is_default_site=True).root_page
        submit_comment(page=page, body=body, author_name="Ada", author_email="ada@example.org")
        stored = Comment.objects.get()
        assert (stored.rendered_body, stored.rendered_from) == (to_stored(render(body)), mark_of(body))
        assert stored.rendering == render(body)


def change_by_sql(comment: Comment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE standfirst_comments_comment SET body = 'Changed.'")


def change_by_update(comment: Comment) -> None:
    Comment.objects.filter(pk=comment.pk).update(body="Changed.")


def change_by_bulk_update(comment: Comment) -> None:
    comment.body = "Changed."
    Comment.objects.bulk_update([comment], ["body"])


def change_by_saving(comment: Comment) -> None:
    comment.body = "Changed."
    comment.save()


def change_by_saving_the_text(comment: Comment) -> None:
    comment.body = "Changed."
    comment.save(update_fields=["body"])


CHANGES = [
    change_by_sql,
    change_by_update,
    change_by_bulk_update,
    change_by_saving,
    change_by_saving_the_text,
]


@pytest.mark.django_db
class TestNeverStale:
    """Every act on a comment, and what readers see right after it, as HTML and as JSON."""

    def see(self, client: Client, page: Page) -> tuple[str, list[dict[str, Any]]]:
        document = BeautifulSoup(client.get("/the-page/").content, "html.parser")
        section = document.select_one(".sf-comment-list")
        items = client.get("/api/comments/", {"page": page.pk}).json()["items"]
        for item in items:
            assert client.get(f"/api/comments/{item['uid']}/").json() == item
        return " ".join(section.get_text(" ").split()) if section else "", items

    @pytest.mark.parametrize("change", CHANGES)
    def test_a_text_that_was_changed(
        self, client: Client, plain_page: Page, approved: Make, change: Change
    ) -> None:
        comment = approved("As it was.")
        assert "As it was." in self.see(client, plain_page)[0]
        change(Comment.objects.get(pk=comment.pk))
        text, (item,) = self.see(client, plain_page)
        assert ("Changed." in text, "As it was." in text) == (True, False)
        assert (item["body"], item["body_html"]) == ("Changed.", "<p>Changed.</p>")

    @pytest.mark.parametrize("change", [change_by_saving, change_by_saving_the_text])
    def test_a_save_stores_what_it_looks_like(self, approved: Make, change: Change) -> None:
        change(approved())
        stored = Comment.objects.get()
        assert (stored.rendered_body, stored.rendered_from) == ("<p>Changed.</p>", mark_of("Changed."))

    @pytest.mark.parametrize("change", [change for change in CHANGES if change is not change_by_sql])
    def test_no_word_stays_behind(self, approved: Make, change: Change) -> None:
        change(approved("Secret."))
        (columns,) = Comment.objects.values()
        assert "Secret" not in str(columns)

    def test_a_save_of_something_else_leaves_it(self, approved: Make) -> None:
        comment = approved("As it was.")
        Comment.objects.update(body="Changed.")
        comment.author_name = "Rosa"
        comment.save(update_fields=["author_name"])
        assert Comment.objects.get().rendering == render("Changed.")

    def test_an_author_who_is_renamed(self, client: Client, plain_page: Page, approved: Make) -> None:
        root = approved(author_name="Ada")
        approved(parent=root, author_name="Rosa")
        Comment.objects.filter(pk=root.pk).update(author_name="Anonymous")
        text, items = self.see(client, plain_page)
        assert "Ada" not in text
        assert "In reply to Anonymous" in text
        assert [item["author"]["name"] for item in items] == ["Anonymous", "Rosa"]

    @pytest.mark.parametrize("act", ["leaves", "is deleted", "is deactivated"])
    def test_an_editor_who(self, client: Client, plain_page: Page, approved: Make, act: str) -> None:
        editor = get_user_model().objects.create_user("editor")
        editor.groups.add(Group.objects.get(name="Editors"))
        approved(user=editor)
        text, (item,) = self.see(client, plain_page)
        assert ("Editor" in text, item["author"]["is_editor"]) == (True, True)
        if act == "leaves":
            editor.groups.clear()
        elif act == "is deleted":
            editor.delete()
        else:
            get_user_model().objects.update(is_active=False)
        text, (item,) = self.see(client, plain_page)
        assert ("Editor" in text, item["author"]["is_editor"]) == (False, False)

    def test_a_parent_that_is_removed_and_comes_back(
        self, client: Client, plain_page: Page, approved: Make
    ) -> None:
        root = approved("Rude.", author_name="Ada")
        reply = approved("Well.", parent=root, author_name="Rosa")
        for status, shown in [(Status.TRASH, False), (Status.APPROVED, True), (Status.SPAM, False)]:
            set_comment_status(uids=[root.uid], status=status, actor=None)
            text, items = self.see(client, plain_page)
            assert ("Rude." in text, "In reply to Ada" in text) == (shown, shown)
            assert ("In reply to a removed comment" in text) == (not shown)
            assert [item["type"] for item in items] == ["comment" if shown else "removed_comment", "comment"]
        set_comment_status(uids=[reply.uid], status=Status.PENDING, actor=None)
        assert self.see(client, plain_page) == ("", [])

    def test_reading_renders_nothing(
        self, client: Client, plain_page: Page, approved: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        approved("Short.")
        approved("A long sentence. " * 300)
        before = self.see(client, plain_page)
        monkeypatch.setattr(stored_rendering, "render_body", None)
        monkeypatch.setattr(stored_rendering, "fold_text", None)
        assert self.see(client, plain_page) == before


@pytest.mark.django_db
class TestCommand:
    def test_it_brings_up_to_date_what_is_not(
        self, approved: Make, capsys: pytest.CaptureFixture[str]
    ) -> None:
        current, changed, old = approved("One."), approved("Two."), approved("Three.")
        Comment.objects.filter(pk=changed.pk).update(body="Another.")
        Comment.objects.filter(pk=old.pk).update(rendered_from="", rendered_body="")
        with pytest.raises(CommandError, match="2 of 3 comments are out of date"):
            call_command("standfirst_render_comments", "--check")
        assert Comment.objects.get(pk=old.pk).rendered_from == ""
        version = current.discussion.version
        call_command("standfirst_render_comments")
        assert capsys.readouterr().out == "3 comments looked at, 2 of them rendered.\n"
        assert [comment.rendered_body for comment in Comment.objects.order_by("pk")] == [
            "<p>One.</p>",
            "<p>Another.</p>",
            "<p>Three.</p>",
        ]
        current.discussion.refresh_from_db()
        assert current.discussion.version == version
        call_command("standfirst_render_comments", "--check")
        assert render_comments(check_only=False) == (0, 3)

    def test_all_are_looked_at(self, approved: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("comments.services.rendering._AT_ONCE", 2)
        for _ in range(5):
            approved()
        Comment.objects.update(rendered_from="")
        assert render_comments(check_only=True) == (5, 5)
        assert render_comments(check_only=False) == (5, 5)
        assert render_comments(check_only=True) == (0, 5)

    def test_a_text_that_changes_meanwhile_is_left(
        self, approved: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        approved("One.")
        Comment.objects.update(rendered_from="")
        keep = Comment.keep_rendering

        def change_first(comment: Comment) -> None:
            keep(comment)
            Comment.objects.update(body="Another.")

        monkeypatch.setattr(Comment, "keep_rendering", change_first)
        render_comments(check_only=False)
        assert Comment.objects.get().rendering == render("Another.")
        assert Comment.objects.get().rendered_from == ""
