"""The project behind the origin cache: real pages, real versions, whole requests."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from wagtail.models import PageViewRestriction

from articles.models import ArticlePage
from cms.models import HomePage
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, submit_comment
from tests.articles.builders import claim_block, make_article, make_index, make_source
from tests.standfirst.cache.origin import is_hit, status_of

pytestmark = pytest.mark.django_db


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL that is run within. Django's own counter turns the cache off, see tests/conftest.py."""
    collected: list[str] = []

    def note(execute: Any, sql: str, *args: Any) -> Any:
        collected.append(sql)
        return execute(sql, *args)

    with connection.execute_wrapper(note):
        yield collected


@pytest.fixture
def article(home: HomePage) -> ArticlePage:
    """Return a published article with a claim."""
    return make_article(make_index(home), body=[claim_block("Needling helps.", sources=[make_source()])])


def comment_on(article: ArticlePage) -> Comment:
    return submit_comment(
        page=article, body="I disagree.", author_name="Rosa", author_email="rosa@example.org"
    )


def addresses(article: ArticlePage) -> list[str]:
    return [
        article.get_url(),
        "/",
        article.get_parent().get_url(),
        f"/api/v1/articles/{article.pk}/",
        "/api/v1/articles/?limit=3",
        "/api/v1/claims/",
        "/api/v1/sources/",
        f"/api/v1/comments/?page={article.pk}",
        f"/comments/page/{article.pk}/",
        "/api/v1/openapi.json",
    ]


class TestHits:
    @pytest.mark.parametrize("number", range(10))
    def test_cost_one_statement(self, client: Client, article: ArticlePage, number: int) -> None:
        address = addresses(article)[number]
        first = client.get(address)
        assert first.status_code == 200
        assert status_of(first) == "standfirst; fwd=uri-miss; stored"
        with statements() as hit:
            second = client.get(address)
        with statements() as revalidation:
            third = client.get(address, headers={"If-None-Match": first["ETag"]})
        with statements() as head:
            fourth = client.head(address)
        assert (len(hit), len(revalidation), len(head)) == (1, 1, 1)
        assert is_hit(second)
        assert second.content == first.content
        assert (third.status_code, third.content) == (304, b"")
        assert (fourth.status_code, fourth.content) == (200, b"")
        ours = {"Cache-Status", "Last-Modified"}
        headers = {name: value for name, value in first.items() if name not in ours}
        assert {name: value for name, value in second.items() if name not in ours} == headers
        assert {name: value for name, value in fourth.items() if name not in ours} == headers

    def test_are_compressed_for_those_who_take_that(self, client: Client, article: ArticlePage) -> None:
        plain = client.get(article.get_url()).content
        for accepted in ("gzip, deflate, br", "gzip"):
            packed = client.get(article.get_url(), headers={"Accept-Encoding": accepted})
            assert packed["Content-Encoding"] == "gzip"
            assert gzip.decompress(packed.content) == plain
        assert is_hit(packed)
        again = client.get(article.get_url())
        assert is_hit(again)
        assert "Content-Encoding" not in again

    def test_keep_what_protects_the_page(self, client: Client, article: ArticlePage) -> None:
        names = ["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"]
        first, second = client.get(article.get_url()), client.get(article.get_url())
        assert is_hit(second)
        assert [second[name] for name in names] == [first[name] for name in names]

    def test_are_readable_from_every_origin_in_the_api(self, client: Client, article: ArticlePage) -> None:
        address = f"/api/v1/articles/{article.pk}/"
        client.get(address)
        for headers in ({}, {"Origin": "https://a.example"}, {"If-None-Match": client.get(address)["ETag"]}):
            answer = client.get(address, headers=headers)
            assert is_hit(answer)
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert answer["Vary"] == "Accept-Encoding"

    def test_plain_http_is_sent_to_https_all_the_same(
        self, client: Client, article: ArticlePage, settings: Any
    ) -> None:
        settings.SECURE_SSL_REDIRECT = True
        settings.SECURE_HSTS_SECONDS = 60
        for _ in range(2):
            secure = client.get(article.get_url(), secure=True)
            assert secure["Strict-Transport-Security"].startswith("max-age=60")
            assert client.get(article.get_url()).status_code == 301
        assert is_hit(secure)

    def test_another_host_gets_nothing(self, client: Client, article: ArticlePage) -> None:
        client.get(article.get_url())
        assert client.get(article.get_url(), headers={"Host": "evil.example"}).status_code == 400


class TestChanges:
    def test_show_at_once(self, client: Client, article: ArticlePage) -> None:
        before = {address: client.get(address).content for address in addresses(article)}
        article.title = "Another title"
        article.save_revision().publish()
        for address in addresses(article)[:5]:
            answer = client.get(address)
            assert not is_hit(answer)
            assert answer.content != before[address]
            assert "Another title" in answer.content.decode()

    def test_drafts_are_no_changes(self, client: Client, article: ArticlePage) -> None:
        client.get(article.get_url())
        article.title = "Draft"
        article.save_revision()
        assert is_hit(client.get(article.get_url()))

    def test_what_was_rolled_back_was_never_there(self, client: Client, article: ArticlePage) -> None:
        before = client.get(article.get_url()).content
        with transaction.atomic():
            article.title = "Never published"
            article.save_revision().publish()
            assert "Never published" in client.get(article.get_url()).content.decode()
            transaction.set_rollback(True)
        assert client.get(article.get_url()).content == before

    def test_what_goes_offline_is_gone(self, client: Client, article: ArticlePage) -> None:
        client.get(article.get_url())
        article.unpublish()
        for _ in range(2):
            assert client.get(article.get_url()).status_code == 404
        article.save_revision().publish()
        assert client.get(article.get_url()).status_code == 200

    def test_what_gets_a_password_is_closed(self, client: Client, article: ArticlePage) -> None:
        client.get(article.get_url())
        PageViewRestriction.objects.create(page=article, restriction_type="password", password="x")
        for _ in range(2):
            answer = client.get(article.get_url())
            assert b"Needling helps." not in answer.content
            assert not is_hit(answer)

    def test_comments_move_what_shows_them_alone(
        self, client: Client, article: ArticlePage, home: HomePage
    ) -> None:
        other = make_article(make_index(home, slug="elsewhere"), body=[claim_block("Sleep helps.")])
        shown = [
            article.get_url(),
            f"/api/v1/comments/?page={article.pk}",
            f"/comments/page/{article.pk}/",
            f"/api/v1/articles/{article.pk}/",
        ]
        for address in (*shown, other.get_url()):
            client.get(address)
        comment = comment_on(article)
        assert [address for address in shown if not is_hit(client.get(address))] == []
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        for address in shown:
            assert not is_hit(client.get(address)), address
            assert is_hit(client.get(address)), address
        assert "I disagree." in client.get(article.get_url()).content.decode()
        assert is_hit(client.get(other.get_url()))
        set_comment_status(uids=[comment.uid], status=Status.TRASH, actor=None)
        assert "I disagree." not in client.get(article.get_url()).content.decode()


class TestWhoIsPassedThrough:
    def test_editors(self, client: Client, admin_user: User, article: ArticlePage) -> None:
        client.get(article.get_url())
        client.force_login(admin_user)
        for _ in range(2):
            answer = client.get(article.get_url())
            assert status_of(answer) == "standfirst; fwd=bypass; detail=cookie"
            assert answer["Cache-Control"] == "private, no-store"
        client.logout()
        assert is_hit(Client().get(article.get_url()))

    @pytest.mark.parametrize("address", ["/admin/login/", "/comments/form/?page={pk}", "/comments/author/"])
    def test_what_is_one_persons(self, client: Client, article: ArticlePage, address: str) -> None:
        for _ in range(2):
            answer = client.get(address.format(pk=article.pk))
            assert answer.status_code == 200
            assert not is_hit(answer)

    def test_addresses_with_unknown_parameters_fill_nothing(
        self, client: Client, article: ArticlePage
    ) -> None:
        from standfirst.cache import middleware

        before = len(middleware.store)
        for number in range(3):
            assert client.get(article.get_url(), {"x": str(number)}).status_code == 200
            assert client.get(f"/no/such/{number}/").status_code == 404
            assert client.get("/api/v1/articles/", {"x": str(number)}).status_code == 422
            assert client.get("/api/v1/openapi.json", {"x": str(number)}).status_code == 200
            assert client.get("/api/v1/docs/", {"x": str(number)}).status_code == 200
        assert len(middleware.store) == before

    def test_marketing_is_no_reason(self, client: Client, article: ArticlePage) -> None:
        plain = client.get(article.get_url())
        answer = client.get(article.get_url(), {"utm_source": "mail", "fbclid": "x"})
        assert is_hit(answer)
        assert answer.content == plain.content
        assert client.get("/api/v1/articles/?utm_source=mail").status_code == 422

    def test_parameters_that_pages_read_count(self, client: Client, article: ArticlePage) -> None:
        index = article.get_parent().get_url()
        client.get(index)
        assert client.get(index, {"page": "7"}).status_code == 404
        assert client.get(index, {"tag": "none"}).status_code == 404
        assert client.get(index, {"page": "1", "utm_source": "x"}).status_code == 200


class TestNames:
    def test_say_what_answers_are_about(self, client: Client, article: ArticlePage) -> None:
        page = client.get(article.get_url())
        assert f"page:{article.pk}" in page["Cache-Tag"].split(",")
        assert {"standfirst", f"page:{article.pk}"} <= set(
            client.get(f"/api/v1/articles/{article.pk}/")["Surrogate-Key"].split(" ")
        )
        assert f"standfirst_comments.discussion:{article.pk}" in page["Cache-Tag"].split(",")
