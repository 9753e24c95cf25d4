"""An answer with comments is made anew exactly when it would say something else."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from wagtail.models import Page, Site

from comments.enums import Status
from comments.models import Comment, Discussion
from comments.services import (
    find_discussion,
    loaded_discussion,
    recount_discussions,
    set_comment_status,
    set_discussion_open,
    submit_comment,
)
from standfirst.cache.noting import noting
from standfirst.cache.triggers import find_missing, make_triggers, remove_triggers, vendor_module
from standfirst.cache.versions import Version, read_version
from standfirst.parts import count_comments, count_comments_by_anchor
from standfirst.visibility import Viewer
from tests.comments.conftest import NO_SUCH_UID, MakeComment, MakePage
from tests.examples import RUN_TWICE, examples
from tests.standfirst.cache.tokens import run

pytestmark = pytest.mark.django_db
Make = Callable[..., Comment]
KIND = "standfirst_comments.discussion"


def version_of(page: Page) -> int:
    """Return the version of a page's discussion."""
    return Discussion.objects.get(page_id=page.pk).version


class Kept:
    """Answers that are kept as a cache does, each with the version that it was made at."""

    def __init__(self) -> None:
        self.client = Client()
        self.answers: dict[str, tuple[Version, object]] = {}

    def make(self, name: str) -> object:
        """Return what an address answers now, or how many comments other apps are told of."""
        if name.startswith("/"):
            response = self.client.get(name)
            return (response.status_code, response.get("Location"), response.content)
        pages = Page.objects.filter(depth__gt=2).order_by("pk")
        count = count_comments if name == "counts" else count_comments_by_anchor
        return count(pages, viewer=Viewer(site=Site.objects.get()))

    def check(self, names: list[str]) -> set[str]:
        """Assert that no answer which seems current says something old; return those that had to be made."""
        made = set()
        for name in names:
            kept = self.answers.get(name)
            if kept and read_version(kept[0].parts) == kept[0]:
                assert kept[1] == self.make(name), name
                continue
            version = read_version()
            assert version is not None
            with noting() as noted:
                answer = self.make(name)
            self.answers[name] = (Version(version.content, dict(noted.parts)), answer)
            made.add(name)
        return made


def names_of(pages: list[Page], comments: list[Comment]) -> list[str]:
    names = ["counts", "counts by anchor"]
    for page in pages:
        names += [f"/{page.slug}/", f"/api/comments/?page={page.pk}", f"/api/comments/form/?page={page.pk}"]
        names += [f"/comments/page/{page.pk}/"]
    for comment in comments:
        names += [f"/api/comments/{comment.uid}/", f"/comments/comment/{comment.uid}/"]
    return names


class TestWhatIsNoted:
    @pytest.mark.parametrize(
        "address",
        ["/the-page/", "/api/comments/?page={0}", "/api/comments/form/?page={0}", "/comments/page/{0}/"],
    )
    def test_a_discussion_that_is_read(
        self, client: Client, plain_page: Page, approved: Make, address: str
    ) -> None:
        with noting() as noted:
            assert client.get(address.format(plain_page.pk)).status_code == 200
        assert noted.parts == {(KIND, plain_page.pk): 0}
        approved()
        with noting() as noted:
            client.get(address.format(plain_page.pk))
        assert noted.parts == {(KIND, plain_page.pk): version_of(plain_page)}
        assert version_of(plain_page) > 0

    @pytest.mark.parametrize("address", ["/api/comments/{0}/", "/comments/comment/{0}/"])
    def test_a_comment_and_one_that_is_not_shown(
        self, client: Client, plain_page: Page, make_comment: MakeComment, address: str
    ) -> None:
        comment = make_comment()
        with noting() as noted:
            assert client.get(address.format(comment.uid)).status_code == 404
        assert noted.parts == {(KIND, plain_page.pk): 0}
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        with noting() as noted:
            assert client.get(address.format(comment.uid)).status_code in (200, 302)
        assert noted.parts == {(KIND, plain_page.pk): version_of(plain_page)}
        assert version_of(plain_page) > 0
        with noting() as noted:
            assert client.get(address.format(NO_SUCH_UID)).status_code == 404
        assert noted.parts == {}

    def test_an_alias_notes_its_original(self, client: Client, plain_page: Page, approved: Make) -> None:
        approved()
        alias = plain_page.create_alias(update_slug="an-alias")
        for address in ("/an-alias/", f"/api/comments/?page={alias.pk}"):
            with noting() as noted:
                assert client.get(address).status_code == 200
            assert noted.parts == {(KIND, plain_page.pk): version_of(plain_page)}

    def test_counts(
        self, plain_page: Page, make_page: MakePage, approved: Make, make_comment: MakeComment
    ) -> None:
        quiet, waiting = make_page("Quiet"), make_page("Waiting")
        approved()
        make_comment(on=waiting)
        viewer = Viewer(site=Site.objects.get())
        for count in (count_comments, count_comments_by_anchor):
            with noting() as noted:
                count([plain_page, quiet, waiting], viewer=viewer)
            expected = {plain_page: version_of(plain_page), quiet: 0, waiting: 0}
            assert noted.parts == {(KIND, page.pk): version for page, version in expected.items()}


def test_the_version_is_noted_before_the_comments_are_read(
    client: Client, plain_page: Page, approved: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment that is approved between the two reads is in the answer, whose version is the older one."""
    approved("First.")
    late = submit_comment(page=plain_page, body="Late.", author_name="A", author_email="a@example.org")
    find = loaded_discussion

    def find_then_approve(page: Any) -> Discussion | None:
        discussion = find(page)
        set_comment_status(uids=[late.uid], status=Status.APPROVED, actor=None)
        return discussion

    monkeypatch.setattr("comments.api.loaded_discussion", find_then_approve)
    with noting() as noted:
        assert "Late." in client.get(f"/api/comments/?page={plain_page.pk}").content.decode()
    version = read_version(noted.parts)
    assert version is not None
    assert version.parts != noted.parts


def test_comments_move_nothing_but_their_discussion(
    plain_page: Page, make_page: MakePage, make_comment: MakeComment
) -> None:
    other = make_page("Other")
    make_comment(on=other)
    kept = Kept()
    names = names_of([plain_page, other], [])
    kept.check(names)
    comment = make_comment()
    assert kept.check(names) == set()
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    expected = {name for name in names if name.startswith("counts") or str(plain_page.pk) in name}
    assert kept.check(names) == expected | {f"/{plain_page.slug}/"}
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    assert kept.check(names) == set()


def everything() -> QuerySet[Comment]:
    """Return all comments as a program sees them that doesn't know of our own methods."""
    return QuerySet(Comment)


def bulk_update() -> None:
    comments = list(everything())
    for comment in comments:
        comment.author_name = "Rosa"
    Comment.objects.bulk_update(comments, ["author_name"])


def save_all() -> None:
    for comment in everything():
        comment.body = "New."
        comment.save()


def add_one(**fields: Any) -> None:
    """Add a comment to the discussion without a service."""
    values = {"discussion": Discussion.objects.get(), "author_name": "A", "body": "B", **fields}
    comment = Comment(**values)
    comment.path = comment.uid.hex
    Comment.objects.bulk_create([comment])


# Each has readers see something else, if the page has one shown comment.
SEEN: dict[str, Callable[[], Any]] = {
    "SQL": lambda: run("UPDATE standfirst_comments_comment SET body = 'Changed.'"),
    "update": lambda: everything().update(author_name="Rosa"),
    "update of the status": lambda: everything().update(status=Status.SPAM),
    "bulk_update": bulk_update,
    "save": save_all,
    "bulk_create": lambda: add_one(status=Status.APPROVED),
    "bulk_create of a place": lambda: add_one(approved_reply_count=1),
    "delete of a query set": lambda: Comment.objects.all().delete(),
    "DELETE": lambda: run("DELETE FROM standfirst_comments_comment"),
    "closing": lambda: Discussion.objects.update(is_open=False),
    "a number": lambda: run("UPDATE standfirst_comments_discussion SET approved_count = 7"),
}
HIDDEN: dict[str, Any] = {
    "author_email": "x@example.org",
    "ip_address": "192.0.2.1",
    "user_agent": "x",
    "fingerprint": "x",
    "status_changed_at": datetime(2026, 1, 1, tzinfo=UTC),
    "rendered_body": "",
    "rendered_from": "",
}
UNSEEN: dict[str, Callable[[], Any]] = {
    **{
        f"{name} of a shown one": (lambda name=name, value=value: everything().update(**{name: value}))  # type: ignore[misc]
        for name, value in HIDDEN.items()
    },
    "the same again": lambda: everything().update(author_name=F("author_name"), body=F("body")),
    "one that waits": lambda: add_one(),
    "spam": lambda: add_one(status=Status.SPAM),
    "waiting ones counted": lambda: Discussion.objects.update(pending_count=9),
}


@pytest.mark.django_db
class TestWhoeverChangesIt:
    """Triggers move the version of a discussion, and leave the version of the content alone."""

    @pytest.fixture
    def before(self, plain_page: Page) -> Version:
        # Without a history, which a DELETE would have to take away before.
        Discussion.objects.create(page=plain_page, approved_count=1)
        add_one(status=Status.APPROVED, body="As it was.", author_name="Ada")
        return self.read(plain_page)

    def read(self, page: Page) -> Version:
        version = read_version([(KIND, page.pk)])
        assert version is not None
        return version

    @pytest.mark.parametrize("name", SEEN)
    def test_what_readers_see(self, plain_page: Page, before: Version, name: str) -> None:
        SEEN[name]()
        after = self.read(plain_page)
        assert after.content == before.content
        assert after.parts[KIND, plain_page.pk] > before.parts[KIND, plain_page.pk]

    @pytest.mark.parametrize("name", UNSEEN)
    def test_what_no_reader_sees(self, plain_page: Page, before: Version, name: str) -> None:
        UNSEEN[name]()
        assert self.read(plain_page) == before

    @pytest.mark.parametrize("status", [Status.PENDING, Status.SPAM, Status.TRASH])
    def test_a_comment_that_is_not_shown(
        self, plain_page: Page, before: Version, make_comment: MakeComment, status: Status
    ) -> None:
        comment = make_comment(status=status)
        Comment.objects.filter(pk=comment.pk).update(body="Changed.", author_name="Rosa")
        run("UPDATE standfirst_comments_comment SET author_url = 'x' WHERE id = %s", comment.pk)
        comment.delete()
        assert self.read(plain_page) == before
        hidden = make_comment(status=status)
        everything().filter(pk=hidden.pk).update(status=Status.APPROVED)
        assert self.read(plain_page) != before

    def test_a_comment_that_moves_to_another_page(
        self, plain_page: Page, before: Version, make_page: MakePage, approved: Make
    ) -> None:
        other = make_page("Other")
        there = approved(on=other).discussion
        before, elsewhere = self.read(plain_page), self.read(other)
        everything().exclude(discussion=there).update(discussion=there)
        assert self.read(plain_page).parts != before.parts
        assert self.read(other).parts != elsewhere.parts
        assert self.read(other).content == before.content

    @pytest.mark.parametrize("is_open", [True, False])
    def test_a_row_that_says_what_none_says_has_version_0(self, plain_page: Page, *, is_open: bool) -> None:
        Discussion.objects.create(page=plain_page, is_open=is_open)
        assert (version_of(plain_page) == 0) == is_open

    def test_an_old_instance_moves_it_on(self, plain_page: Page, before: Version, approved: Make) -> None:
        old = Discussion.objects.get()
        seen = {old.version}
        approved()
        seen.add(version_of(plain_page))
        for fields in (None, ["version"], ["is_open", "version"], None):
            highest = max(seen)
            old.is_open = not old.is_open
            old.save(update_fields=fields)
            assert version_of(plain_page) > highest
            seen.add(version_of(plain_page))
        Discussion.objects.update(version=0)
        assert version_of(plain_page) > max(seen)

    def test_a_page_goes_with_its_comments(self, plain_page: Page, before: Version) -> None:
        plain_page.delete()
        after = self.read(plain_page)
        assert (after.content != before.content, after.parts[KIND, plain_page.pk]) == (True, 0)

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite has REPLACE.")
    def test_a_row_that_is_replaced(self, plain_page: Page, before: Version) -> None:
        columns = ", ".join(str(field.column) for field in Comment._meta.concrete_fields)
        values = columns.replace("status,", "'pending',")
        table = Comment._meta.db_table
        run(f"REPLACE INTO {table} ({columns}) SELECT {values} FROM {table}")
        assert Comment.objects.get().status == Status.PENDING
        assert self.read(plain_page).parts != before.parts

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="Only PostgreSQL has TRUNCATE.")
    def test_truncate(self, plain_page: Page, before: Version) -> None:
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("TRUNCATE standfirst_comments_comment, standfirst_comments_moderationentry")
        assert self.read(plain_page).parts != before.parts

    def test_none_is_missing_and_none_is_left(self, plain_page: Page) -> None:
        vendor = vendor_module(connection)
        tables = {Comment._meta.db_table, Discussion._meta.db_table}
        wanted = [trigger for trigger in vendor.find_triggers(connection) if trigger[0] in tables]
        assert {table for table, _name in wanted} == tables
        assert find_missing(connection) == []
        run(
            vendor.drop_statement(connection, next(one for one in wanted if one[0] == Comment._meta.db_table))
        )
        assert any(Comment._meta.db_table in name for name in find_missing(connection))
        make_triggers()
        assert find_missing(connection) == []
        remove_triggers()
        assert vendor.find_triggers(connection) == {}
        # Nothing of ours is in the way of writing to the tables.
        vendor.remove_what_is_shared(connection)
        Discussion.objects.create(page=plain_page, is_open=False)
        assert version_of(plain_page) == 0


def wait_for_who_waits_for_us() -> None:
    """Return once another transaction waits for what this one has locked, on PostgreSQL."""
    deadline = time.monotonic() + 20
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waits.")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
@pytest.mark.django_db(transaction=True)
def test_sql_and_a_decision_that_wait_for_each_other(plain_page: Page, approved: Make) -> None:
    """SQL has the comment, the service the discussion: one of them is refused, and nothing is half done."""
    comment = approved("As it was.")
    before = version_of(plain_page)
    is_held = Event()

    def decide() -> None:
        try:
            assert is_held.wait(10)
            set_comment_status(uids=[comment.uid], status=Status.SPAM, actor=None)
        finally:
            connection.close()

    refused = 0
    with ThreadPoolExecutor(1) as pool:
        deciding = pool.submit(decide)
        try:
            with transaction.atomic():
                run("UPDATE standfirst_comments_comment SET user_agent = 'x'")
                is_held.set()
                wait_for_who_waits_for_us()
                run("UPDATE standfirst_comments_comment SET body = 'Changed.'")
        except OperationalError:
            refused += 1
        try:
            deciding.result(20)
        except OperationalError:
            refused += 1
    assert refused == 1
    found = Comment.objects.get()
    assert (found.body, found.status) in [("Changed.", Status.APPROVED), ("As it was.", Status.SPAM)]
    assert Discussion.objects.get().approved_count == (found.status == Status.APPROVED)
    assert version_of(plain_page) > before


ACTS = st.tuples(
    st.sampled_from(
        [
            *("submit", "reply", *Status.values, "delete", "delete several", "open", "close", "recount"),
            *("editor", "user", "page", "look"),
        ]
    ),
    st.integers(min_value=0, max_value=9),
)


class AnySequence(TestCase):
    """Whatever is done to comments, in whatever order, no kept answer is an old one."""

    @given(st.lists(ACTS, max_size=8))
    @settings(max_examples=examples(40), deadline=None, suppress_health_check=RUN_TWICE)
    def test_kept_answers(self, acts: list[tuple[str, int]]) -> None:
        with self.settings(
            ROOT_URLCONF="tests.comments.urls",
            STANDFIRST_COMMENTS_FLOOD_SECONDS=0,
            STANDFIRST_COMMENTS_PAGE_TYPES=["wagtailcore.Page"],
        ):
            self.run_acts(acts)

    def run_acts(self, acts: list[tuple[str, int]]) -> None:
        root = Site.objects.get(is_default_site=True).root_page
        pages = [root.add_child(instance=Page(title=title, slug=title)) for title in ("one", "two")]
        users = [get_user_model().objects.create_user(f"user-{number}") for number in range(3)]
        comments: list[Comment] = []
        kept = Kept()
        kept.check(names_of(pages, comments))
        for number, (act, choice) in enumerate(acts):
            page = pages[choice % len(pages)]
            there = [comment for comment in comments if Comment.objects.filter(pk=comment.pk).exists()]
            one = there[choice % len(there)] if there else None
            if act == "submit" or (act == "reply" and one is None):
                user = users[choice % len(users)] if users and choice % 2 else None
                comments.append(self.submit(page, number, user=user, anchor=f"part-{choice}"))
            elif act == "reply" and one is not None:
                set_comment_status(uids=[one.uid], status=Status.APPROVED, actor=None)
                if not Discussion.objects.get(pk=one.discussion_id).is_open:
                    continue
                place = Page.objects.get(pk=one.discussion.page_id)
                comments.append(self.submit(place, number, parent_uid=one.uid))
            elif act in Status.values and there:
                some = [comment.uid for comment in there[choice % len(there) :][:2]]
                set_comment_status(uids=some, status=Status(act), actor=None)
            elif act == "delete" and one is not None:
                Comment.objects.get(pk=one.pk).delete()
            elif act == "delete several":
                Comment.objects.filter(pk__in=[comment.pk for comment in there[::2]]).delete()
            elif act in ("open", "close"):
                set_discussion_open(page=page, is_open=act == "open")
            elif act == "recount":
                # Somebody has changed comments by SQL, and now has them counted.
                Comment.objects.filter(pk__in=[comment.pk for comment in there[choice:]]).update(
                    status=Status.TRASH
                )
                Discussion.objects.filter(page=page).update(pending_count=choice)
                recount_discussions(check_only=False)
            elif act == "editor" and users:
                users[choice % len(users)].groups.add(Group.objects.get(name="Editors"))
            elif act == "user" and users:
                users.pop(choice % len(users)).delete()
            elif act == "page":
                page.title = f"Title {number}"
                page.save()
            kept.check(names_of(pages, comments))

    def submit(self, page: Page, number: int, **fields: Any) -> Comment:
        if not getattr(find_discussion(page), "is_open", True):
            set_discussion_open(page=page, is_open=True)
        return submit_comment(
            page=page, body=f"Comment {number}", author_name="A", author_email="a@example.org", **fields
        )
