"""Several requests at once: real threads, real transactions."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from wagtail.models import Page

from comments.enums import Status
from comments.errors import CommentRefused, PageGone
from comments.models import Comment, Discussion, ModerationEntry
from comments.services import (
    find_overtaking_decisions,
    recount_discussions,
    set_comment_status,
    set_discussion_open,
    submit_comment,
)

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 6
# This project's SQLite takes the lock when a transaction begins. By Django's default, and so on an adopter's
# site, the first statement that writes takes it.
MODES = ["IMMEDIATE", "DEFERRED"] if connection.vendor == "sqlite" else ["of the server"]


@pytest.fixture(autouse=True, params=MODES)
def transaction_mode(
    request: pytest.FixtureRequest, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Run every test in each way of beginning a transaction. The threads' connections share the options."""
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", request.param)
        connection.close()
    yield
    connection.close()


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run calls in threads that start together; return their results, or the refusals they raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=30)
            return call()
        except CommentRefused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def submit(page: Page, number: int, **fields: Any) -> Comment:
    return submit_comment(
        page=page, body=f"Number {number}", author_name="Ada", author_email="ada@example.org", **fields
    )


def test_first_comments_share_one_discussion(plain_page: Page) -> None:
    results = at_once([lambda number=number: submit(plain_page, number) for number in range(THREADS)])
    assert all(isinstance(result, Comment) for result in results)
    assert Discussion.objects.get().pending_count == THREADS
    assert ModerationEntry.objects.count() == THREADS


def test_the_same_comment_is_taken_once(plain_page: Page) -> None:
    results = at_once([lambda: submit(plain_page, 1)] * THREADS)
    assert sum(isinstance(result, Comment) for result in results) == 1
    assert {getattr(result, "code", "") for result in results} == {"", "duplicate_comment"}
    assert Discussion.objects.get().pending_count == 1


def test_moderators_at_once(plain_page: Page) -> None:
    root = submit(plain_page, 0)
    set_comment_status(uids=[root.uid], status=Status.APPROVED, actor=None)
    replies = [submit(plain_page, number, parent_uid=root.uid) for number in range(1, 4)]
    uids = [root.uid, *(reply.uid for reply in replies)]
    statuses = [Status.APPROVED, Status.SPAM, Status.APPROVED, Status.PENDING, Status.TRASH, Status.APPROVED]
    at_once(
        [
            lambda status=status, order=order: set_comment_status(
                uids=uids if order % 2 else uids[::-1], status=status, actor=None
            )
            for order, status in enumerate(statuses)
        ]
    )
    discussion = Discussion.objects.get()
    comments = list(Comment.objects.all())
    approved = [comment for comment in comments if comment.status == Status.APPROVED]
    assert discussion.approved_count == len(approved)
    assert discussion.pending_count == sum(comment.status == Status.PENDING for comment in comments)
    root.refresh_from_db()
    assert root.approved_reply_count == sum(comment.depth == 1 for comment in approved)
    for comment in comments:
        entries = list(comment.moderation_entries.all())
        assert entries[-1].to_status == comment.status
        pairs = zip(entries[1:], entries[:-1], strict=True)
        assert all(later.from_status == earlier.to_status for later, earlier in pairs)


def test_two_moderators_who_saw_the_same_list(plain_page: Page) -> None:
    """What each of them decides is based on what they saw: exactly one of them gets a comment."""
    comments = [submit(plain_page, number) for number in range(12)]
    seen = {comment.uid: comment.status for comment in comments}
    wanted = [Status.APPROVED, Status.SPAM, Status.TRASH]

    def decide(status: Status) -> tuple[set[int], set[int]]:
        changed = set_comment_status(uids=seen, status=status, actor=None, seen=seen)
        overtaking = find_overtaking_decisions(uids=seen, wanted=status, changed=changed)
        return {comment.pk for comment in changed}, {entry.comment_id for entry in overtaking.values()}

    results = at_once([lambda status=status: decide(status) for status in wanted])
    everything = {comment.pk for comment in comments}
    assert sorted(pk for changed, _ in results for pk in changed) == sorted(everything)
    for status, (changed, overtaken) in zip(wanted, results, strict=True):
        assert changed | overtaken == everything
        assert set(Comment.objects.filter(status=status).values_list("pk", flat=True)) == changed
    assert ModerationEntry.objects.count() == 2 * len(comments)


def test_replies_while_the_parent_is_removed(plain_page: Page) -> None:
    root = submit(plain_page, 0)
    set_comment_status(uids=[root.uid], status=Status.APPROVED, actor=None)
    results = at_once(
        [
            lambda: set_comment_status(uids=[root.uid], status=Status.TRASH, actor=None),
            lambda: set_discussion_open(page=plain_page, is_open=True),
            *(
                lambda number=number: submit(plain_page, number, parent_uid=root.uid)
                for number in range(1, THREADS)
            ),
        ]
    )
    taken = [result for result in results if isinstance(result, Comment)]
    assert {getattr(result, "code", "") for result in results} <= {"", "invalid_parent"}
    assert Discussion.objects.get().pending_count == len(taken)


def test_counting_anew_while_comments_arrive(plain_page: Page) -> None:
    root = submit(plain_page, 0)
    set_comment_status(uids=[root.uid], status=Status.APPROVED, actor=None)
    for rounds in range(3):
        Discussion.objects.update(approved_count=70, pending_count=70)
        at_once(
            [
                *([lambda: recount_discussions(check_only=False)] * 4),
                *(
                    lambda number=number: submit(plain_page, number, parent_uid=root.uid)
                    for number in (10 * rounds + 1, 10 * rounds + 2)
                ),
            ]
        )
    discussion = Discussion.objects.get()
    assert (discussion.approved_count, discussion.pending_count) == (1, 6)


def test_deleting_while_others_decide(plain_page: Page) -> None:
    comments = [submit(plain_page, number) for number in range(3 * THREADS)]
    set_comment_status(uids=[comment.uid for comment in comments], status=Status.APPROVED, actor=None)
    shares = [comments[start::THREADS] for start in range(THREADS)]
    calls: list[Callable[[], Any]] = [
        lambda share=share, status=status: set_comment_status(
            uids=[comment.uid for comment in share], status=status, actor=None
        )
        for share, status in zip(shares[::2], [Status.SPAM, Status.PENDING, Status.APPROVED], strict=True)
    ]
    # A single one, as on its own screen, and several, as from a list.
    calls += [shares[1][0].delete, Comment.objects.filter(pk__in=[row.pk for row in shares[3]]).delete]
    calls += [lambda: recount_discussions(check_only=False)]
    at_once(calls)
    discussion = Discussion.objects.get()
    assert (discussion.approved_count, discussion.pending_count) == (8, 3)
    assert Comment.objects.count() == 14


def test_a_page_that_is_deleted_meanwhile(plain_page: Page) -> None:
    stale = Page.objects.get(pk=plain_page.pk)
    plain_page.delete()
    with pytest.raises(PageGone):
        submit(stale, 1)
    assert not Discussion.objects.exists()
    assert not Comment.objects.exists()
