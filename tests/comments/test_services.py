"""Submitting, deciding, opening and closing."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from itertools import pairwise
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Page, PageLogEntry, Site

from comments.enums import Reason, Status
from comments.errors import DiscussionClosed, DuplicateComment, InvalidParent, TooManyComments
from comments.models import Comment, Discussion, ModerationEntry
from comments.paths import SEGMENT_LENGTH
from comments.services import (
    find_discussion,
    list_comments,
    locate_comment,
    set_comment_status,
    set_discussion_open,
    submit_comment,
)
from tests.examples import RUN_TWICE, examples

Make = Callable[..., Comment]
# Hypothesis makes none of version 7; its version 4, one nibble changed, has any timestamp.
UUIDS_OF_ANY_TIME = st.uuids(version=4).map(lambda uid: UUID(int=uid.int ^ (3 << 76)))


def counters() -> tuple[int, int]:
    """Return approved and pending of the first discussion."""
    discussion = Discussion.objects.order_by("pk")[0]
    return discussion.approved_count, discussion.pending_count


def version() -> int:
    """Return the version of the first discussion; it rises by any number."""
    return Discussion.objects.order_by("pk")[0].version


def submit(page: Page, **fields: Any) -> Comment:
    values: dict[str, Any] = {"body": "Words.", "author_name": "Ada", "author_email": "ada@example.org"}
    return submit_comment(page=page, **{**values, **fields})


class TestSubmit:
    def test_a_comment_waits_for_a_moderator(self, plain_page: Page) -> None:
        comment = submit(plain_page)
        discussion = Discussion.objects.get()
        assert comment.status == Status.PENDING
        assert comment.uid.version == 7
        assert (comment.path, comment.depth, comment.parent) == (comment.uid.hex, 0, None)
        assert (discussion.page_id, discussion.pending_count, discussion.approved_count) == (
            plain_page.pk,
            1,
            0,
        )
        assert discussion.version == 0
        entry = ModerationEntry.objects.get()
        assert (entry.comment, entry.actor, entry.from_status, entry.to_status, entry.reason) == (
            comment,
            None,
            "",
            Status.PENDING,
            Reason.PREMODERATION,
        )

    def test_a_refused_comment_leaves_nothing(self, plain_page: Page) -> None:
        with pytest.raises(InvalidParent):
            submit(plain_page, parent_uid=uuid4())
        assert not Discussion.objects.exists()
        assert not Comment.objects.exists()

    def test_closed(self, plain_page: Page) -> None:
        set_discussion_open(page=plain_page, is_open=False)
        with pytest.raises(DiscussionClosed):
            submit(plain_page)

    def test_duplicates_are_folded_however_they_are_spaced_and_cased(self, plain_page: Page) -> None:
        submit(plain_page, body="Same  words.\nAgain.")
        with pytest.raises(DuplicateComment):
            submit(plain_page, body="Same words. Again.", author_email="ADA@example.org", author_name="Other")

    def test_same_words_elsewhere_or_by_others_or_after_trash_are_no_duplicate(
        self, plain_page: Page, make_page: Callable[..., Page], approved: Make
    ) -> None:
        first = submit(plain_page)
        submit(plain_page, author_email="b@example.org")
        submit(plain_page, parent_uid=approved().uid)
        submit(make_page("Elsewhere"))
        set_comment_status(uids=[first.uid], status=Status.TRASH, actor=None)
        submit(plain_page)

    @pytest.mark.parametrize(
        "same",
        [
            {"author_email": "ADA@example.org", "ip_address": "192.0.2.2"},
            {"author_email": "b@example.org", "ip_address": "192.0.2.1"},
        ],
    )
    def test_flood(self, plain_page: Page, settings: Any, same: dict[str, str]) -> None:
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 15
        submit(plain_page, ip_address="192.0.2.1")
        with pytest.raises(TooManyComments) as caught:
            submit(plain_page, body="More.", **same)
        assert 1 <= caught.value.retry_after <= 15
        submit(plain_page, body="More.", author_email="c@example.org", ip_address="192.0.2.3")
        Comment.objects.update(created_at=timezone.now() - timedelta(seconds=16))
        submit(plain_page, body="More.", **same)

    def test_flood_by_user(self, plain_page: Page, settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 15
        user = get_user_model().objects.create_user("ada")
        submit(plain_page, user=user)
        with pytest.raises(TooManyComments):
            submit(plain_page, body="More.", author_email="b@example.org", user=user)

    @pytest.mark.parametrize(("ahead", "counts"), [(14, True), (16, False), (3600, False)])
    def test_a_date_ahead_locks_nobody_out(
        self, plain_page: Page, settings: Any, ahead: int, counts: bool
    ) -> None:
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 15
        submit(plain_page)
        Comment.objects.update(created_at=timezone.now() + timedelta(seconds=ahead))
        if counts:
            with pytest.raises(TooManyComments) as caught:
                submit(plain_page, body="More.")
            assert ahead + 14 <= caught.value.retry_after <= ahead + 15
        else:
            submit(plain_page, body="More.")


class TestReplies:
    def test_a_reply_stands_below_its_parent_and_shares_its_anchor(
        self, plain_page: Page, approved: Make
    ) -> None:
        parent = approved(anchor="claim-1")
        reply = submit(plain_page, parent_uid=parent.uid)
        assert (reply.parent, reply.path, reply.depth) == (parent, parent.path + reply.uid.hex, 1)
        assert reply.anchor == "claim-1"

    @pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
    def test_only_to_approved_comments(self, plain_page: Page, make_comment: Make, status: Status) -> None:
        parent = make_comment(status=status)
        with pytest.raises(InvalidParent):
            submit(plain_page, parent_uid=parent.uid)

    def test_only_within_the_discussion(
        self, plain_page: Page, make_page: Callable[..., Page], approved: Make
    ) -> None:
        with pytest.raises(InvalidParent):
            submit(plain_page, parent_uid=approved(on=make_page("Elsewhere")).uid)

    def test_the_last_level_takes_replies_beside_their_parent(
        self, plain_page: Page, approved: Make, settings: Any
    ) -> None:
        settings.STANDFIRST_COMMENTS_MAX_DEPTH = 2
        root = approved()
        child = approved(parent=root)
        grandchild = approved(parent=child)
        assert (grandchild.parent, grandchild.depth) == (child, 1)
        assert grandchild.path == root.path + grandchild.uid.hex
        root.refresh_from_db()
        child.refresh_from_db()
        assert (root.approved_reply_count, child.approved_reply_count) == (2, 0)


class TestPages:
    def test_an_alias_shares_its_originals_discussion(self, plain_page: Page) -> None:
        alias = CreatePageAliasAction(plain_page, update_slug="alias").execute(skip_permission_checks=True)
        alias_of_alias = CreatePageAliasAction(alias, update_slug="again").execute(
            skip_permission_checks=True
        )
        comment = submit(alias_of_alias)
        assert comment.discussion.page_id == plain_page.pk
        assert find_discussion(alias) == find_discussion(plain_page) == comment.discussion

    def test_a_copy_starts_its_own(self, plain_page: Page) -> None:
        submit(plain_page)
        copy = CopyPageAction(plain_page, update_attrs={"slug": "copy"}).execute(skip_permission_checks=True)
        assert find_discussion(copy) is None

    def test_comments_go_with_their_page(self, plain_page: Page, approved: Make) -> None:
        approved(parent=approved())
        plain_page.delete()
        assert not Discussion.objects.exists()
        assert not Comment.objects.exists()
        assert not ModerationEntry.objects.exists()


class TestDecide:
    def test_it_is_recorded(self, make_comment: Make) -> None:
        user = get_user_model().objects.create_user("moderator")
        comment = make_comment()
        changed = set_comment_status(
            uids=[comment.uid], status=Status.SPAM, actor=user, reason="links", note="Sells shoes."
        )
        assert changed == [comment]
        assert changed[0].status == Status.SPAM
        entry = comment.moderation_entries.last()
        assert entry is not None
        assert (entry.actor, entry.from_status, entry.to_status) == (user, Status.PENDING, Status.SPAM)
        assert (entry.reason, entry.note) == ("links", "Sells shoes.")

    def test_asking_twice_changes_nothing(self, approved: Make) -> None:
        comment = approved()
        discussion, before = comment.discussion, version()
        assert set_comment_status(uids=[comment.uid, comment.uid], status=Status.APPROVED, actor=None) == []
        assert comment.moderation_entries.count() == 2
        assert Discussion.objects.get() == discussion
        assert version() == before

    def test_unknown_comments_and_statuses(self, db: None) -> None:
        assert set_comment_status(uids=[uuid4()], status=Status.SPAM, actor=None) == []
        with pytest.raises(ValueError, match="nonsense"):
            set_comment_status(uids=[], status="nonsense", actor=None)  # type: ignore[arg-type]

    def test_many_at_once_across_discussions(
        self, make_page: Callable[..., Page], make_comment: Make
    ) -> None:
        pages = [make_page(f"Page {number}") for number in range(3)]
        comments = [make_comment(on=pages[number % 3]) for number in range(12)]
        changed = set_comment_status(
            uids=[comment.uid for comment in comments], status=Status.APPROVED, actor=None
        )
        assert {comment.pk for comment in changed} == {comment.pk for comment in comments}
        for discussion in Discussion.objects.all():
            assert (discussion.approved_count, discussion.pending_count) == (4, 0)
            assert discussion.version > 0


class TestDelete:
    """Code of others may delete comments and users: the numbers that readers see stay right."""

    def test_a_comment_goes_with_its_replies_and_out_of_all_counters(
        self, approved: Make, make_comment: Make
    ) -> None:
        root = approved()
        reply = approved(parent=root)
        below = approved(parent=reply)
        make_comment(parent=reply)
        make_comment()
        assert counters() == (3, 2)
        before = version()
        # As loaded by somebody before it was decided about.
        reply.status = Status.PENDING
        reply.delete()
        root.refresh_from_db()
        assert (counters(), root.approved_reply_count) == ((1, 1), 0)
        assert version() > before
        assert not Comment.objects.filter(pk__in=[reply.pk, below.pk]).exists()

    def test_what_readers_never_saw_changes_no_version(self, approved: Make, make_comment: Make) -> None:
        approved()
        before = version()
        make_comment(status=Status.SPAM).delete()
        make_comment().delete()
        assert (counters(), version()) == ((1, 0), before)

    def test_many_at_once_across_discussions(
        self, make_page: Callable[..., Page], make_comment: Make, approved: Make
    ) -> None:
        for page in [make_page(f"Page {number}") for number in range(2)]:
            approved("Stays.", on=page)
            approved("Goes.", on=page)
            make_comment("Goes.", on=page)
        versions = dict(Discussion.objects.values_list("pk", "version"))
        deleted, by_label = Comment.objects.filter(body="Goes.").delete()
        assert (deleted, by_label["standfirst_comments.Comment"]) == (10, 4)
        for discussion in Discussion.objects.all():
            assert (discussion.approved_count, discussion.pending_count) == (1, 0)
            assert discussion.version > versions[discussion.pk]

    def test_a_related_manager_too(self, approved: Make) -> None:
        discussion = approved().discussion
        discussion.comments.all().delete()
        assert counters() == (0, 0)
        assert version() > discussion.version

    def test_a_user(self, make_page: Callable[..., Page], approved: Make) -> None:
        """An account that is gone leaves its words; the discussions lose the editor's mark, and change."""
        user = get_user_model().objects.create_user("ada")
        written = approved(user=user)
        elsewhere = approved(on=make_page("Elsewhere"))
        decided = approved()
        set_comment_status(uids=[decided.uid], status=Status.SPAM, actor=user)
        before = Discussion.objects.get(pk=written.discussion_id)
        quiet = Discussion.objects.get(pk=elsewhere.discussion_id)
        user.delete()
        after = Discussion.objects.get(pk=written.discussion_id)
        assert (after.approved_count, after.pending_count) == (1, 0)
        assert after.version > before.version
        assert Discussion.objects.get(pk=quiet.pk).version == quiet.version
        written.refresh_from_db()
        assert written.user is None
        entry = decided.moderation_entries.last()
        assert entry is not None
        assert (entry.actor, entry.to_status) == (None, Status.SPAM)


class TestRecount:
    def test_wrong_numbers_are_reported_and_set_right(
        self, approved: Make, make_comment: Make, make_page: Callable[..., Page]
    ) -> None:
        root = approved()
        approved(parent=root)
        make_comment()
        approved(on=make_page("Right"))
        out = StringIO()
        call_command("standfirst_recount_discussions", "--check", stdout=out)
        assert out.getvalue() == "2 discussions counted, 0 of them wrong.\n"
        Discussion.objects.filter(pk=root.discussion_id).update(approved_count=7, pending_count=0)
        Comment.objects.filter(pk=root.pk).update(approved_reply_count=9)
        with pytest.raises(CommandError, match="1 of 2 discussions have wrong counters"):
            call_command("standfirst_recount_discussions", "--check", stdout=out)
        assert f"Page {root.discussion.page_id}: the counters" in out.getvalue()
        assert Discussion.objects.get(pk=root.discussion_id).approved_count == 7
        before = version()
        call_command("standfirst_recount_discussions", stdout=out)
        assert out.getvalue().endswith("2 discussions counted, 1 of them set right.\n")
        root.refresh_from_db()
        discussion = Discussion.objects.get(pk=root.discussion_id)
        assert (discussion.approved_count, discussion.pending_count) == (2, 1)
        assert discussion.version > before
        assert root.approved_reply_count == 1

    def test_what_readers_never_see_changes_no_version(self, make_comment: Make) -> None:
        make_comment()
        Discussion.objects.update(pending_count=5)
        call_command("standfirst_recount_discussions", stdout=StringIO())
        assert (counters(), version()) == ((0, 1), 0)


class TestOpenAndClose:
    def test_it_is_logged_on_the_page_once(self, plain_page: Page) -> None:
        user = get_user_model().objects.create_user("moderator")
        for _ in range(2):
            discussion = set_discussion_open(page=plain_page, is_open=False, actor=user)
        assert (discussion.is_open, discussion.version) == (False, 1)
        set_discussion_open(page=plain_page, is_open=True, actor=user)
        actions = PageLogEntry.objects.filter(page=plain_page.pk, user=user).order_by("pk")
        assert [entry.action for entry in actions] == [
            "standfirst_comments.close_discussion",
            "standfirst_comments.open_discussion",
        ]


class TestReading:
    def test_tree_order_and_places_of_removed_comments(self, approved: Make, make_comment: Make) -> None:
        first, second = approved(), approved()
        reply = approved(parent=first)
        make_comment(parent=first)
        set_comment_status(uids=[first.uid, second.uid], status=Status.TRASH, actor=None)
        found = list_comments(discussion=first.discussion, limit=10)
        assert [comment.uid for comment in found.comments] == [first.uid, reply.uid]
        assert (found.count, found.next_cursor) == (1, "")

    def test_locate(self, approved: Make) -> None:
        comments = [approved() for _ in range(5)]
        cursors = [locate_comment(comment=comment, page_size=2) for comment in comments]
        assert cursors[0] is cursors[1] is None
        assert cursors[2] == cursors[3] != cursors[4]


class SetBackClock(TestCase):
    """Whatever the machine's clock says, siblings stay in the order in which they were stored."""

    @given(
        clock=st.lists(UUIDS_OF_ANY_TIME, min_size=2, max_size=8),
        parents=st.lists(st.integers(min_value=0, max_value=7), min_size=8, max_size=8),
    )
    @settings(max_examples=examples(40), deadline=None, suppress_health_check=RUN_TWICE)
    def test_siblings(self, clock: list[UUID], parents: list[int]) -> None:
        page = Site.objects.get(is_default_site=True).root_page
        stored: list[Comment] = []
        for number, uid in enumerate(clock):
            # One in three starts a thread.
            parent = stored[parents[number] % len(stored)] if stored and parents[number] % 3 else None
            with patch("comments.services.submission.uuid7", return_value=uid):
                comment = submit(page, body=str(number), parent_uid=parent.uid if parent else None)
            set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
            comment.refresh_from_db()
            stored.append(comment)
        shown = list_comments(discussion=stored[0].discussion, limit=100).comments
        place_of = {comment.uid: comment.pk for comment in stored}
        assert {comment.uid for comment in shown} == set(place_of)
        for parent_uid in [None, *place_of]:
            siblings = [place_of[comment.uid] for comment in shown if comment.parent_uid == parent_uid]
            assert siblings == sorted(siblings)
        for comment in stored:
            assert comment.path.endswith(comment.uid.hex)
            # On the last of the five levels, replies are placed beside their parent.
            above = comment.parent.path[: 4 * SEGMENT_LENGTH] if comment.parent else ""
            assert comment.path.startswith(above)


class StateMachine(TestCase):
    """Whatever is decided in whatever order, the counters say what the rows say."""

    @given(
        shape=st.lists(st.integers(min_value=0, max_value=20), min_size=1, max_size=7),
        decisions=st.lists(
            st.tuples(
                st.sets(st.integers(min_value=0, max_value=6), min_size=1, max_size=4),
                st.sampled_from(list(Status)),
            ),
            max_size=12,
        ),
    )
    @settings(max_examples=examples(40), deadline=None, suppress_health_check=RUN_TWICE)
    def test_counters_and_versions(self, shape: list[int], decisions: list[tuple[set[int], Status]]) -> None:
        root = Site.objects.get(is_default_site=True).root_page
        pages = [root.add_child(instance=Page(title=title)) for title in ("One", "Two")]
        comments: list[Comment] = []
        for number, choice in enumerate(shape):
            parent = comments[choice % len(comments)] if comments and choice % 3 else None
            page = Page.objects.get(pk=parent.discussion.page_id) if parent else pages[choice % 2]
            comment = submit(page, body=f"{number}", parent_uid=parent.uid if parent else None)
            set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
            comments.append(comment)
        histories = {comment.pk: 2 for comment in comments}
        for numbers, status in decisions:
            chosen = [comments[number % len(comments)] for number in numbers]
            before = self.visible_state()
            old = dict(Comment.objects.values_list("pk", "status"))
            changed = set_comment_status(uids=[comment.uid for comment in chosen], status=status, actor=None)
            assert {comment.pk for comment in changed} == {
                comment.pk for comment in chosen if old[comment.pk] != status
            }
            for comment in changed:
                histories[comment.pk] += 1
            after = self.visible_state()
            for pk, (version, shown) in after.items():
                # It also rises where one that keeps its place becomes spam or trash, which looks the same.
                assert version > before[pk][0] or shown == before[pk][1]
        self.check_counters()
        for comment in comments[::3]:
            # Perhaps gone with the comment that it replies to.
            Comment.objects.filter(pk=comment.pk).delete()
            self.check_counters()
        for comment in Comment.objects.prefetch_related("moderation_entries"):
            entries = list(comment.moderation_entries.all())
            assert len(entries) == histories[comment.pk]
            assert entries[-1].to_status == comment.status
            assert all(later.from_status == earlier.to_status for earlier, later in pairwise(entries))

    def visible_state(self) -> dict[int, tuple[int, list[tuple[UUID, bool]]]]:
        return {
            discussion.pk: (
                discussion.version,
                [
                    (comment.uid, comment.is_approved)
                    for comment in list_comments(discussion=discussion, limit=100).comments
                ],
            )
            for discussion in Discussion.objects.all()
        }

    def check_counters(self) -> None:
        for discussion in Discussion.objects.all():
            comments = list(discussion.comments.all())
            assert discussion.approved_count == sum(comment.is_approved for comment in comments)
            assert discussion.pending_count == sum(comment.status == Status.PENDING for comment in comments)
            for comment in comments:
                below = [
                    other for other in comments if other.path.startswith(comment.path) and other != comment
                ]
                assert comment.approved_reply_count == sum(other.is_approved for other in below)
