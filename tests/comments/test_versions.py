"""An answer with comments is made anew exactly when it would say something else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from wagtail.models import Page, Site

from comments.enums import Status
from comments.models import Comment, Discussion
from comments.services import (
    find_discussion,
    recount_discussions,
    set_comment_status,
    set_discussion_open,
    submit_comment,
)
from standfirst.cache.noting import noting
from standfirst.cache.versions import Version, read_version
from standfirst.parts import count_comments, count_comments_by_anchor
from standfirst.visibility import Viewer
from tests.comments.conftest import NO_SUCH_UID, MakeComment, MakePage
from tests.examples import RUN_TWICE, examples

pytestmark = pytest.mark.django_db
Make = Callable[..., Comment]
KIND = "standfirst_comments.discussion"


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
        assert noted.parts == {(KIND, plain_page.pk): 1}

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
        assert noted.parts == {(KIND, plain_page.pk): 1}
        with noting() as noted:
            assert client.get(address.format(NO_SUCH_UID)).status_code == 404
        assert noted.parts == {}

    def test_an_alias_notes_its_original(self, client: Client, plain_page: Page, approved: Make) -> None:
        approved()
        alias = plain_page.create_alias(update_slug="an-alias")
        for address in ("/an-alias/", f"/api/comments/?page={alias.pk}"):
            with noting() as noted:
                assert client.get(address).status_code == 200
            assert noted.parts == {(KIND, plain_page.pk): 1}

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
            assert noted.parts == {(KIND, plain_page.pk): 1, (KIND, quiet.pk): 0, (KIND, waiting.pk): 0}


def test_the_version_is_noted_before_the_comments_are_read(
    client: Client, plain_page: Page, approved: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment that is approved between the two reads is in the answer, whose version is the older one."""
    approved("First.")
    late = submit_comment(page=plain_page, body="Late.", author_name="A", author_email="a@example.org")
    find = find_discussion

    def find_then_approve(page: Any) -> Discussion | None:
        discussion = find(page)
        set_comment_status(uids=[late.uid], status=Status.APPROVED, actor=None)
        return discussion

    monkeypatch.setattr("comments.api.find_discussion", find_then_approve)
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
