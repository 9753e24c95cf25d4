"""What a decision leaves behind, and what readers are shown after it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, PageViewRestriction, Site

from comments.enums import Reason, Status
from comments.listed import ListedComment
from comments.models import Comment, Discussion
from comments.paths import decode_cursor
from comments.services import (
    find_overtaking_decisions,
    get_shown_comment,
    list_comments,
    locate_comment,
    moderation,
    set_comment_status,
    set_discussion_open,
)
from standfirst.visibility import Viewer

Make = Callable[..., Comment]
NOW = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)


class TestWhen:
    def test_the_moment_is_stored_with_the_comment_and_its_history(
        self, make_comment: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        comment, other = make_comment(), make_comment()
        monkeypatch.setattr(timezone, "now", lambda: NOW)
        (returned,) = set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        stored = Comment.objects.get(pk=comment.pk)
        entry = stored.moderation_entries.get(to_status=Status.APPROVED)
        assert returned.status_changed_at == stored.status_changed_at == entry.created_at == NOW
        assert (entry.reason, entry.note, entry.actor) == (Reason.MODERATOR, "", None)
        assert Comment.objects.get(pk=other.pk).status_changed_at == other.status_changed_at

    def test_another_moment_may_be_told(self, make_comment: Make) -> None:
        comment = make_comment()
        (returned,) = set_comment_status(uids=[comment.uid], status=Status.SPAM, actor=None, at=NOW)
        stored = Comment.objects.get()
        entry = stored.moderation_entries.get(to_status=Status.SPAM)
        assert returned.status_changed_at == stored.status_changed_at == entry.created_at == NOW

    def test_what_had_the_status_keeps_its_moment(
        self, approved: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        comment = approved()
        monkeypatch.setattr(timezone, "now", lambda: NOW)
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        assert Comment.objects.get().status_changed_at == comment.status_changed_at


class TestOvertaken:
    @pytest.mark.parametrize("size", [1, 2, 200])
    def test_a_decision_about_something_else_is_passed_over_and_told(
        self, make_comment: Make, monkeypatch: pytest.MonkeyPatch, size: int
    ) -> None:
        monkeypatch.setattr(moderation, "BATCH_SIZE", size)
        ada, bob = map(get_user_model().objects.create_user, ("ada", "bob"))
        comments = [make_comment() for _ in range(6)]
        spam, thrown_away, agreed, *left = comments
        seen = {comment.uid: comment.status for comment in comments}
        set_comment_status(uids=[spam.uid, thrown_away.uid], status=Status.SPAM, actor=ada)
        set_comment_status(uids=[thrown_away.uid], status=Status.TRASH, actor=bob)
        set_comment_status(uids=[agreed.uid], status=Status.APPROVED, actor=ada)
        with CaptureQueriesContext(connection) as queries:
            changed = set_comment_status(uids=seen, status=Status.APPROVED, actor=None, seen=seen)
            found = find_overtaking_decisions(uids=seen, wanted=Status.APPROVED, changed=changed)
        assert changed == left
        with CaptureQueriesContext(connection) as more:
            told = {
                uid: (entry.comment.body, entry.actor and entry.actor.username, entry.to_status)
                for uid, entry in found.items()
            }
        assert told == {
            spam.uid: (spam.body, "ada", Status.SPAM),
            thrown_away.uid: (thrown_away.body, "bob", Status.TRASH),
        }
        assert len(more) == 0
        with CaptureQueriesContext(connection) as reading:
            find_overtaking_decisions(uids=seen, wanted=Status.APPROVED, changed=changed)
        assert len(reading) == len(range(0, len(seen) - len(changed), size))
        # However many there are, no statement names more than a database takes.
        named = [
            sum(uid.hex in query["sql"].replace("-", "") for uid in seen)
            for query in queries.captured_queries
        ]
        assert max(named) == min(size, len(seen))

    def test_what_nobody_saw_is_decided_about(self, make_comment: Make) -> None:
        seen, unseen = make_comment(), make_comment()
        set_comment_status(uids=[seen.uid], status=Status.SPAM, actor=None)
        changed = set_comment_status(
            uids=[seen.uid, unseen.uid],
            status=Status.APPROVED,
            actor=None,
            seen={seen.uid: Status.PENDING},
        )
        assert changed == [unseen]

    def test_what_was_changed_after_all_is_not_told(self, make_comment: Make) -> None:
        comment = make_comment()
        changed = set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        set_comment_status(uids=[comment.uid], status=Status.SPAM, actor=None)
        uids = [comment.uid]
        assert find_overtaking_decisions(uids=uids, wanted=Status.APPROVED, changed=changed) == {}
        assert list(find_overtaking_decisions(uids=uids, wanted=Status.APPROVED, changed=[])) == uids
        assert find_overtaking_decisions(uids=uids, wanted=Status.SPAM, changed=[]) == {}


class TestCounters:
    @pytest.mark.parametrize("size", [1, 2, 3, 6, 200])
    def test_however_many_fit_into_a_transaction(
        self, make_page: Callable[..., Page], make_comment: Make, monkeypatch: pytest.MonkeyPatch, size: int
    ) -> None:
        monkeypatch.setattr(moderation, "BATCH_SIZE", size)
        pages = [make_page("One"), make_page("Two")]
        comments = [make_comment(on=pages[number % 2]) for number in range(6)]
        uids = [comment.uid for comment in comments]
        changed = set_comment_status(uids=[*uids, *uids], status=Status.APPROVED, actor=None)
        assert sorted(comment.pk for comment in changed) == [comment.pk for comment in comments]
        rows = Discussion.objects.filter(version__gt=0).values_list("approved_count", "pending_count")
        assert list(rows) == [(3, 0), (3, 0)]

    @pytest.mark.parametrize("first", list(Status))
    @pytest.mark.parametrize("second", list(Status))
    def test_every_step(self, make_comment: Make, first: Status, second: Status) -> None:
        comment = make_comment(status=first)
        version = Discussion.objects.get().version
        set_comment_status(uids=[comment.uid], status=second, actor=None)
        discussion = Discussion.objects.get()
        assert discussion.approved_count == (second == Status.APPROVED)
        assert discussion.pending_count == (second == Status.PENDING)
        # It rises with what readers see, and with nothing else.
        assert (discussion.version > version) == ((first == Status.APPROVED) != (second == Status.APPROVED))

    def test_every_comment_above_counts_a_reply(self, approved: Make) -> None:
        root = approved()
        child = approved(parent=root)
        grandchild, other = approved(parent=child), approved(parent=root)

        def replies() -> list[int]:
            rows = Comment.objects.in_bulk([root.pk, child.pk, grandchild.pk, other.pk])
            return [rows[pk].approved_reply_count for pk in sorted(rows)]

        assert replies() == [3, 1, 0, 0]
        set_comment_status(uids=[grandchild.uid, other.uid], status=Status.SPAM, actor=None)
        assert replies() == [1, 0, 0, 0]
        set_comment_status(uids=[root.uid], status=Status.TRASH, actor=None)
        assert replies() == [1, 0, 0, 0]
        set_comment_status(uids=[child.uid, grandchild.uid], status=Status.TRASH, actor=None)
        assert replies() == [0, 0, 0, 0]


def uids_of(comments: Iterable[Comment | ListedComment]) -> list[UUID]:
    return [comment.uid for comment in comments]


class TestShown:
    @pytest.mark.parametrize(("limit", "goes_on"), [(1, True), (2, True), (3, False), (4, False)])
    def test_it_goes_on_only_if_there_is_more(self, approved: Make, limit: int, goes_on: bool) -> None:
        comments = [approved() for _ in range(3)]
        found = list_comments(discussion=comments[0].discussion, limit=limit)
        assert uids_of(found.comments) == uids_of(comments[:limit])
        assert bool(found.next_cursor) == goes_on
        assert found.count == 3
        if goes_on:
            after = decode_cursor(found.next_cursor)
            rest = list_comments(discussion=comments[0].discussion, limit=3, after=after)
            assert uids_of(rest.comments) == uids_of(comments[limit:])
            assert (rest.count, rest.next_cursor) == (3, "")

    def test_those_on_a_part_of_the_page_are_counted_apart(self, approved: Make, make_comment: Make) -> None:
        root = approved(anchor="claim-1")
        reply = approved(parent=root)
        other = approved(anchor="claim-2")
        elsewhere = approved()
        make_comment(anchor="claim-1")
        set_comment_status(uids=[root.uid], status=Status.TRASH, actor=None)
        discussion = root.discussion

        def found(anchor: str, **options: Any) -> tuple[list[UUID], int]:
            part = list_comments(discussion=Discussion.objects.get(), limit=10, anchor=anchor, **options)
            return uids_of(part.comments), part.count

        # What was removed holds its place, and is not counted.
        assert found("claim-1") == ([root.uid, reply.uid], 1)
        assert found("claim-1", after=root.path) == ([reply.uid], 1)
        assert found("claim-2") == ([other.uid], 1)
        assert found("claim-3") == ([], 0)
        assert found("") == ([root.uid, reply.uid, other.uid, elsewhere.uid], 3)
        assert discussion.page_id == root.discussion.page_id

    def test_what_is_shown_with_each_is_read_with_it(self, approved: Make) -> None:
        root = approved()
        reply = approved(parent=root)
        anybody = Viewer(site=Site.objects.get())
        shown = list_comments(discussion=root.discussion, limit=10).comments
        found, _page = get_shown_comment(uid=reply.uid, viewer=anybody)
        with CaptureQueriesContext(connection) as queries:
            assert [comment.parent_uid for comment in shown] == [None, root.uid]
            assert shown[1] == ListedComment.of(found)
            assert found.parent == root
            assert found.discussion.page_id == root.discussion.page_id
        assert len(queries) == 0

    def test_where_nobody_has_written(self) -> None:
        found = list_comments(discussion=None, limit=10)
        assert (found.comments, found.count, found.next_cursor) == ([], 0, "")

    def test_one_is_found_under_pages_that_can_be_seen_while_it_is_shown(
        self, plain_page: Page, make_page: Callable[..., Page], approved: Make
    ) -> None:
        private = make_page("Private")
        comment, hidden = approved(), approved(on=private)
        PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
        anybody = Viewer(site=Site.objects.get())
        found, page = get_shown_comment(uid=comment.uid, viewer=anybody)
        assert (found, page.pk) == (comment, plain_page.pk)
        for uid in (hidden.uid, uuid4()):
            with pytest.raises(Comment.DoesNotExist):
                get_shown_comment(uid=uid, viewer=anybody)
        set_comment_status(uids=[comment.uid], status=Status.TRASH, actor=None)
        with pytest.raises(Comment.DoesNotExist):
            get_shown_comment(uid=comment.uid, viewer=anybody)

    @pytest.mark.parametrize("page_size", [1, 2, 3, 4, 5, 6])
    def test_each_is_on_the_page_of_the_list_that_it_is_located_on(
        self, approved: Make, page_size: int
    ) -> None:
        comments = [approved() for _ in range(5)]
        discussion = comments[0].discussion
        for number, comment in enumerate(comments):
            cursor = locate_comment(comment=comment, page_size=page_size)
            assert (cursor is None) == (number < page_size)
            after = decode_cursor(cursor) if cursor else ""
            first = number - number % page_size
            shown = list_comments(discussion=discussion, limit=page_size, after=after).comments
            assert uids_of(shown) == uids_of(comments[first : first + page_size])


class TestOpenAndClose:
    @pytest.mark.parametrize("is_open", [True, False])
    def test_what_is_so_already_changes_nothing(self, plain_page: Page, is_open: bool) -> None:
        before = set_discussion_open(page=plain_page, is_open=is_open)
        logged = PageLogEntry.objects.count()
        after = set_discussion_open(page=plain_page, is_open=is_open)
        assert (after.is_open, after.version) == (before.is_open, before.version)
        assert (before.version, PageLogEntry.objects.count()) == (int(not is_open), logged)
