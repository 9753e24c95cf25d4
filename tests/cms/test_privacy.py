"""What a visitor must not learn: restricted pages, by whatever way they could be reached."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import PageViewRestriction

from articles.models import ArticlePage
from cms.models import HomePage
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, submit_comment
from tests.articles.builders import claim_block, make_article, make_index

pytestmark = pytest.mark.django_db

SECRET = "Members only"


def alias(page: Any, parent: Any) -> Any:
    return CreatePageAliasAction(
        page.specific, parent=parent, update_slug=f"alias-of-{page.slug}", user=None
    ).execute(skip_permission_checks=True)


def restrict(page: Any) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")


def approved_comment(page: Any) -> Comment:
    comment = submit_comment(page=page, body="A word", author_name="Rosa", author_email="rosa@example.org")
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    return comment


@pytest.fixture
def hidden_by_its_original(home: HomePage) -> tuple[ArticlePage, Comment]:
    """Return an alias whose original was restricted after it was made, and a comment on it."""
    article = make_article(make_index(home), title=SECRET, body=[claim_block(SECRET)])
    comment = approved_comment(article)
    copy = alias(article, home)
    restrict(article)
    return copy, comment


@pytest.fixture
def hidden_by_an_alias_above(home: HomePage) -> tuple[ArticlePage, Comment]:
    """Return an article below an alias of an index that was restricted after the alias was made."""
    index = make_index(home, title="Index", show_in_menus=True)
    copy = alias(index, home)
    copy.title = SECRET
    copy.save()
    article = make_article(copy, title=SECRET, body=[claim_block(SECRET)])
    comment = approved_comment(article)
    restrict(index)
    return article, comment


@pytest.mark.parametrize("case", ["hidden_by_its_original", "hidden_by_an_alias_above"])
def test_aliases_hide_what_their_originals_hide(
    client: Client, request: pytest.FixtureRequest, case: str
) -> None:
    page, comment = request.getfixturevalue(case)
    addresses = [
        f"/comments/page/{page.pk}/",
        f"/comments/form/?page={page.pk}",
        f"/comments/comment/{comment.uid}/",
        f"/api/v1/comments/?page={page.pk}",
        f"/api/v1/comments/form/?page={page.pk}",
        f"/api/v1/comments/{comment.uid}/",
        f"/api/v1/articles/{page.pk}/",
        f"/api/v1/resolve/?path={page.get_url()}",
    ]
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(
        addresses, 404
    )
    for address in ("/", "/no-such-page/", "/api/v1/articles/", "/api/v1/claims/"):
        assert SECRET not in client.get(address).content.decode(), address
    answer = client.post(
        "/comments/post/", {"page": page.pk, "comment": "x", "name": "x", "email": "x@example.org"}
    )
    assert answer.status_code == 422
    assert SECRET not in answer.content.decode()


def test_a_session_for_another_page_opens_nothing(
    client: Client, home: HomePage, hidden_by_its_original: tuple[ArticlePage, Comment]
) -> None:
    other = make_article(make_index(home))
    PageViewRestriction.objects.create(page=other, restriction_type="password", password="open")
    session = client.session
    session["passed_page_view_restrictions"] = [other.view_restrictions.get().pk]
    session.save()
    assert client.get(f"/comments/page/{other.pk}/").status_code == 200
    assert client.get(f"/comments/page/{hidden_by_its_original[0].pk}/").status_code == 404


class TestUploads:
    @pytest.fixture
    def media(self, settings: Any, tmp_path: Path) -> Path:
        settings.MEDIA_ROOT = tmp_path
        for folder in ("images", "documents"):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "file.txt").write_text("content")
        return tmp_path

    def test_images_are_handed_out(self, client: Client, media: Path) -> None:
        response = client.get("/media/images/file.txt")
        assert b"".join(response.streaming_content) == b"content"  # type: ignore[attr-defined]
        response.close()

    @pytest.mark.parametrize(
        "path",
        [
            "documents/file.txt",
            "./documents/file.txt",
            "/documents/file.txt",
            "images/../documents/file.txt",
            "DOCUMENTS/file.txt",
            "%64ocuments/file.txt",
            "a" * 3000,
            "images/%00",
            "../secret_key",
        ],
    )
    def test_documents_and_strange_names_are_not(self, client: Client, media: Path, path: str) -> None:
        assert client.get(f"/media/{path}").status_code == 404
