"""The JSON API: the same comments, the same form, the same answers as the HTML pages."""

import gzip
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Locale, Page, PageViewRestriction

from comments.api import _describe_words
from comments.enums import Status
from comments.forms import CommentForm
from comments.models import Comment, Discussion, ModerationEntry
from comments.services import set_comment_status, set_discussion_open
from tests.comments.conftest import NO_SUCH_UID, SAME_ORIGIN, MakeComment, insert_comments, uids_in
from tests.examples import RUN_TWICE, examples

Make = Callable[..., Comment]

COMMENT_KEYS = {
    "type",
    "extra",
    "uid",
    "page",
    "parent",
    "depth",
    "anchor",
    "anchor_label",
    "author",
    "body",
    "body_html",
    "reply_count",
    "can_reply",
    "created_at",
    "url",
    "path",
}


def errors_of(response: Any) -> set[tuple[str, str]]:
    """Return (field, code) of each error of a 422."""
    assert response.status_code == 422
    assert all(error["loc"][0] == "body" for error in response.json()["errors"])
    assert all(len(error["loc"]) == 2 for error in response.json()["errors"])
    return {(error["loc"][1], error["code"]) for error in response.json()["errors"]}


class TestList:
    def test_a_comment(self, client: Client, plain_page: Page, approved: Make) -> None:
        comment = approved(
            "Words <b>\n\nMore.",
            author_name="Ada",
            author_email="secret@example.org",
            author_url="https://ada.example.org/",
            ip_address="192.0.2.7",
            user_agent="Lynx",
            anchor="claim-1",
        )
        response = client.get("/api/comments/", {"page": plain_page.pk})
        assert response.status_code == 200
        body = response.json()
        assert set(body) == {"items", "next", "next_cursor", "count", "is_open", "anchors", "labels"}
        assert (body["next"], body["count"], body["is_open"]) == (None, 1, True)
        (item,) = body["items"]
        assert set(item) == COMMENT_KEYS
        assert item["type"] == "comment"
        assert item["page"] == {
            "type": "commented_page",
            "id": plain_page.pk,
            "title": "The page",
            "url": "http://localhost/the-page/",
            "path": "/the-page/",
        }
        assert item["author"] == {
            "type": "comment_author",
            "name": "Ada",
            "url": "https://ada.example.org/",
            "is_editor": False,
        }
        assert (item["body"], item["body_html"]) == (
            "Words <b>\n\nMore.",
            "<p>Words &lt;b&gt;</p>\n<p>More.</p>",
        )
        assert item["anchor"] == "claim-1"
        assert item["created_at"].endswith("Z")
        assert item["path"] == f"/comments/comment/{comment.uid}/"
        for secret in ("secret@example.org", "192.0.2.7", "Lynx"):
            assert secret not in response.content.decode()

    def test_order_and_removed_comments(self, client: Client, plain_page: Page, approved: Make) -> None:
        first, second = approved("Rude."), approved()
        reply = approved(parent=first)
        set_comment_status(uids=[first.uid, second.uid], status=Status.TRASH, actor=None)
        body = client.get("/api/comments/", {"page": plain_page.pk}).json()
        assert uids_in(body) == [first.uid, reply.uid]
        assert body["count"] == 1
        removed, shown = body["items"]
        assert set(removed) == {"type", "uid", "page", "parent", "depth", "reply_count"}
        assert (removed["type"], removed["reply_count"]) == ("removed_comment", 1)
        assert (shown["parent"], shown["depth"]) == (str(first.uid), 1)

    def test_pages_of_the_list(self, client: Client, plain_page: Page) -> None:
        insert_comments(plain_page, 11)
        expected = list(Comment.objects.order_by("path").values_list("uid", flat=True))
        seen: list[UUID] = []
        url = f"/api/comments/?page={plain_page.pk}&limit=4&anchor=part-1"
        while url:
            body = client.get(url).json()
            assert len(body["items"]) <= 4
            assert body["count"] == 11
            seen += uids_in(body)
            url = body["next"]
        assert seen == expected

    def test_a_cursor_is_of_one_page_and_one_part_of_it(self, client: Client, plain_page: Page) -> None:
        insert_comments(plain_page, 3)
        query: dict[str, Any] = {"page": plain_page.pk, "limit": 2}
        query["cursor"] = client.get("/api/comments/", query).json()["next_cursor"]
        assert len(client.get("/api/comments/", {**query, "limit": 5}).json()["items"]) == 1
        refused = client.get("/api/comments/", {**query, "anchor": "part-1"})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["code"] == "invalid_cursor"

    def test_anchor(self, client: Client, plain_page: Page, approved: Make) -> None:
        approved()
        about = approved(anchor="claim-1")
        reply = approved(parent=about)
        body = client.get("/api/comments/", {"page": plain_page.pk, "anchor": "claim-1"}).json()
        assert (uids_in(body), body["count"]) == ([about.uid, reply.uid], 2)

    def test_an_untouched_page(self, client: Client, plain_page: Page) -> None:
        body = client.get("/api/comments/", {"page": plain_page.pk}).json()
        del body["labels"]
        assert body == {
            "items": [],
            "next": None,
            "next_cursor": None,
            "count": 0,
            "is_open": True,
            "anchors": [],
        }
        set_discussion_open(page=plain_page, is_open=False)
        assert not client.get("/api/comments/", {"page": plain_page.pk}).json()["is_open"]

    @pytest.mark.parametrize(
        ("parameters", "status"),
        [
            ({}, 422),
            ({"page": "x"}, 422),
            ({"page": "\0"}, 422),
            ({"page": "1.5"}, 422),
            ({"page": "0"}, 404),
            ({"page": "-1"}, 404),
            ({"page": "9" * 30}, 404),
            ({"page": "9" * 5000}, 422),
            ({"limit": "0"}, 422),
            ({"limit": "101"}, 422),
            ({"limit": "9" * 30}, 422),
            ({"cursor": "x"}, 422),
            ({"cursor": "\0"}, 422),
            ({"cursor": "A" * 10_000}, 422),
            ({"anchor": "\0"}, 200),
            ({"anchor": "🦀"}, 200),
            ({"anchor": "x" * 201}, 422),
            ({"site": "a:b"}, 422),
        ],
    )
    def test_hostile_parameters(
        self, client: Client, plain_page: Page, approved: Make, parameters: dict[str, str], status: int
    ) -> None:
        approved()
        if parameters and "page" not in parameters:
            parameters = {"page": str(plain_page.pk), **parameters}
        assert client.get("/api/comments/", parameters).status_code == status

    @pytest.mark.parametrize("path", ["/api/comments/", "/api/comments/form/"])
    def test_unknown_parameters(self, client: Client, plain_page: Page, path: str) -> None:
        response = client.get(path, {"page": plain_page.pk, "zz": "1"})
        assert response.status_code == 422
        assert [(error["code"], error["loc"]) for error in response.json()["errors"]] == [
            ("unknown_parameter", ["query", "zz"])
        ]

    def test_a_bad_cursor_has_a_code(self, client: Client, plain_page: Page) -> None:
        response = client.get("/api/comments/", {"page": plain_page.pk, "cursor": "AAAA"})
        assert response.json()["errors"][0]["code"] == "invalid_cursor"
        assert response.json()["errors"][0]["loc"] == ["query", "cursor"]

    @pytest.mark.parametrize("kind", ["draft", "private"])
    def test_pages_that_the_public_cannot_see(
        self, client: Client, plain_page: Page, approved: Make, kind: str
    ) -> None:
        comment = approved()
        client.force_login(get_user_model().objects.create_superuser("admin", "a@example.org", "x"))
        if kind == "private":
            PageViewRestriction.objects.create(page=plain_page, restriction_type=PageViewRestriction.LOGIN)
        else:
            Page.objects.update(live=False)
        assert client.get("/api/comments/", {"page": plain_page.pk}).status_code == 404
        assert client.get("/api/comments/form/", {"page": plain_page.pk}).status_code == 404
        assert client.get(f"/api/comments/{comment.uid}/").status_code == 404


class TestOne:
    def test_get(self, client: Client, approved: Make, make_comment: Make) -> None:
        root = approved()
        approved(parent=root)
        response = client.get(f"/api/comments/{root.uid}/")
        assert set(response.json()) == COMMENT_KEYS
        assert response.json()["reply_count"] == 1
        set_comment_status(uids=[root.uid], status=Status.SPAM, actor=None)
        assert client.get(f"/api/comments/{root.uid}/").json()["type"] == "removed_comment"
        assert client.get(f"/api/comments/{make_comment().uid}/").status_code == 404

    @pytest.mark.parametrize("uid", [NO_SUCH_UID, "x", "%00", "0" * 32, NO_SUCH_UID.upper()])
    def test_no_such_comment(self, client: Client, db: None, uid: str) -> None:
        assert client.get(f"/api/comments/{uid}/").status_code == 404


class TestForm:
    def test_it_is_the_html_forms(self, client: Client, plain_page: Page) -> None:
        body = client.get("/api/comments/form/", {"page": plain_page.pk}).json()
        assert body["type"] == "comment_form"
        assert body["is_open"] is True
        assert body["title"] == "Leave a comment"
        assert body["notes"] == [
            "Your email address will not be published.",
            "Required fields are marked *",
        ]
        assert body["submit_url"] == "http://testserver/api/comments/"
        fields = {field["name"]: field for field in body["fields"]}
        assert list(fields) == ["comment", "name", "email", "website", "page", "parent", "anchor"]
        assert set(fields) | {"remember"} == set(CommentForm.base_fields)
        assert [fields[name]["max_length"] for name in ("comment", "name", "email", "website")] == [
            65525,
            245,
            100,
            200,
        ]
        assert [name for name in fields if fields[name]["required"]] == ["comment", "name", "email", "page"]
        assert fields["email"] == {
            "type": "comment_form_field",
            "name": "email",
            "label": "Email",
            "input_type": "email",
            "required": True,
            "max_length": 100,
            "autocomplete": "email",
            "help": None,
            "value": None,
            "is_extra": False,
            "is_multiple": False,
            "choices": [],
        }
        # There may be thousands of pages, and none but this one is meant.
        assert [name for name in fields if fields[name]["choices"]] == []
        assert {name: field["value"] for name, field in fields.items() if field["value"]} == {
            "page": str(plain_page.pk)
        }

    def test_what_a_plain_renderer_of_the_form_sends_is_taken(
        self, client: Client, plain_page: Page, post_json: Any
    ) -> None:
        """Values as text, and "" for each field that is left alone."""
        fields = client.get("/api/comments/form/", {"page": plain_page.pk}).json()["fields"]
        typed = {"comment": "How cold?", "name": "Rosa", "email": "rosa@example.org"}
        sent = {field["name"]: typed.get(field["name"], field["value"] or "") for field in fields}
        assert (sent["parent"], sent["anchor"], sent["website"]) == ("", "", "")
        assert post_json(sent).status_code == 201
        assert Comment.objects.get().body == "How cold?"


class TestPost:
    @pytest.mark.parametrize(
        "sent", ["", " 1", "1.0", "-1", "\u0661", "9" * 19, "9" * 20, "9" * 5000, "x", True, 1.0, [1]]
    )
    def test_what_is_no_id_is_refused(self, post_json: Any, json_data: dict[str, Any], sent: Any) -> None:
        response = post_json({**json_data, "page": sent})
        assert response.status_code == 422
        assert [error["loc"] for error in response.json()["errors"]] == [["body", "page"]]

    @pytest.mark.parametrize(("encoding", "status"), [("gzip", 415), ("br", 415), ("identity", 201)])
    def test_a_compressed_body_is_refused_as_such(
        self, client: Client, json_data: dict[str, Any], encoding: str, status: int
    ) -> None:
        body = json.dumps(json_data).encode()
        response = client.post(
            "/api/comments/",
            gzip.compress(body) if encoding == "gzip" else body,
            content_type="application/json",
            headers={"Content-Encoding": encoding},
        )
        assert response.status_code == status

    def test_accepted(
        self, post_json: Any, json_data: dict[str, Any], client: Client, plain_page: Page
    ) -> None:
        response = post_json(json_data)
        assert response.status_code == 201
        comment = Comment.objects.get()
        assert response["Location"] == f"http://testserver/api/comments/{comment.uid}/"
        body = response.json()
        assert set(body) == {
            "type",
            "uid",
            "status",
            "page",
            "parent",
            "anchor",
            "author",
            "body",
            "created_at",
            "message",
        }
        assert (body["uid"], body["status"]) == (str(comment.uid), "pending")
        assert "ada@example.org" not in response.content.decode()
        assert not response.cookies
        assert client.get(response["Location"]).status_code == 404
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        assert client.get(response["Location"]).json()["body"] == json_data["comment"]

    def test_the_author_is_always_anonymous(
        self, post_json: Any, json_data: dict[str, Any], client: Client
    ) -> None:
        client.force_login(get_user_model().objects.create_user("ada"))
        response = post_json(json_data, headers=SAME_ORIGIN)
        assert Comment.objects.get().user is None
        assert not response.wsgi_request.session.accessed

    def test_reply(self, post_json: Any, json_data: dict[str, Any], approved: Make) -> None:
        parent = approved()
        response = post_json({**json_data, "parent": str(parent.uid)})
        assert response.json()["parent"] == str(parent.uid)

    @pytest.mark.parametrize(
        "content_type",
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x"],
    )
    def test_only_json(self, client: Client, json_data: dict[str, Any], content_type: str, db: None) -> None:
        response = client.post("/api/comments/", json.dumps(json_data), content_type=content_type)
        assert response.status_code == 415
        assert not Comment.objects.exists()

    @pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 100_000, b'"\x00"'])
    def test_broken_json(self, client: Client, db: None, raw: bytes) -> None:
        response = client.post("/api/comments/", raw, content_type="application/json")
        assert response.status_code == 400

    @pytest.mark.parametrize("raw", [b"[]", b"null", b"3", b'"x"', b"{}", b'{"zz": 1}', b"NaN"])
    def test_json_that_is_no_comment(self, client: Client, db: None, raw: bytes) -> None:
        response = client.post("/api/comments/", raw, content_type="application/json")
        assert response.status_code == 422

    def test_no_body(self, client: Client, db: None) -> None:
        response = client.generic("POST", "/api/comments/", CONTENT_TYPE="application/json")
        assert response.status_code == 422

    def test_wrong_types_and_unknown_fields(self, post_json: Any, json_data: dict[str, Any]) -> None:
        response = post_json(
            {**json_data, "page": "one", "comment": 5, "name": None, "email": ["x"], "parent": "x", "zz": 1}
        )
        assert {field for field, _ in errors_of(response)} == {
            "page",
            "comment",
            "name",
            "email",
            "parent",
            "zz",
        }

    def test_lone_surrogates(self, client: Client, plain_page: Page) -> None:
        values = {
            "page": plain_page.pk,
            "comment": "\ud800",
            "name": "\udfff",
            "email": "a\ud800@example.org",
            "website": "https://\ud800.org",
            "anchor": "\ud800",
        }
        raw = json.dumps(values)  # It writes them as escapes, which JSON allows.
        response = client.post("/api/comments/", raw, content_type="application/json")
        assert response.status_code == 422
        assert not Comment.objects.exists()

    @given(
        values=st.fixed_dictionaries(
            {},
            optional={
                name: st.text() | st.integers() | st.none() | st.floats() | st.lists(st.text(), max_size=2)
                for name in ("comment", "name", "email", "website", "page", "parent", "anchor")
            },
        )
    )
    @settings(
        max_examples=examples(80),
        suppress_health_check=[HealthCheck.function_scoped_fixture, *RUN_TWICE],
        deadline=None,
    )
    def test_anything(self, post_json: Any, json_data: dict[str, Any], values: dict[str, Any]) -> None:
        response = post_json(json.dumps({**json_data, **values}))
        assert response.status_code in {201, 409, 422, 400}


class TestParity:
    """The same comment, sent as a form and as JSON, meets the same fate."""

    @pytest.mark.parametrize(
        "change",
        [
            {},
            {"comment": "Two\r\nlines  ", "name": "  Ada \t Byron ", "website": "example.org"},
            {"comment": ""},
            {"comment": "\u200b", "name": "\u200b", "email": "", "website": "javascript:1"},
            {"website": "https://bank.example@evil.example/"},
            {"comment": "x" * 65_526, "name": "x" * 246, "email": "x", "website": "ftp://example.org"},
            {"comment": "nul \0", "name": "nul \0", "email": "nul\0@b.org", "website": "https://a\0.org"},
            {"email": "a" * 95 + "@b.org", "website": "https://example.org/" + "x" * 200},
            {"anchor": "unknown"},
            {"parent": NO_SUCH_UID},
            {"page": 999_999},
        ],
    )
    def test_rows_and_errors(
        self,
        post: Any,
        post_json: Any,
        form_data: dict[str, str],
        json_data: dict[str, Any],
        change: dict[str, Any],
    ) -> None:
        html_response = post({**form_data, **change})
        html_row = self.take_row()
        json_response = post_json({**json_data, **change})
        json_row = self.take_row()
        assert html_row == json_row
        assert (html_response.status_code, json_response.status_code) in {(303, 201), (422, 422)}
        assert (html_response.status_code == 303) == (html_row is not None)
        if json_response.status_code == 422:
            form = html_response.context["form"]
            assert errors_of(json_response) == {
                (name, error.code) for name, errors in form.errors.as_data().items() for error in errors
            }

    def test_refusals(
        self,
        post: Any,
        post_json: Any,
        form_data: dict[str, str],
        json_data: dict[str, Any],
        plain_page: Page,
        settings: Any,
    ) -> None:
        post(form_data)
        assert (post(form_data).status_code, post_json(json_data).status_code) == (409, 409)
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 15
        other = {"comment": "Other."}
        responses = [post({**form_data, **other}), post_json({**json_data, **other})]
        assert [response.status_code for response in responses] == [429, 429]
        set_discussion_open(page=plain_page, is_open=False)
        responses = [post({**form_data, **other}), post_json({**json_data, **other})]
        assert [response.status_code for response in responses] == [403, 403]
        assert Comment.objects.count() == 1

    def take_row(self) -> dict[str, Any] | None:
        comment = Comment.objects.values(
            "status",
            "author_name",
            "author_email",
            "author_url",
            "user",
            "body",
            "anchor",
            "parent",
            "depth",
            "ip_address",
            "user_agent",
        ).first()
        entries = list(ModerationEntry.objects.values("from_status", "to_status", "reason", "actor"))
        counts = list(Discussion.objects.values("approved_count", "pending_count", "version"))
        Discussion.objects.all().delete()
        return {**comment, "entries": entries, "counts": counts} if comment else None


class TestCost:
    @pytest.mark.parametrize(
        ("url", "limit"),
        [
            ("/api/comments/?page={page}&limit=100", 6),
            ("/api/comments/?page={page}&limit=100&anchor=part-1", 7),
            ("/api/comments/form/?page={page}", 7),
            ("/api/comments/{uid}/", 6),
        ],
    )
    def test_queries_do_not_grow(self, client: Client, plain_page: Page, url: str, limit: int) -> None:
        insert_comments(plain_page, 1)
        address = url.format(page=plain_page.pk, uid=Comment.objects.get().uid)
        client.get(address)
        counts = []
        for more in (0, 9, 90):
            insert_comments(plain_page, more)
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address)
            assert response.status_code == 200
            assert all(query["sql"].startswith("SELECT") for query in queries)
            assert not response.wsgi_request.session.accessed
            assert not response.cookies
            counts.append(len(queries))
        assert counts == [counts[0]] * 3
        assert counts[0] <= limit

    def test_posting_does_not_get_dearer(
        self, post_json: Any, json_data: dict[str, Any], plain_page: Page
    ) -> None:
        counts = []
        for number, more in enumerate((1, 9, 90)):
            insert_comments(plain_page, more)
            with CaptureQueriesContext(connection) as queries:
                assert post_json({**json_data, "comment": f"{number}"}).status_code == 201
            counts.append(len(queries))
        assert counts[1] == counts[2]
        assert counts[2] <= 16


class TestWords:
    def test_those_around_a_discussion_come_with_it(
        self, client: Client, plain_page: Page, approved: MakeComment
    ) -> None:
        empty = client.get("/api/comments/", {"page": plain_page.pk}).json()
        assert empty["labels"] == {
            "type": "discussion_labels",
            "heading": "Comments",
            "empty": "No comments yet. Yours would be the first.",
            "closed": "Comments on this page are closed.",
            "removed": "This comment has been removed.",
            "reply": "Reply",
            "editor": "Editor",
        }
        approved("One")
        assert (
            client.get("/api/comments/", {"page": plain_page.pk}).json()["labels"]["heading"] == "1 comment"
        )
        form = client.get("/api/comments/form/", {"page": plain_page.pk}).json()
        assert (form["submit_label"], form["closed_label"]) == (
            "Post comment",
            "Comments on this page are closed.",
        )

    def test_they_are_in_the_language_of_the_page(
        self, client: Client, plain_page: Page, approved: MakeComment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        approved("One")
        page_locale = Locale.objects.create(language_code="de")
        Page.objects.filter(pk=plain_page.pk).update(locale=page_locale)
        monkeypatch.setattr("standfirst.languages._is_translated", lambda code: code == "de")
        languages: list[str | None] = []
        monkeypatch.setattr("comments.api._describe_words", lambda count: note(languages, count))
        client.get("/api/comments/", {"page": plain_page.pk})
        assert languages == ["de"]

    def test_a_reply_is_taken_while_the_discussion_is_open(
        self, client: Client, plain_page: Page, approved: MakeComment
    ) -> None:
        comment = approved("One")
        for is_open in (True, False):
            set_discussion_open(page=plain_page, is_open=is_open)
            (item,) = client.get("/api/comments/", {"page": plain_page.pk}).json()["items"]
            assert item["can_reply"] is is_open
            assert client.get(f"/api/comments/{comment.uid}/").json()["can_reply"] is is_open


def note(languages: list[str | None], count: int) -> Any:
    """Remember which language the words of a list are asked for in."""
    languages.append(get_language())
    return _describe_words(count)
