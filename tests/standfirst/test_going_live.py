"""What apps are told of pages that go live or are shown no more: once each, with revision and user."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.actions import action_registry
from wagtail.models import APIToken, Locale, Page, Workflow, WorkflowTask
from wagtail.models import GroupApprovalTask as Approval
from wagtail.test.utils.form_data import nested_form_data, streamfield

from articles.models import ArticleIndexPage, ArticlePage
from standfirst import going_live
from standfirst.going_live import Follower, acting
from tests.articles.builders import claim_block, make_article, make_draft, make_index, site_root

pytestmark = pytest.mark.django_db


class Telling:
    """A follower that writes down what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def published(self, *, page: Any, revision: Any, user: Any) -> None:
        # Whoever follows may write: this must be the transaction that saves the page.
        assert transaction.get_connection().in_atomic_block
        assert isinstance(page, page.specific_class)
        self.calls.append(("published", page.pk, revision.pk if revision else None, _name(user)))

    def unpublished(self, *, page: Any, user: Any) -> None:
        assert isinstance(page, page.specific_class)
        self.calls.append(("unpublished", page.pk, _name(user)))

    def shown(self, *, page: Any) -> None:
        assert isinstance(page, page.specific_class)
        self.calls.append(("shown", page.pk))

    def take(self) -> list[tuple[Any, ...]]:
        """Return what was told since the last time."""
        told, self.calls = self.calls, []
        return told


def _name(user: Any) -> str | None:
    return user.get_username() if user else None


@pytest.fixture
def telling(monkeypatch: pytest.MonkeyPatch) -> Telling:
    """Return what followers are told from here on."""
    told = Telling()
    follower = Follower(
        published=told.published,
        unpublished=told.unpublished,
        shown=told.shown,
        content_fields=frozenset({"body"}),
    )
    monkeypatch.setattr(going_live, "followers", [*going_live.followers, follower])
    return told


@pytest.fixture
def ada() -> Any:
    return get_user_model().objects.create_superuser("ada", "", "x")


@pytest.fixture
def admin(client: Client, ada: Any) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def management(client: Client, ada: Any) -> Any:
    """Return a function that asks for an action of Wagtail's API."""
    _, token = APIToken.create_token(user=ada, name="test")

    def ask(page: Any, action: str, **data: Any) -> Any:
        return client.post(
            f"/api/wagtail/v3/pages/{page.pk}/actions/{action}/",
            data=data,
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )

    return ask


def load(page: Any) -> Any:
    return ArticlePage.objects.get(pk=page.pk)


def form_data(page: Any, **fields: Any) -> dict[str, Any]:
    """Return what the editor of an article posts to publish it."""
    data = nested_form_data(
        {
            "title": page.title,
            "slug": page.slug,
            "standfirst": "",
            "hero_image": "",
            "body": streamfield([]),
            "action-publish": "action-publish",
            **fields,
        }
    )
    for formset in ("bylines", "comments"):
        data |= {f"{formset}-TOTAL_FORMS": "0", f"{formset}-INITIAL_FORMS": "0"}
        data |= {f"{formset}-MIN_NUM_FORMS": "0", f"{formset}-MAX_NUM_FORMS": "1000"}
    return data


class TestPublishing:
    def test_a_revision(self, telling: Telling, ada: Any) -> None:
        page = make_draft()
        assert telling.take() == []
        revision = page.latest_revision
        revision.publish(user=ada)
        assert telling.take() == [("published", page.pk, revision.pk, "ada")]
        load(page).save_revision()
        assert telling.take() == []

    def test_nobodys_revision_and_the_same_one_again(self, telling: Telling) -> None:
        page = make_draft()
        for _ in range(2):
            page.latest_revision.publish()
            assert telling.take() == [("published", page.pk, page.latest_revision.pk, None)]

    def test_the_registered_action(self, telling: Telling, ada: Any) -> None:
        page = make_draft()
        action = action_registry.get_action_class(Page, "publish")
        action(page.latest_revision, user=ada).execute()
        assert telling.take() == [("published", page.pk, page.latest_revision.pk, "ada")]

    def test_the_editor(self, telling: Telling, admin: Client) -> None:
        response = admin.post(
            reverse("wagtailadmin_pages:add", args=["standfirst_articles", "articlepage", site_root().pk]),
            form_data(ArticlePage(title="New", slug="new")),
        )
        assert response.status_code == 302, response.content
        page = ArticlePage.objects.get(slug="new")
        assert telling.take() == [("published", page.pk, page.latest_revision.pk, "ada")]
        response = admin.post(
            reverse("wagtailadmin_pages:edit", args=[page.pk]), form_data(page, title="Newer")
        )
        assert response.status_code == 302, response.content
        page = load(page)
        assert page.title == "Newer"
        assert telling.take() == [("published", page.pk, page.latest_revision.pk, "ada")]

    def test_the_editor_makes_nothing_live_that_a_hook_refuses(self, telling: Telling, admin: Client) -> None:
        def refuse(request: Any, page: Any) -> HttpResponse:
            return HttpResponse("Refused.")

        with hooks.register_temporarily("before_publish_page", refuse):
            admin.post(
                reverse(
                    "wagtailadmin_pages:add", args=["standfirst_articles", "articlepage", site_root().pk]
                ),
                form_data(ArticlePage(title="New", slug="new")),
            )
        assert not ArticlePage.objects.get(slug="new").live
        assert telling.take() == []

    def test_going_back_in_the_editor(self, telling: Telling, admin: Client) -> None:
        page = make_article(title="Old")
        old = page.latest_revision
        page.title = "New"
        page.save_revision().publish()
        telling.take()
        response = admin.post(
            reverse("wagtailadmin_pages:edit", args=[page.pk]), form_data(page, title="Old", revision=old.pk)
        )
        assert response.status_code == 302, response.content
        page = load(page)
        assert (page.title, page.latest_revision.pk > old.pk) == ("Old", True)
        assert telling.take() == [("published", page.pk, page.latest_revision.pk, "ada")]

    def test_going_back_in_code(self, telling: Telling, ada: Any) -> None:
        page = make_article(title="Old")
        old = page.latest_revision
        page.title = "New"
        page.save_revision().publish()
        telling.take()
        old.publish(user=ada, previous_revision=old)
        assert telling.take() == [("published", page.pk, old.pk, "ada")]

    def test_the_approval_of_a_workflow(self, telling: Telling, ada: Any) -> None:
        page = make_draft()
        workflow = Workflow.objects.create(name="Review")
        task = Approval.objects.create(name="Second pair of eyes")
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
        state = workflow.start(page, ada)
        assert telling.take() == []
        state.current_task_state.approve(user=ada)
        page = load(page)
        assert page.live
        assert telling.take() == [("published", page.pk, page.live_revision_id, "ada")]

    def test_the_schedule(self, telling: Telling, ada: Any) -> None:
        page = make_draft()
        page.go_live_at = timezone.now() + timedelta(hours=1)
        revision = page.save_revision(user=ada)
        revision.publish(user=ada)
        assert telling.take() == []
        revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
        revision.content["go_live_at"] = revision.approved_go_live_at.isoformat()
        revision.save()
        call_command("publish_scheduled")
        assert telling.take() == [("published", page.pk, revision.pk, None)]

    def test_a_schedule_over_a_live_page(self, telling: Telling) -> None:
        page = make_article()
        telling.take()
        page.go_live_at = timezone.now() + timedelta(hours=1)
        page.save_revision().publish()
        assert telling.take() == []

    def test_a_script_that_schedules_what_was_saved_live(self, telling: Telling) -> None:
        page = ArticlePage(title="Script")
        site_root().add_child(instance=page)
        telling.take()
        page.go_live_at = timezone.now() + timedelta(hours=1)
        page.save_revision().publish()
        assert not load(page).live
        assert telling.take() == [("unpublished", page.pk, None)]

    def test_wagtails_api(self, telling: Telling, management: Any) -> None:
        page = make_draft()
        response = management(page, "publish")
        assert response.status_code == 200, response.content
        assert telling.take() == [("published", page.pk, page.latest_revision.pk, "ada")]

    def test_many_at_once(self, telling: Telling, admin: Client) -> None:
        pages = [make_draft(), make_draft()]
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        query = "&".join(f"id={page.pk}" for page in pages)
        response = admin.post(f"{address}?{query}", {"include_descendants": ""})
        assert response.status_code == 302, response.content
        assert sorted(telling.take()) == [
            ("published", page.pk, page.latest_revision.pk, "ada") for page in pages
        ]

    def test_a_page_with_aliases(self, telling: Telling) -> None:
        page = make_article()
        page.create_alias(update_slug="alias")
        telling.take()
        revision = page.save_revision()
        revision.publish()
        assert telling.take() == [("published", page.pk, revision.pk, None)]

    def test_a_page_that_is_no_article(self, telling: Telling, ada: Any) -> None:
        index = make_index()
        assert telling.take() == [("published", index.pk, None, None)]
        revision = index.save_revision()
        with acting(ada):
            revision.publish()
        assert telling.take() == [("published", index.pk, revision.pk, "ada")]


class TestWithoutPublishing:
    @pytest.mark.parametrize("by", ["script", "admin", "api"])
    def test_a_live_copy(self, by: str, telling: Telling, admin: Client, management: Any, ada: Any) -> None:
        page = make_article(body=[claim_block()])
        telling.take()
        if by == "script":
            page.copy(update_attrs={"slug": "copy"}, keep_live=True, user=ada)
        elif by == "api":
            response = management(page, "copy", slug="copy", keep_live=True)
            assert response.status_code == 201, response.content
        else:
            admin.post(
                reverse("wagtailadmin_pages:copy", args=[page.pk]),
                {
                    "new_title": "Copy",
                    "new_slug": "copy",
                    "new_parent_page": site_root().pk,
                    "publish_copies": "on",
                },
            )
        copy = ArticlePage.objects.get(slug="copy")
        assert copy.live
        assert copy.live_revision_id != page.live_revision_id
        assert telling.take() == [("shown", copy.pk), ("published", copy.pk, copy.live_revision_id, "ada")]

    def test_a_copy_of_a_branch(self, telling: Telling, ada: Any) -> None:
        index = make_index(slug="one")
        page = make_article(index)
        telling.take()
        copied = index.copy(recursive=True, update_attrs={"slug": "two"}, user=ada)
        copy = ArticlePage.objects.get(path__startswith=copied.path)
        # A script saved the index live: it has no revision of its own whose copy could follow.
        assert telling.take() == [
            ("published", copied.pk, None, None),
            ("shown", copy.pk),
            ("published", copy.pk, copy.live_revision_id, "ada"),
        ]
        assert page.pk != copy.pk

    def test_a_copy_that_is_a_draft(self, telling: Telling) -> None:
        page = make_article()
        telling.take()
        page.copy(update_attrs={"slug": "copy"}, keep_live=False)
        make_draft(slug="draft").copy(update_attrs={"slug": "copy-2"}, keep_live=True)
        page.copy_for_translation(Locale.objects.create(language_code="de"), copy_parents=True)
        assert telling.take() == []

    @pytest.mark.parametrize("by", ["action", "admin", "api"])
    def test_an_alias_that_becomes_a_page(
        self, by: str, telling: Telling, admin: Client, management: Any, ada: Any
    ) -> None:
        alias = make_article().create_alias(update_slug="alias")
        telling.take()
        if by == "action":
            action = action_registry.get_action_class(Page, "convert_alias")
            action(load(alias), user=ada).execute(skip_permission_checks=True)
        elif by == "api":
            response = management(alias, "convert_alias")
            assert response.status_code == 200, response.content
        else:
            admin.post(reverse("wagtailadmin_pages:convert_alias", args=[alias.pk]))
        page = load(alias)
        assert page.alias_of_id is None
        assert telling.take() == [("shown", page.pk), ("published", page.pk, page.live_revision_id, "ada")]

    def test_an_alias_of_what_a_script_saved(self, telling: Telling, ada: Any) -> None:
        page = ArticlePage(title="Script")
        site_root().add_child(instance=page)
        alias = page.create_alias(update_slug="alias")
        telling.take()
        action = action_registry.get_action_class(Page, "convert_alias")
        action(load(alias), user=ada).execute(skip_permission_checks=True)
        assert telling.take() == [("published", alias.pk, None, "ada")]

    def test_a_script_that_saves_a_live_page(self, telling: Telling, ada: Any) -> None:
        page = ArticlePage(title="Script")
        site_root().add_child(instance=page)
        assert telling.take() == [("published", page.pk, None, None)]
        with acting(ada):
            page.save()
        assert telling.take() == [("published", page.pk, None, "ada")]
        page.save(update_fields=["body"])
        assert telling.take() == [("published", page.pk, None, None)]
        page.save(update_fields=["search_description", "latest_revision"])
        assert telling.take() == []
        page.save_revision().publish()
        assert telling.take() == [("published", page.pk, load(page).live_revision_id, None)]
        load(page).save()
        assert telling.take() == [("published", page.pk, None, None)]

    def test_a_page_that_goes_live_as_its_base_class(self, telling: Telling) -> None:
        page = make_draft()
        plain = Page.objects.get(pk=page.pk)
        plain.save()
        assert telling.take() == []
        plain.live = True
        plain.save(update_fields=["live"])
        assert telling.take() == [("published", page.pk, None, None)]

    def test_moving_changes_no_content(self, telling: Telling) -> None:
        page = make_article()
        index = make_index()
        telling.take()
        page.move(index, pos="last-child")
        assert telling.take() == []

    def test_fixtures_are_passed_over(self, telling: Telling) -> None:
        page = make_article()
        telling.take()
        page.save_base(raw=True)
        assert telling.take() == []


class TestUnpublishing:
    @pytest.mark.parametrize("by", ["script", "action", "admin", "api"])
    def test_a_page(self, by: str, telling: Telling, admin: Client, management: Any, ada: Any) -> None:
        page = make_article()
        telling.take()
        if by == "script":
            page.unpublish(user=ada)
        elif by == "action":
            action_registry.get_action_class(Page, "unpublish")(page, user=ada).execute()
        elif by == "api":
            response = management(page, "unpublish")
            assert response.status_code == 200, response.content
        else:
            admin.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
        assert not load(page).live
        assert telling.take() == [("unpublished", page.pk, "ada")]
        load(page).unpublish()
        load(page).save()
        assert telling.take() == []

    def test_a_page_whose_time_is_over(self, telling: Telling) -> None:
        page = make_article()
        ArticlePage.objects.update(expire_at=timezone.now() - timedelta(minutes=1))
        telling.take()
        call_command("publish_scheduled")
        assert telling.take() == [("unpublished", page.pk, None)]

    def test_a_script_that_saves_a_page_as_not_live(self, telling: Telling) -> None:
        page = make_article()
        telling.take()
        page.live = False
        page.save(update_fields=["body"])  # What the database says of it stays: live.
        assert telling.take() == [("published", page.pk, None, None)]
        page.save(update_fields=["live"])
        assert telling.take() == [("unpublished", page.pk, None)]

    def test_a_page_that_becomes_an_alias(self, telling: Telling) -> None:
        page, other = make_article(), make_article()
        telling.take()
        page.alias_of = other
        page.save()
        assert telling.take() == [("unpublished", page.pk, None)]

    @pytest.mark.parametrize("by", ["script", "admin", "action"])
    def test_deleting(self, by: str, telling: Telling, admin: Client, ada: Any) -> None:
        page = make_article()
        page.create_alias(update_slug="alias")
        telling.take()
        if by == "script":
            Page.objects.get(pk=page.pk).delete()
        elif by == "admin":
            admin.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
        else:
            action_registry.get_action_class(Page, "delete")(page, user=ada).execute()
        assert not ArticlePage.objects.filter(pk=page.pk).exists()
        assert telling.take() == [("unpublished", page.pk, None if by == "script" else "ada")]

    def test_deleting_a_branch(self, telling: Telling) -> None:
        index = make_index()
        pages = [make_article(index), make_article(index)]
        make_draft(index)
        telling.take()
        ArticleIndexPage.objects.get(pk=index.pk).delete()
        told = telling.take()
        assert sorted(told) == [("unpublished", page.pk, None) for page in [index, *pages]]


class TestCrashes:
    """Whatever fails on the way: the page is as it was, or as it should be."""

    @pytest.mark.parametrize("where", ["published", "log"])
    def test_publishing(self, where: str, telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
        page = make_draft(title="Old")
        with monkeypatch.context() as patch:
            _break(patch, telling, where)
            with pytest.raises(RuntimeError):
                page.latest_revision.publish()
        assert not load(page).live

    def test_the_editors_publishing(
        self, telling: Telling, monkeypatch: pytest.MonkeyPatch, admin: Client
    ) -> None:
        page = make_article(title="Old")
        with monkeypatch.context() as patch:
            _break(patch, telling, "published")
            with pytest.raises(RuntimeError):
                admin.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form_data(page, title="New"))
        assert load(page).title == "Old"

    @pytest.mark.parametrize("where", ["unpublished", "log"])
    def test_unpublishing(self, where: str, telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
        page = make_article()
        with monkeypatch.context() as patch:
            _break(patch, telling, where)
            with pytest.raises(RuntimeError):
                page.unpublish()
        assert load(page).live

    @pytest.mark.parametrize("action", ["unpublish", "delete", "copy", "convert_alias"])
    def test_registered_actions(
        self, action: str, telling: Telling, monkeypatch: pytest.MonkeyPatch, ada: Any
    ) -> None:
        page = make_article()
        subject = page.create_alias(update_slug="alias") if action == "convert_alias" else page
        before = list(ArticlePage.objects.order_by("pk").values("pk", "live", "alias_of"))
        with monkeypatch.context() as patch:
            _break(patch, telling, "unpublished" if action in {"unpublish", "delete"} else "log")
            options = {"update_attrs": {"slug": "copy"}} if action == "copy" else {}
            with pytest.raises(RuntimeError):
                action_registry.get_action_class(Page, action)(load(subject), user=ada, **options).execute()
        assert list(ArticlePage.objects.order_by("pk").values("pk", "live", "alias_of")) == before


def _break(patch: pytest.MonkeyPatch, telling: Telling, where: str) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("The machine stops here.")

    if where == "log":
        for module in ("publish_revision", "unpublish", "copy_page", "convert_alias"):
            patch.setattr(f"wagtail.actions.{module}.log", fail)
        return
    own = going_live.followers[-1]
    broken = {"published": own.published, "unpublished": own.unpublished, where: fail}
    patch.setattr(going_live, "followers", [Follower(shown=own.shown, **broken)])


@pytest.mark.parametrize("number", [1, 10])
def test_telling_costs_one_query(number: int, django_assert_num_queries: Any) -> None:
    from standfirst.going_live import follow_saved_page, note_state_before_save

    page = make_index()
    for _ in range(number):
        make_article(page)
    with django_assert_num_queries(1):
        note_state_before_save(page)
        follow_saved_page(page)
