"""Saving a draft undoes nothing that others did to the page while the request was on its way.

The other request comes in between by Wagtail's own hook, which runs when the editor has loaded the page and
not yet saved it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from wagtail import hooks
from wagtail.actions import action_registry
from wagtail.admin.viewsets.pages import page_viewset_registry
from wagtail.models import APIToken, GroupApprovalTask, Page, PageViewRestriction, Revision, Workflow
from wagtail.models import WorkflowTask as WorkflowStep
from wagtail.test.utils.form_data import nested_form_data, streamfield

from articles.models import ArticleIndexPage, ArticlePage, Claim
from standfirst.editing import GuardedEditMixin, GuardedUnpublishMixin, guard_editing
from tests.articles.builders import (
    claim_block,
    make_article,
    make_draft,
    make_index,
    make_person,
)

AUTOSAVE = {"accept": "application/json"}
MODES = ["IMMEDIATE", "DEFERRED"] if connection.vendor == "sqlite" else ["of the server"]


def load(page: Any) -> Any:
    return type(page).objects.get(pk=page.pk)


def draft_of(page: Any) -> Any:
    return load(page).get_latest_revision_as_object()


def publish(page: Any, title: str, **content: Any) -> Revision:
    """Publish a new version as another request does, from the latest one."""
    newer = draft_of(page)
    newer.title = title
    for name, value in content.items():
        setattr(newer, name, value)
    revision = newer.save_revision()
    revision.publish()
    return revision


def assert_tree_is_sound() -> None:
    problems = Page.find_problems()
    assert problems == ([], [], [], [], [])
    for page in Page.objects.filter(depth__gt=1):
        assert page.url_path == f"{page.get_parent().url_path}{page.slug}/", page


@contextmanager
def meanwhile(act: Callable[[], Any]) -> Iterator[None]:
    """Do something once between the loading and the saving of a page in the editor."""
    done: list[Any] = []

    def run(request: Any, page: Any) -> None:
        if not done:
            done.append(True)
            act()

    with hooks.register_temporarily("before_edit_page", run):
        yield
    assert done


@pytest.fixture
def ada() -> Any:
    return get_user_model().objects.create_superuser("ada")


@pytest.fixture
def admin(ada: Any) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def form_data(page: Any, title: str, **fields: str) -> dict[str, Any]:
    """Return what the editor posts of a page that was loaded as it is now."""
    latest = load(page).latest_revision
    data = {
        "title": title,
        "slug": page.slug,
        "standfirst": "",
        "intro": "",
        "body": streamfield([]),
        "bylines-TOTAL_FORMS": "0",
        "bylines-INITIAL_FORMS": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        **fields,
    }
    if latest:
        data |= {
            "loaded_revision_id": str(latest.pk),
            "loaded_revision_created_at": latest.created_at.isoformat(),
        }
    return nested_form_data(data)


def save(admin: Client, page: Any, title: str, *, headers: Any = None, **fields: str) -> Any:
    data = form_data(page, title, **fields)
    return admin.post(f"/admin/pages/{page.pk}/edit/", data, headers=headers)


@pytest.fixture(params=["autosave", "button"])
def headers(request: pytest.FixtureRequest) -> Any:
    return AUTOSAVE if request.param == "autosave" else None


@pytest.mark.django_db
class TestPublishedMeanwhile:
    def test_the_page_stays_as_it_was_published(self, admin: Client, headers: Any) -> None:
        page = make_draft(title="Begun", tags=["old"], authors=[make_person(name="Bo")])
        alias = page.create_alias(update_slug="alias")
        theirs = make_person(name="Theirs")

        def other() -> None:
            newer = draft_of(page)
            newer.title, newer.body = "Theirs", [("claim", {"statement": "Claimed.", "certainty": "low"})]
            newer.bylines = [type(newer.bylines.first())(person=theirs)]
            newer.tags.set(["new"])
            newer.save_revision().publish()

        with meanwhile(other):
            answer = save(admin, page, "Mine", headers=headers)
        assert answer.status_code in (200, 302)
        live = load(page)
        assert (live.live, live.title, live.slug) == (True, "Theirs", page.slug)
        assert [line.person for line in live.bylines.all()] == [theirs]
        assert [tag.name for tag in live.tags.all()] == ["new"]
        assert list(Claim.objects.values_list("statement", flat=True)) == ["Claimed."]
        assert load(alias).live
        assert load(alias).title == "Theirs"
        assert live.has_unpublished_changes
        assert live.first_published_at
        assert live.last_published_at
        assert Client().get(live.url).status_code == 200
        # What was typed is a draft that was made from what its author saw, and can't be published unawares.
        assert draft_of(page).title == "Mine"
        assert live.live_revision.content["title"] == "Theirs"
        assert admin.get(f"/admin/pages/{page.pk}/edit/").status_code == 200

    def test_the_draft_knows_that_it_is_overtaken(self, admin: Client) -> None:
        page = make_draft(title="Begun")
        with meanwhile(lambda: publish(page, "Theirs")):
            save(admin, page, "Mine")
        draft = load(page).latest_revision
        assert draft.content["title"] == "Mine"
        with pytest.raises(Exception, match="published another one"):
            draft.publish()

    def test_the_version_that_is_live_is_not_overwritten(self, admin: Client, ada: Any) -> None:
        page = make_draft(title="Begun")
        mine = draft_of(page)
        own = mine.save_revision(user=ada)
        with meanwhile(lambda: load(page).latest_revision.publish()):
            answer = save(admin, page, "Mine", headers=AUTOSAVE, overwrite_revision_id=str(own.pk))
        assert answer.json()["success"]
        assert answer.json()["revision_id"] != own.pk
        assert load(page).live
        assert load(page).live_revision_id == own.pk
        own.refresh_from_db()
        assert own.content["title"] == "Begun"
        assert draft_of(page).title == "Mine"

    def test_nor_by_a_request_that_came_later(self, admin: Client, ada: Any) -> None:
        page = make_draft(title="Begun")
        own = draft_of(page).save_revision(user=ada)
        own.publish()
        answer = save(admin, page, "Mine", headers=AUTOSAVE, overwrite_revision_id=str(own.pk))
        assert answer.json()["revision_id"] != own.pk
        own.refresh_from_db()
        assert own.content["title"] == "Begun"
        # The next one overwrites the draft.
        again = answer.json()["revision_id"]
        answer = save(admin, page, "Mine again", headers=AUTOSAVE, overwrite_revision_id=str(again))
        assert answer.json()["revision_id"] == again
        assert draft_of(page).title == "Mine again"

    def test_a_page_that_is_no_article(self, admin: Client, headers: Any) -> None:
        index = make_index(title="Begun", live=False)
        index.save_revision()
        with meanwhile(lambda: publish(index, "Theirs")):
            save(admin, index, "Mine", headers=headers)
        assert isinstance(load(index), ArticleIndexPage)
        assert (load(index).live, load(index).title, draft_of(index).title) == (True, "Theirs", "Mine")

    def test_by_the_schedule(self, admin: Client) -> None:
        page = make_draft(title="Begun")
        planned = draft_of(page).save_revision()

        def other() -> None:
            past = timezone.now() - timedelta(minutes=1)
            Revision.objects.filter(pk=planned.pk).update(approved_go_live_at=past)
            call_command("publish_scheduled")

        with meanwhile(other):
            save(admin, page, "Mine", headers=AUTOSAVE)
        assert (load(page).live, load(page).title, draft_of(page).title) == (True, "Begun", "Mine")

    def test_a_schedule_stays(self, admin: Client, ada: Any) -> None:
        page = make_draft(title="Begun")
        own = draft_of(page).save_revision(user=ada)
        tomorrow = timezone.now() + timedelta(days=1)

        def other() -> None:
            Revision.objects.filter(pk=own.pk).update(approved_go_live_at=tomorrow)

        with meanwhile(other):
            save(admin, page, "Mine", headers=AUTOSAVE, overwrite_revision_id=str(own.pk))
        own.refresh_from_db()
        assert (own.approved_go_live_at, own.content["title"]) == (tomorrow, "Begun")
        assert draft_of(page).title == "Mine"

    def test_publishing_it_keeps_what_is_live(self, admin: Client) -> None:
        page = make_draft(title="Begun")
        with meanwhile(lambda: publish(page, "Theirs")):
            answer = save(admin, page, "Mine", **{"action-publish": "1"})
        assert answer.status_code == 302
        assert (load(page).live, load(page).title, draft_of(page).title) == (True, "Theirs", "Mine")

    def test_going_back_to_an_older_version_as_a_draft(self, admin: Client) -> None:
        page = make_draft(title="Old")
        old = page.latest_revision
        with meanwhile(lambda: publish(page, "Theirs")):
            admin.post(f"/admin/pages/{page.pk}/revisions/{old.pk}/revert/", form_data(page, "Old"))
        assert (load(page).live, load(page).title, draft_of(page).title) == (True, "Theirs", "Old")

    def test_submitting_it_to_a_workflow(self, admin: Client) -> None:
        workflow = Workflow.objects.create(name="Review", active=True)
        task = GroupApprovalTask.objects.create(name="Review", active=True)
        WorkflowStep.objects.create(workflow=workflow, task=task, sort_order=1)
        page = make_draft(title="Begun")
        workflow.workflow_pages.create(page=page)
        with meanwhile(lambda: publish(page, "Theirs")):
            save(admin, page, "Mine", **{"action-submit": "1"})
        assert (load(page).live, load(page).title, draft_of(page).title) == (True, "Theirs", "Mine")
        assert load(page).workflow_in_progress


@pytest.mark.django_db
class TestDoneMeanwhile:
    def test_unpublishing(self, admin: Client, headers: Any) -> None:
        page = make_article(title="Live", body=[claim_block("One.")])
        with meanwhile(lambda: load(page).unpublish()):
            save(admin, page, "Mine", headers=headers)
        assert (load(page).live, load(page).live_revision_id) == (False, None)
        assert draft_of(page).title == "Mine"
        assert not Claim.objects.exists()
        load(page).latest_revision.publish()
        assert (load(page).live, load(page).title) == (True, "Mine")

    @pytest.mark.parametrize("slug", ["same", "other"])
    def test_moving(self, admin: Client, slug: str, headers: Any) -> None:
        page = make_draft(title="Begun", slug="same")
        target = make_index(slug="target")
        child = make_article(page, slug="child")
        with meanwhile(lambda: load(page).move(target, pos="last-child")):
            save(admin, page, "Mine", headers=headers, slug=slug)
        assert load(page).get_parent().pk == target.pk
        assert load(page).url_path == f"{target.url_path}{slug}/"
        assert load(child).url_path == f"{target.url_path}{slug}/child/"
        assert draft_of(page).title == "Mine"
        assert_tree_is_sound()

    def test_moving_a_page_above_it_and_renaming_that(self, admin: Client) -> None:
        parent = make_index(slug="parent")
        page = make_draft(parent, title="Begun", slug="page")

        def other() -> None:
            load(parent).move(make_index(slug="target"), pos="last-child")
            renamed = load(parent)
            renamed.slug = "renamed"
            renamed.save_revision().publish()

        with meanwhile(other):
            save(admin, page, "Mine")
        assert load(page).url_path.endswith("/target/renamed/page/")
        assert_tree_is_sound()

    def test_a_page_below_it(self, admin: Client) -> None:
        page = make_draft(title="Begun")
        with meanwhile(lambda: make_article(load(page), slug="child")):
            save(admin, page, "Mine")
        assert load(page).numchild == 1
        assert_tree_is_sound()

    def test_another_slug(self, admin: Client) -> None:
        page = make_draft(title="Begun", slug="old")

        def other() -> None:
            newer = draft_of(page)
            newer.slug = "new"
            newer.save_revision().publish()

        with meanwhile(other):
            save(admin, page, "Mine", slug="old")
        assert (load(page).live, load(page).slug) == (True, "new")
        assert (draft_of(page).title, draft_of(page).slug) == ("Mine", "old")
        assert_tree_is_sound()

    def test_privacy(self, admin: Client) -> None:
        page = make_draft(title="Begun")

        def other() -> None:
            publish(page, "Theirs")
            PageViewRestriction.objects.create(page=load(page), restriction_type="login")

        with meanwhile(other):
            save(admin, page, "Mine")
        assert load(page).live
        assert load(page).get_view_restrictions().count() == 1
        assert Client().get(load(page).url).status_code == 302

    def test_locking(self, admin: Client, ada: Any) -> None:
        page = make_draft(title="Begun")
        now = timezone.now()
        lock = {"locked": True, "locked_by": ada, "locked_at": now}
        with meanwhile(lambda: Page.objects.filter(pk=page.pk).update(**lock)):
            save(admin, page, "Mine")
        assert (load(page).locked, load(page).locked_by, load(page).locked_at) == (True, ada, now)

    def test_deleting(self, admin: Client, headers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        page = make_draft(title="Begun")
        form_valid = GuardedEditMixin.form_valid

        def delete_before(view: Any, form: Any) -> Any:
            Page.objects.get(pk=page.pk).delete()
            return form_valid(view, form)

        monkeypatch.setattr(GuardedEditMixin, "form_valid", delete_before)
        assert save(admin, page, "Mine", headers=headers).status_code == 404
        assert not Page.objects.filter(pk=page.pk).exists()
        assert_tree_is_sound()

    def test_copying_copies_what_was_there(self, admin: Client) -> None:
        page = make_article(title="Live")
        with meanwhile(lambda: load(page).copy(update_attrs={"slug": "copy"}, keep_live=True)):
            save(admin, page, "Mine")
        copy = ArticlePage.objects.get(slug="copy")
        assert (copy.live, copy.title, load(page).title) == (True, "Live", "Live")


@pytest.mark.django_db
class TestTwoDrafts:
    def save_as_another(self, page: Any) -> Revision:
        other = draft_of(page)
        other.title = "Theirs"
        other.save()
        return other.save_revision(user=get_user_model().objects.create_superuser("bo"))

    def test_an_autosave_hides_no_newer_draft(self, admin: Client, ada: Any) -> None:
        page = make_draft(title="Begun")
        own = draft_of(page).save_revision(user=ada)
        for overwritten in ({}, {"overwrite_revision_id": str(own.pk)}):
            page = make_draft(title="Begun")
            own = draft_of(page).save_revision(user=ada)
            overwritten = {"overwrite_revision_id": str(own.pk)} if overwritten else {}
            get_user_model().objects.filter(username="bo").delete()
            with meanwhile(lambda page=page: self.save_as_another(page)):
                answer = save(admin, page, "Mine", headers=AUTOSAVE, **overwritten)
            assert answer.status_code == 400
            assert answer.json()["error_code"] == "invalid_revision"
            assert (load(page).title, draft_of(page).title) == ("Theirs", "Theirs")

    def test_the_button_makes_a_version_of_its_own(self, admin: Client) -> None:
        page = make_draft(title="Begun")
        with meanwhile(lambda: self.save_as_another(page)):
            assert save(admin, page, "Mine").status_code == 302
        assert draft_of(page).title == "Mine"
        assert [revision.content["title"] for revision in page.revisions.order_by("pk")] == [
            "Begun",
            "Theirs",
            "Mine",
        ]

    def test_what_the_button_would_overwrite_is_said_and_kept_in_the_form(
        self, admin: Client, ada: Any
    ) -> None:
        page = make_draft(title="Begun")
        own = draft_of(page).save_revision(user=ada)
        with meanwhile(lambda: self.save_as_another(page)):
            answer = save(admin, page, "Mine", overwrite_revision_id=str(own.pk))
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "Saving will overwrite a newer version." in text
        assert 'value="Mine"' in text
        assert draft_of(page).title == "Theirs"

    @pytest.mark.parametrize("strange", ["x", "9" * 40, "-1"])
    def test_strange_ids_break_nothing(self, admin: Client, strange: str) -> None:
        page = make_draft(title="Begun")
        answer = save(admin, page, "Mine", overwrite_revision_id=strange)
        assert answer.status_code == 200
        assert draft_of(page).title == "Begun"


@pytest.mark.django_db
class TestUnpublishing:
    """A page is saved as a whole to take it offline, too."""

    def save_a_draft(self, page: Any) -> None:
        newer = draft_of(page)
        newer.title = "Draft"
        newer.save_revision()

    def test_in_the_admin(self, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        page = make_article(title="Live")
        unpublish = GuardedUnpublishMixin.unpublish

        def save_before(view: Any) -> Any:
            self.save_a_draft(page)
            return unpublish(view)

        monkeypatch.setattr(GuardedUnpublishMixin, "unpublish", save_before)
        assert admin.post(f"/admin/pages/{page.pk}/unpublish/").status_code == 302
        assert (load(page).live, draft_of(page).title) == (False, "Draft")

    def test_with_a_page_that_was_loaded_before(self) -> None:
        page = make_article(title="Live")
        stale = load(page)
        self.save_a_draft(page)
        stale.unpublish()
        assert (load(page).live, draft_of(page).title) == (False, "Draft")

    def test_with_the_registered_action(self) -> None:
        page = make_article(title="Live")
        stale = load(page)
        self.save_a_draft(page)
        action_registry.get_action_class(Page, "unpublish")(stale).execute()
        assert (load(page).live, draft_of(page).title) == (False, "Draft")

    def test_a_page_that_was_moved(self) -> None:
        page, target = make_article(title="Live"), make_index()
        stale = load(page)
        load(page).move(target, pos="last-child")
        stale.unpublish()
        assert load(page).get_parent().pk == target.pk
        assert_tree_is_sound()


@pytest.mark.django_db
class TestPublishingWhatWasLoadedBefore:
    @pytest.mark.parametrize("by", ["method", "action"])
    def test_a_newer_draft_and_a_move_stay(self, by: str) -> None:
        page, target = make_draft(title="Begun"), make_index()
        revision = load(page).latest_revision
        assert revision.content_object.pk == page.pk  # Loaded now, as it is.
        action = action_registry.get_action_class(Page, "publish")(revision)
        newer = draft_of(page)
        newer.title = "Newer"
        newer.save_revision()
        load(page).move(target, pos="last-child")
        if by == "method":
            revision.publish()
        else:
            action.execute()
        assert (load(page).live, load(page).title, draft_of(page).title) == (True, "Begun", "Newer")
        assert load(page).get_parent().pk == target.pk
        assert_tree_is_sound()


@pytest.mark.django_db
class TestManagementAPI:
    @pytest.fixture
    def patch(self, ada: Any, client: Client) -> Any:
        _, token = APIToken.create_token(user=ada, name="test")

        def send(page: Any, title: str, **meta: str) -> Any:
            return client.patch(
                f"/api/wagtail/v3/pages/{page.pk}/",
                data={"meta": {"type": page._meta.label, **meta}, "title": title},
                content_type="application/json",
                headers={"authorization": f"Bearer {token}"},
            )

        return send

    @pytest.fixture
    def between(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Return a function that has something done when the API has loaded the page, before it saves."""
        from wagtail.api.v3.routers import pages as router

        build = router.build_page_update_form

        def arrange(act: Callable[[], Any]) -> None:
            def build_later(page: Any, *args: Any) -> Any:
                form = build(page, *args)
                act()
                return form

            monkeypatch.setattr(router, "build_page_update_form", build_later)

        return arrange

    def test_a_draft_leaves_what_went_live(self, patch: Any, between: Any) -> None:
        page = make_draft(title="Begun")
        between(lambda: publish(page, "Theirs"))
        answer = patch(page, "Mine")
        assert answer.status_code == 200, answer.content
        assert (load(page).live, load(page).title, draft_of(page).title) == (True, "Theirs", "Mine")

    @pytest.mark.parametrize("is_article", [True, False])
    def test_publishing_over_what_went_live_is_refused(
        self, patch: Any, between: Any, is_article: bool
    ) -> None:
        page = make_draft(title="Begun") if is_article else make_index(title="Begun", live=False)
        between(lambda: publish(page, "Theirs"))
        answer = patch(page, "Mine", action="publish")
        assert answer.status_code == 422
        assert "published another one" in answer.content.decode()
        assert (load(page).live, load(page).title) == (True, "Theirs")

    def test_a_move_stays(self, patch: Any, between: Any) -> None:
        page, target = make_draft(title="Begun"), make_index()
        between(lambda: load(page).move(target, pos="last-child"))
        assert patch(page, "Mine").status_code == 200
        assert load(page).get_parent().pk == target.pk
        assert_tree_is_sound()

    def test_a_page_that_is_gone(self, patch: Any, between: Any) -> None:
        page = make_draft(title="Begun")
        between(lambda: Page.objects.get(pk=page.pk).delete())
        assert patch(page, "Mine").status_code == 404
        assert not Page.objects.filter(pk=page.pk).exists()


@pytest.fixture(params=MODES)
def transaction_mode(
    request: pytest.FixtureRequest, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Run a test in each way of beginning a transaction. The threads' connections share the options."""
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", request.param)
        connection.close()
    yield
    connection.close()


@pytest.mark.usefixtures("transaction_mode")
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two connections. One publishes while the other, which has loaded the page, saves."""

    def race(self, page: Any, ada: Any, other: Callable[[Callable[[], None]], None], **fields: str) -> Any:
        """Save in the editor while another thread acts. It is given a function to call before it commits."""
        loaded, acted = Event(), Event()

        def act() -> None:
            try:
                assert loaded.wait(30)
                other(acted.set)
            finally:
                acted.set()
                connection.close()

        def wait(request: Any, page: Any) -> None:
            loaded.set()
            assert acted.wait(30)

        client = Client()
        client.force_login(ada)
        with ThreadPoolExecutor(1) as pool, hooks.register_temporarily("before_edit_page", wait):
            acting = pool.submit(act)
            answer = save(client, page, "Mine", **fields)
            acting.result()
        return answer

    @pytest.mark.parametrize("when", ["before the save", "while it waits"])
    def test_what_went_live_stays(self, ada: Any, when: str) -> None:
        page = make_draft(title="Begun", tags=["old"])

        def other(about_to_commit: Callable[[], None]) -> None:
            with transaction.atomic():
                newer = draft_of(page)
                newer.title = "Theirs"
                newer.tags.set(["new"])
                newer.save_revision().publish()
                if when == "while it waits":
                    about_to_commit()
                    Event().wait(0.5)

        assert self.race(page, ada, other).status_code == 302
        live = load(page)
        assert (live.live, live.title, draft_of(page).title) == (True, "Theirs", "Mine")
        assert [tag.name for tag in live.tags.all()] == ["new"]

    def test_of_two_who_publish_the_second_is_told(self, ada: Any) -> None:
        page = make_draft(title="Begun")

        def other(about_to_commit: Callable[[], None]) -> None:
            with transaction.atomic():
                publish(page, "Theirs")
                about_to_commit()
                Event().wait(0.5)

        self.race(page, ada, other, **{"action-publish": "1"})
        assert (load(page).title, draft_of(page).title) == ("Theirs", "Mine")


def test_every_viewset_of_pages_is_guarded_once() -> None:
    from django.urls import reverse

    assert reverse("wagtailadmin_home")  # Wagtail registers viewsets when it makes its addresses.
    guard_editing()
    for viewset in page_viewset_registry.values_by_class.values():
        for view, mixin in (
            (viewset.edit_view_class, GuardedEditMixin),
            (viewset.revisions_revert_view_class, GuardedEditMixin),
            (viewset.unpublish_view_class, GuardedUnpublishMixin),
        ):
            assert view.__mro__.count(mixin) == 1
            assert view.__bases__[0] is mixin
