"""What front-end caches are told to forget, and when."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Page, Site

from comments.enums import Status
from comments.models import Comment
from comments.purging import MAX_PARTS
from comments.services import recount_discussions, set_comment_status, set_discussion_open
from comments.services.moderation import BATCH_SIZE
from standfirst.outbox.models import OutboxMessage
from tests.comments.conftest import insert_comments
from tests.frontend_cache import FakeBackend, use_fake_backend

# Only what is really committed is purged.
pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., Comment]
HOST = "http://localhost"


@pytest.fixture(autouse=True)
def cache(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the batches that a site's front-end cache was told to purge."""
    return use_fake_backend(settings, monkeypatch)


def decide(*comments: Comment, status: Status = Status.APPROVED) -> None:
    set_comment_status(uids=[comment.uid for comment in comments], status=status, actor=None)


def addresses(page: Page, *comments: Comment) -> list[str]:
    return sorted(
        [
            f"{HOST}/{page.slug}/",
            f"{HOST}/comments/page/{page.pk}/",
            *(f"{HOST}/comments/comment/{comment.uid}/" for comment in comments),
        ]
    )


@pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
def test_approved_and_taken_back(
    plain_page: Page, make_comment: Make, cache: list[list[str]], status: Status
) -> None:
    comment = make_comment()
    assert cache == []
    decide(comment)
    decide(comment, status=status)
    assert cache == [addresses(plain_page, comment)] * 2


def test_by_name(plain_page: Page, make_comment: Make, settings: Any) -> None:
    """A CDN is told of everything that shows the discussion, by a message of the same transaction."""
    settings.STANDFIRST_CACHE_TAG_BACKENDS = {"cdn": {"BACKEND": "nowhere"}}
    comment = make_comment()
    assert not OutboxMessage.objects.filter(kind="purge").exists()
    with transaction.atomic():
        decide(comment)
        payloads = [message.payload for message in OutboxMessage.objects.filter(kind="purge")]
        names = [f"standfirst_comments.discussion:{plain_page.pk}", "standfirst-many"]
        assert payloads == [{"backend": "cdn", "tags": names}] * 2
    decide(comment, status=Status.APPROVED)
    assert OutboxMessage.objects.filter(kind="purge").count() == 2


def test_what_readers_do_not_see_is_not_purged(make_comment: Make, cache: list[list[str]]) -> None:
    decide(make_comment(), status=Status.SPAM)
    assert cache == []


def test_closed_and_opened(plain_page: Page, cache: list[list[str]]) -> None:
    for is_open in (False, False, True):
        set_discussion_open(page=plain_page, is_open=is_open)
    assert cache == [addresses(plain_page)] * 2


def test_deleted(plain_page: Page, approved: Make, cache: list[list[str]]) -> None:
    comment = approved()
    cache.clear()
    comment.delete()
    assert cache == [addresses(plain_page)]


def test_aliases(
    plain_page: Page, make_page: Callable[..., Page], make_comment: Make, cache: list[list[str]]
) -> None:
    alias = CreatePageAliasAction(plain_page, update_slug="alias").execute(skip_permission_checks=True)
    elsewhere = Page.objects.get(depth=1).add_child(instance=Page(title="Other site", slug="other-site"))
    Site.objects.create(hostname="other.example.org", port=443, root_page=elsewhere)
    far = CreatePageAliasAction(alias, parent=elsewhere, update_slug="far").execute(
        skip_permission_checks=True
    )
    hidden = CreatePageAliasAction(plain_page, update_slug="hidden").execute(skip_permission_checks=True)
    Page.objects.filter(pk=hidden.pk).update(live=False)
    comment = make_comment()
    decide(comment)
    assert sorted(url for batch in cache for url in batch) == sorted(
        [
            *addresses(plain_page, comment),
            f"{HOST}/alias/",
            f"{HOST}/comments/page/{alias.pk}/",
            "https://other.example.org/far/",
            f"https://other.example.org/comments/page/{far.pk}/",
            f"https://other.example.org/comments/comment/{comment.uid}/",
        ]
    )
    assert len(cache) == 2  # A call for each host is Wagtail's own doing.


@pytest.mark.parametrize("number", [2, BATCH_SIZE + 1])
def test_once_for_many(
    plain_page: Page, make_page: Callable[..., Page], cache: list[list[str]], settings: Any, number: int
) -> None:
    settings.STANDFIRST_COMMENTS_PAGE_SIZE = 500
    elsewhere = make_page("Elsewhere", slug="elsewhere")
    for page in (plain_page, elsewhere):
        insert_comments(page, number)
    recount_discussions(check_only=False)
    cache.clear()
    comments = list(Comment.objects.all())
    decide(*comments, status=Status.TRASH)
    assert len(cache) == 1
    assert set(cache[0]) == {
        *addresses(plain_page),
        *addresses(elsewhere),
        *(f"{HOST}/comments/comment/{comment.uid}/" for comment in comments),
    }


def test_after_the_callers_transaction(
    plain_page: Page, make_page: Callable[..., Page], make_comment: Make, cache: list[list[str]]
) -> None:
    comments = [make_comment(), make_comment(on=make_page("Elsewhere"))]
    with transaction.atomic():
        decide(*comments)
        assert cache == []
    assert len(cache) == 1
    with transaction.atomic():
        decide(*comments, status=Status.TRASH)
        transaction.set_rollback(True)
    assert len(cache) == 1


@pytest.mark.parametrize("number", [1, 2, 4, 5])
def test_further_parts_of_the_list(
    plain_page: Page, cache: list[list[str]], settings: Any, number: int
) -> None:
    settings.STANDFIRST_COMMENTS_PAGE_SIZE = 2
    insert_comments(plain_page, number)
    set_discussion_open(page=plain_page, is_open=False)
    (urls,) = cache
    further = [url for url in urls if "?after=" in url]
    # A list that ends with a full part has the address of the empty one after it purged, too.
    assert len(further) == number // 2


def test_parts_are_bounded(plain_page: Page, cache: list[list[str]], settings: Any) -> None:
    settings.STANDFIRST_COMMENTS_PAGE_SIZE = 1
    insert_comments(plain_page, MAX_PARTS + 5)
    set_discussion_open(page=plain_page, is_open=False)
    assert sum("?after=" in url for url in cache[0]) == MAX_PARTS


def test_an_address_that_is_purged_is_one_that_is_served(
    client: Any, plain_page: Page, cache: list[list[str]], settings: Any
) -> None:
    settings.STANDFIRST_COMMENTS_PAGE_SIZE = 2
    insert_comments(plain_page, 3)
    set_discussion_open(page=plain_page, is_open=False)
    (further,) = [url for url in cache[0] if "?after=" in url]
    assert further.removeprefix(HOST) in client.get("/the-page/").content.decode()


def test_failures_are_logged(
    make_comment: Make,
    cache: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    comment = make_comment()
    monkeypatch.setattr("comments.purging.find_aliases", lambda ids: 1 / 0)
    with caplog.at_level(logging.ERROR):
        decide(comment)
    assert "The addresses of changed discussions could not be purged." in caplog.text
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED
    monkeypatch.undo()
    assert cache == []


def test_a_cache_that_does_not_answer(make_comment: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeBackend, "is_broken", True)
    comment = make_comment()
    decide(comment)
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED


@pytest.mark.parametrize("missing", ["setting", "app"])
def test_sites_without_one(
    make_comment: Make,
    cache: list[list[str]],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    if missing == "setting":
        settings.WAGTAILFRONTENDCACHE = None
    else:
        monkeypatch.setattr(apps, "is_installed", lambda name: False)
    comments = [make_comment(), make_comment()]
    decide(*comments)
    assert cache == []
