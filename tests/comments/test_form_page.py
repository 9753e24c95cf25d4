"""The form as readers meet it, with JavaScript off."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from comments.enums import Status
from comments.models import BODY_MAX_LENGTH, Comment, Discussion
from comments.services import set_comment_status, set_discussion_open
from tests.comments.conftest import NO_SUCH_UID, SAME_ORIGIN

Make = Callable[..., Comment]


class Controls(HTMLParser):
    """Collect the attributes of a document's form controls by name, and all ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.controls: dict[str, dict[str, str | None]] = {}
        self.ids: list[str] = []
        self.labels: set[str | None] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if identifier := attributes.get("id"):
            self.ids.append(identifier)
        if tag in {"input", "textarea"}:
            self.controls[attributes.get("name") or ""] = attributes
        if tag == "label":
            self.labels.add(attributes.get("for"))


def text_of(response: Any) -> str:
    return html.unescape(response.content.decode())


class TestAccepted:
    def test_the_author_is_led_back_to_the_page(
        self, post: Any, form_data: dict[str, str], plain_page: Page, client: Client
    ) -> None:
        response = post(form_data)
        assert response.status_code == 303
        assert response["Location"] == f"/comments/received/{plain_page.pk}/"
        comment = Comment.objects.get()
        assert (comment.body, comment.author_name, comment.author_email, comment.author_url) == (
            "The dose is missing.",
            "Ada Byron",
            "ada@example.org",
            "https://ada.example.org/",
        )
        assert (comment.status, comment.discussion.page_id, comment.user) == (
            Status.PENDING,
            plain_page.pk,
            None,
        )
        assert comment.ip_address == "127.0.0.1"
        answer = client.get(response["Location"])
        assert answer["Cache-Control"] == "private, no-store"
        shown = text_of(answer)
        assert '<h1 class="sf-comment-title">Thank you. Your comment has been received.</h1>' in shown
        assert "awaits moderation" in shown
        assert "The dose is missing." not in shown
        assert '<a href="/the-page/">Back to' in shown

    def test_nobody_else_is_thanked(
        self, post: Any, form_data: dict[str, str], plain_page: Page, make_page: Callable[..., Page]
    ) -> None:
        address = post(form_data)["Location"]
        stranger = text_of(Client().get(address))
        assert "Thank you" not in stranger
        assert "once a moderator has approved them. If you have just sent one" in stranger
        # Nor is the author, for another page.
        other = make_page("Another", slug="another")
        author = Client()
        author.post("/comments/post/", {**form_data, "comment": "More."}, headers=SAME_ORIGIN)
        assert "Thank you" in text_of(author.get(address))
        assert "Thank you" not in text_of(author.get(f"/comments/received/{other.pk}/"))

    def test_an_address_of_old_congratulates_nobody(self, client: Client, plain_page: Page) -> None:
        assert "received" not in text_of(client.get("/the-page/?comment=held"))

    def test_the_thanks_come_with_a_cookie_of_minutes_that_no_page_gets(
        self, post: Any, form_data: dict[str, str]
    ) -> None:
        (cookie,) = post(form_data).cookies.values()
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/comments/", True, "Lax")
        assert 0 < cookie["max-age"] <= 600

    def test_the_way_back_leads_to_what_was_answered(
        self, post: Any, form_data: dict[str, str], approved: Make, client: Client, plain_page: Page
    ) -> None:
        parent = approved()
        address = post({**form_data, "parent": str(parent.uid)})["Location"]
        for shown in (
            client.get(address),
            client.get("/comments/form/", {"page": plain_page.pk, "parent": parent.uid}),
            post({**form_data, "name": "", "parent": str(parent.uid)}),
        ):
            assert f'<a href="/comments/comment/{parent.uid}/">Back to' in text_of(shown)

    @pytest.mark.parametrize("query", ["?anchor=%00", "?parent=x", "?parent=%00", "?anchor=" + "x" * 3000])
    def test_the_page_of_thanks_bears_anything(self, client: Client, plain_page: Page, query: str) -> None:
        assert client.get(f"/comments/received/{plain_page.pk}/{query}").status_code == 200

    def test_there_are_no_thanks_for_what_nobody_may_see(self, client: Client, plain_page: Page) -> None:
        plain_page.live = False
        plain_page.save()
        client.cookies["standfirst_received"] = str(plain_page.pk)
        assert client.get(f"/comments/received/{plain_page.pk}/").status_code == 404

    def test_a_page_without_a_discussion_has_no_thanks(
        self, client: Client, plain_page: Page, settings: Any
    ) -> None:
        assert client.get(f"/comments/received/{plain_page.pk}/").status_code == 200
        settings.STANDFIRST_COMMENTS_PAGE_TYPES = []
        assert client.get(f"/comments/received/{plain_page.pk}/").status_code == 404

    def test_what_may_be_left_empty_says_so(self, client: Client, plain_page: Page) -> None:
        shown = BeautifulSoup(client.get("/the-page/").content, "html.parser")
        labels = [" ".join(label.get_text().split()) for label in shown.select(".sf-comment-label")]
        assert labels == ["Comment *", "Name *", "Email *", "Website (optional)"]

    def test_website_without_scheme(self, post: Any, form_data: dict[str, str]) -> None:
        assert post({**form_data, "website": "ada.example.org"}).status_code == 303
        assert Comment.objects.get().author_url == "https://ada.example.org"

    def test_a_signed_in_reader_is_known(self, post: Any, form_data: dict[str, str], client: Client) -> None:
        user = get_user_model().objects.create_user("ada")
        client.force_login(user)
        post(form_data)
        assert Comment.objects.get().user == user

    def test_without_any_header_the_session_is_not_believed(
        self, form_data: dict[str, str], client: Client
    ) -> None:
        client.force_login(get_user_model().objects.create_user("ada"))
        assert client.post("/comments/post/", form_data).status_code == 303
        assert Comment.objects.get().user is None

    def test_address_behind_proxies(self, post: Any, form_data: dict[str, str], settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_TRUSTED_PROXIES = 1
        post(form_data, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
        assert Comment.objects.get().ip_address == "198.51.100.7"

    def test_forwarded_addresses_are_ignored_by_default(self, post: Any, form_data: dict[str, str]) -> None:
        post(form_data, headers={"X-Forwarded-For": "198.51.100.7"})
        assert Comment.objects.get().ip_address == "127.0.0.1"

    def test_our_script_gets_the_notice_alone(self, post: Any, form_data: dict[str, str]) -> None:
        response = post(form_data, headers={"X-Requested-With": "XMLHttpRequest"})
        assert response.status_code == 201
        assert "comment-notice" in text_of(response)
        assert "<html" not in text_of(response)


class TestErrors:
    def test_everything_typed_is_kept_and_every_field_marked(
        self, post: Any, form_data: dict[str, str], approved: Make
    ) -> None:
        parent = approved()
        data = {
            **form_data,
            "comment": "Line one\r\n<b>two</b>",
            "name": " ",
            "email": "not an address",
            "website": "javascript:alert(1)",
            "parent": str(parent.uid),
            "remember": "on",
        }
        response = post(data)
        assert response.status_code == 422
        assert Comment.objects.count() == 1
        shown = response.content.decode()
        controls = Controls(shown).controls
        assert "Line one\r\n&lt;b&gt;two&lt;/b&gt;</textarea>" in shown
        assert controls["email"]["value"] == "not an address"
        assert controls["website"]["value"] == "javascript:alert(1)"
        assert controls["parent"]["value"] == str(parent.uid)
        assert controls["page"]["value"] == form_data["page"]
        assert "checked" in controls["remember"]
        ids = Controls(shown).ids
        assert len(ids) == len(set(ids))
        for name in ("name", "email", "website"):
            assert controls[name]["aria-invalid"] == "true"
            described_by = controls[name]["aria-describedby"] or ""
            assert described_by in ids
            assert f'href="#{controls[name]["id"]}"' in shown
        assert "aria-invalid" not in controls["comment"]
        assert re.search(r'id="comment-errors" role="alert" tabindex="-1" autofocus', shown)
        assert "<title>Error:" in shown
        assert parent.author_name in shown
        assert "private" in response["Cache-Control"]

    def test_every_control_has_a_label_and_autocomplete(self, client: Client, plain_page: Page) -> None:
        form = Controls(client.get(f"/comments/form/?page={plain_page.pk}").content.decode())
        for name in ("comment", "name", "email", "website", "remember"):
            assert form.controls[name]["id"] in form.labels
        assert [form.controls[name].get("autocomplete") for name in ("name", "email", "website")] == [
            "name",
            "email",
            "url",
        ]
        assert ["required" in form.controls[name] for name in ("comment", "name", "email", "website")] == [
            True,
            True,
            True,
            False,
        ]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("comment", ""),
            ("comment", " \r\n\t "),
            ("comment", "\u200b\u2060"),
            ("comment", "x" * (BODY_MAX_LENGTH + 1)),
            ("name", "\u200b"),
            ("name", "x" * 246),
            ("email", ""),
            ("email", "a" * 95 + "@b.org"),
            ("website", "ftp://example.org/"),
            ("website", "https://example.org/" + "x" * 181),
            ("page", ""),
            ("page", "9" * 40),
            ("page", "1e5"),
            ("page", "-1"),
            ("parent", "not-a-uuid"),
            ("parent", NO_SUCH_UID),
            ("anchor", "claim-1"),
            ("comment", "nul \0 byte"),
            ("name", "nul \0 byte"),
            ("email", "nul\0@example.org"),
            ("website", "http://javascript:alert(1)@e.org/"),
            ("website", "bank.example@evil.example"),
            ("website", "https://nul\0.example.org/"),
            ("page", "\0"),
            ("parent", "\0"),
            ("anchor", "\0"),
        ],
    )
    def test_refused_values(self, post: Any, form_data: dict[str, str], field: str, value: str) -> None:
        assert post({**form_data, field: value}).status_code == 422
        assert not Comment.objects.exists()

    def test_lengths_count_lines_as_browsers_do(self, post: Any, form_data: dict[str, str]) -> None:
        body = "x\r\n" * (BODY_MAX_LENGTH // 2) + "x"
        assert post({**form_data, "comment": body}).status_code == 303
        assert len(Comment.objects.get().body) == BODY_MAX_LENGTH

    def test_a_name_is_one_line_without_control_characters(
        self, post: Any, form_data: dict[str, str]
    ) -> None:
        post({**form_data, "name": "Ada\r\nBcc: all@example.org\x1b[31m"})
        assert Comment.objects.get().author_name == "Ada Bcc: all@example.org[31m"

    def test_our_script_gets_the_form_alone(self, post: Any, form_data: dict[str, str]) -> None:
        response = post({**form_data, "name": ""}, headers={"X-Requested-With": "XMLHttpRequest"})
        assert response.status_code == 422
        assert text_of(response).lstrip().startswith('<div class="sf-comment-form-box"')

    def test_empty_and_foreign_bodies(self, client: Client, plain_page: Page) -> None:
        assert client.post("/comments/post/", headers=SAME_ORIGIN).status_code == 422
        for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded", "x"):
            response = client.post(
                "/comments/post/", b'\xff\xfe{"page": \x00', content_type=content_type, headers=SAME_ORIGIN
            )
            assert response.status_code == 422

    @pytest.mark.parametrize("charset", ["rot13", "hex", "utf-16", "nonsense", "\xff"])
    def test_strange_charsets(
        self, client: Client, plain_page: Page, form_data: dict[str, str], charset: str
    ) -> None:
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            response = client.generic(
                "POST",
                "/comments/post/",
                b"comment=%ff%fe&name=x",
                content_type=f"{kind}; charset={charset}",
                headers=SAME_ORIGIN,
            )
            assert response.status_code in {400, 422}

    def test_broken_multipart(self, client: Client, plain_page: Page) -> None:
        response = client.post(
            "/comments/post/", b"--x\r\nbroken", content_type="multipart/form-data", headers=SAME_ORIGIN
        )
        assert response.status_code == 400

    def test_get_is_not_allowed(self, client: Client, db: None) -> None:
        assert client.get("/comments/post/").status_code == 405


class TestRefused:
    def test_closed(self, post: Any, form_data: dict[str, str], plain_page: Page) -> None:
        set_discussion_open(page=plain_page, is_open=False)
        for data in (form_data, {**form_data, "name": ""}):
            response = post(data)
            assert response.status_code == 403
            assert "Comments on this page are closed." in text_of(response)
            assert "The dose is missing." in text_of(response)

    def test_duplicate(self, post: Any, form_data: dict[str, str]) -> None:
        post(form_data)
        response = post(form_data)
        assert response.status_code == 409
        assert "already posted" in text_of(response)
        assert "The dose is missing." in text_of(response)
        assert Comment.objects.count() == 1

    def test_flood(self, post: Any, form_data: dict[str, str], settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 15
        post(form_data)
        response = post({**form_data, "comment": "Something else."})
        assert response.status_code == 429
        assert 1 <= int(response["Retry-After"]) <= 15
        assert "Something else." in text_of(response)
        Comment.objects.update(created_at=timezone.now() - timedelta(seconds=20))
        assert post({**form_data, "comment": "Something else."}).status_code == 303

    def test_removed_parent(self, post: Any, form_data: dict[str, str], approved: Make) -> None:
        parent = approved()
        set_comment_status(uids=[parent.uid], status=Status.SPAM, actor=None)
        response = post({**form_data, "parent": str(parent.uid)})
        assert response.status_code == 422
        assert "no longer available" in text_of(response)
        assert "The dose is missing." in text_of(response)

    @pytest.mark.parametrize("headers", [{}, {"X-Requested-With": "XMLHttpRequest"}])
    @pytest.mark.parametrize("mistake", [{}, {"name": ""}])
    @pytest.mark.parametrize("field", ["parent", "anchor"])
    def test_a_place_that_is_gone_is_said_once_and_dropped(
        self,
        post: Any,
        form_data: dict[str, str],
        approved: Make,
        field: str,
        mistake: dict[str, str],
        headers: dict[str, str],
    ) -> None:
        parent = approved()
        set_comment_status(uids=[parent.uid], status=Status.SPAM, actor=None)
        gone = {"parent": str(parent.uid), "anchor": "claim-1"}[field]
        response = post({**form_data, **mistake, field: gone}, headers=headers)
        assert response.status_code == 422
        assert "no longer available. Post again to comment on the whole page." in text_of(response)
        controls = Controls(response.content.decode()).controls
        assert not controls["parent"].get("value")
        assert not controls["anchor"].get("value")
        kept = {name: controls[name].get("value") or "" for name in ("page", "parent", "anchor")}
        again = post({**form_data, **kept}, headers=headers)
        assert again.status_code == (201 if headers else 303)
        comment = Comment.objects.latest("pk")
        assert (comment.parent, comment.anchor) == (None, "")

    def test_a_reply_about_a_part_that_is_gone_stays_a_reply(
        self, post: Any, form_data: dict[str, str], approved: Make
    ) -> None:
        parent = approved()
        response = post({**form_data, "parent": str(parent.uid), "anchor": "claim-1"})
        assert "no longer available. Post again to reply to the comment." in text_of(response)
        controls = Controls(response.content.decode()).controls
        assert controls["parent"]["value"] == str(parent.uid)
        assert not controls["anchor"].get("value")

    @pytest.mark.parametrize("kind", ["draft", "private", "root"])
    def test_pages_that_the_public_cannot_see(
        self, post: Any, form_data: dict[str, str], make_page: Callable[..., Page], kind: str
    ) -> None:
        hidden = make_page("Hidden", live=kind != "draft")
        if kind == "private":
            PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
        target = Page.objects.get(depth=1) if kind == "root" else hidden
        assert post({**form_data, "page": str(target.pk)}).status_code == 422
        assert not Discussion.objects.exists()

    def test_a_private_page_takes_comments_of_those_who_may_read_it(
        self, post: Any, form_data: dict[str, str], plain_page: Page, client: Client
    ) -> None:
        PageViewRestriction.objects.create(page=plain_page, restriction_type=PageViewRestriction.LOGIN)
        client.force_login(get_user_model().objects.create_user("ada"))
        assert client.post("/comments/post/", form_data).status_code == 422
        assert post(form_data).status_code == 303


class TestOrigin:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Sec-Fetch-Site": "same-origin"}, 303),
            ({"Sec-Fetch-Site": "none"}, 303),
            ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Sec-Fetch-Site": "nonsense"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Origin": "https://partner.example"}, 303),
            ({"Sec-Fetch-Site": "same-site", "Origin": "https://a.family.example"}, 303),
            ({"Origin": "http://testserver"}, 303),
            ({"Origin": "https://testserver"}, 403),
            ({"Origin": "http://testserver.evil.example"}, 403),
            ({"Origin": "http://testserver:8000"}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://[broken"}, 403),
            ({"Origin": "https://evil.example", "Referer": "http://testserver/"}, 403),
            ({"Origin": "https://family.example"}, 403),
            ({"Origin": "https://notfamily.example"}, 403),
            ({"Referer": "http://testserver/the-page/"}, 303),
            ({"Referer": "https://evil.example/testserver/"}, 403),
            ({"Referer": "http://testserver@evil.example/"}, 403),
            ({}, 303),
        ],
    )
    def test_verdicts(
        self,
        client: Client,
        form_data: dict[str, str],
        settings: Any,
        headers: dict[str, str],
        status: int,
    ) -> None:
        settings.CSRF_TRUSTED_ORIGINS = ["https://partner.example", "https://*.family.example"]
        response = client.post("/comments/post/", form_data, headers=headers)
        assert response.status_code == status
        assert Comment.objects.exists() == (status == 303)
        if status == 403:
            assert "another website" in text_of(response)
            assert "The dose is missing." in text_of(response)

    def test_a_foreign_page_cannot_use_a_session_nor_write_for_its_owner(
        self, form_data: dict[str, str]
    ) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(get_user_model().objects.create_user("ada"))
        response = strict.post("/comments/post/", form_data, headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 403
        assert strict.post("/comments/post/", form_data, headers=SAME_ORIGIN).status_code == 303


class TestStandAlone:
    def test_reply(self, client: Client, plain_page: Page, approved: Make) -> None:
        parent = approved(author_name="Grace <Hopper>")
        response = client.get(f"/comments/form/?page={plain_page.pk}&parent={parent.uid}")
        assert response.status_code == 200
        assert "Grace &lt;Hopper&gt;" in response.content.decode()
        controls = Controls(response.content.decode()).controls
        assert (controls["page"]["value"], controls["parent"]["value"]) == (
            str(plain_page.pk),
            str(parent.uid),
        )
        assert not Discussion.objects.exclude(pk=parent.discussion_id).exists()

    def test_a_reply_shows_what_it_answers(
        self, client: Client, plain_page: Page, approved: Make, post: Any, form_data: dict[str, str]
    ) -> None:
        parent = approved("Is <b>this</b> so?\n\n" + "word " * 100)
        response = client.get(f"/comments/form/?page={plain_page.pk}&parent={parent.uid}")
        errors = post({**form_data, "parent": str(parent.uid), "name": ""})
        for shown in (response, errors):
            quote = shown.content.decode().partition("<blockquote")[2].partition("</blockquote>")[0]
            assert "Is &lt;b&gt;this&lt;/b&gt; so?" in quote
            assert "…" in quote
            assert len(quote) < 400
        fragment = post(
            {**form_data, "parent": str(parent.uid), "name": ""},
            headers={"X-Requested-With": "XMLHttpRequest"},
        )
        assert "<blockquote" not in fragment.content.decode()

    @pytest.mark.parametrize("parent", ["x", NO_SUCH_UID, "\0"])
    def test_a_reply_to_nothing_becomes_a_comment(
        self, client: Client, plain_page: Page, parent: str
    ) -> None:
        response = client.get("/comments/form/", {"page": plain_page.pk, "parent": parent})
        assert response.status_code == 200
        assert "no longer available" in text_of(response)
        assert "value" not in Controls(response.content.decode()).controls["parent"]

    def test_an_anchor_that_the_page_does_not_have_is_left_out(
        self, client: Client, plain_page: Page
    ) -> None:
        response = client.get("/comments/form/", {"page": plain_page.pk, "anchor": "claim-1"})
        assert "value" not in Controls(response.content.decode()).controls["anchor"]

    @pytest.mark.parametrize("value", ["", "x", "0", "-1", "9" * 30, "\0", "\u0661", "1.5", " 1"])
    def test_no_such_page(self, client: Client, db: None, value: str) -> None:
        assert client.get("/comments/form/", {"page": value}).status_code == 404

    def test_closed(self, client: Client, plain_page: Page) -> None:
        set_discussion_open(page=plain_page, is_open=False)
        shown = text_of(client.get(f"/comments/form/?page={plain_page.pk}"))
        assert "Comments on this page are closed." in shown
        assert "<form" not in shown


class TestRemember:
    def test_the_cookie_stays_with_the_comment_addresses(
        self, post: Any, form_data: dict[str, str], client: Client, plain_page: Page
    ) -> None:
        response = post({**form_data, "remember": "on"})
        cookie = response.cookies["standfirst_author"]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/comments/", True, "Lax")
        assert not cookie["secure"]
        author = client.get("/comments/author/")
        assert author.json() == {
            "name": "Ada Byron",
            "email": "ada@example.org",
            "website": "https://ada.example.org/",
        }
        assert author["Cache-Control"] == "no-store"
        controls = Controls(client.get(f"/comments/form/?page={plain_page.pk}").content.decode()).controls
        assert controls["name"]["value"] == "Ada Byron"
        assert controls["email"]["value"] == "ada@example.org"
        assert "checked" in controls["remember"]

    def test_secure_over_https(self, post: Any, form_data: dict[str, str]) -> None:
        response = post({**form_data, "remember": "on"}, secure=True)
        assert response.cookies["standfirst_author"]["secure"]

    def test_forgotten_when_not_asked_for(self, post: Any, form_data: dict[str, str], client: Client) -> None:
        post({**form_data, "remember": "on"})
        response = post({**form_data, "comment": "Again."})
        assert response.cookies["standfirst_author"].value == ""
        assert client.get("/comments/author/").json() == {}

    def test_not_told_to_other_sites(self, post: Any, form_data: dict[str, str], client: Client) -> None:
        post({**form_data, "remember": "on"})
        response = client.get("/comments/author/", headers={"Sec-Fetch-Site": "cross-site"})
        assert response.json() == {}

    @pytest.mark.parametrize("value", ["", "x", "eyJhIjoxfQ:1:x", "\xff"])
    def test_a_cookie_that_is_not_ours(self, client: Client, db: None, value: str) -> None:
        client.cookies["standfirst_author"] = value
        assert client.get("/comments/author/").json() == {}


class TestTooMuch:
    def test_files_are_passed_over(self, client: Client, form_data: dict[str, Any]) -> None:
        upload = SimpleUploadedFile("big.bin", b"x" * 5_000_000)
        response = client.post("/comments/post/", {**form_data, "file": upload}, headers=SAME_ORIGIN)
        assert response.status_code == 303
        assert Comment.objects.count() == 1

    def test_a_body_that_is_too_large_is_answered_in_words(
        self, client: Client, form_data: dict[str, Any], settings: Any
    ) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        response = client.post(
            "/comments/post/",
            urlencode({**form_data, "comment": "x" * 2000}),
            content_type="application/x-www-form-urlencoded",
            headers=SAME_ORIGIN,
        )
        assert response.status_code == 413
        assert "your text is still there" in response.content.decode()
