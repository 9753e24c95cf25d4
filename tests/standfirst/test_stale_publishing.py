"""Publishing over somebody else's publication: refused, and said so, at each door."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from wagtail.actions import action_registry
from wagtail.models import APIToken, Page, Revision
from wagtail.test.utils.form_data import nested_form_data, streamfield

from articles.models import ArticlePage, Claim
from standfirst.publishing import GuardedPublishPageRevisionAction, StaleRevisionError
from tests.articles.builders import claim_block, make_article, make_draft

THREADS = 3


def load(page: Any) -> Any:
    return ArticlePage.objects.get(pk=page.pk)


def revise(page: Any, title: str) -> Revision:
    page.title = title
    return page.save_revision()


def title_of(page: Any) -> str:
    return load(page).title


@pytest.mark.django_db
class TestRevisions:
    def test_of_two_that_began_alike_the_first_wins(self) -> None:
        page = make_article(title="Old")
        one, two = load(page), load(page)
        user = get_user_model().objects.create_superuser("ada", first_name="Ada", last_name="Byron")
        one.title = "One"
        one.save_revision(user=user).publish(user=user)
        late = revise(two, "Two")
        with pytest.raises(StaleRevisionError, match=r"since it was begun, Ada Byron published another one"):
            late.publish()
        assert title_of(page) == "One"
        late.refresh_from_db()
        assert late.approved_go_live_at is None

    def test_the_first_publication_counts(self) -> None:
        page = make_draft(title="Old")
        one, two = load(page), load(page)
        revise(one, "One").publish()
        with pytest.raises(StaleRevisionError):
            revise(two, "Two").publish()

    def test_an_older_draft_is_stale(self) -> None:
        page = make_article(title="Old")
        draft = revise(load(page), "Draft")
        revise(load(page), "Newer").publish()
        with pytest.raises(StaleRevisionError):
            draft.publish()

    def test_drafts_upon_drafts_descend_from_what_is_live(self) -> None:
        page = make_article(title="Old")
        writer = load(page)
        first = revise(writer, "First")
        revise(writer, "Second")
        third = revise(writer, "Third")
        first.publish()
        third.publish()
        assert title_of(page) == "Third"

    def test_one_instance_publishes_again_and_again(self) -> None:
        page = make_article(title="Old")
        writer = load(page)
        for number in range(3):
            revise(writer, f"Version {number}").publish()
        assert title_of(page) == "Version 2"

    def test_going_back_means_to_replace(self) -> None:
        page = make_article(title="Old")
        old = page.latest_revision
        revise(load(page), "New").publish()
        old.publish(previous_revision=old)
        assert title_of(page) == "Old"

    def test_what_was_unpublished_can_be_published(self) -> None:
        page = make_article(title="Old")
        draft = revise(load(page), "Draft")
        revise(load(page), "Newer").publish()
        load(page).unpublish()
        draft.publish()
        assert title_of(page) == "Draft"

    def test_the_registered_action_is_guarded_for_every_page_type(self) -> None:
        assert action_registry.get_action_class(Page, "publish") is GuardedPublishPageRevisionAction
        page = make_article(title="Old")
        draft = revise(load(page), "Draft")
        revise(load(page), "Newer").publish()
        with pytest.raises(StaleRevisionError):
            GuardedPublishPageRevisionAction(draft).execute()
        assert title_of(page) == "Newer"

    def test_costs_a_query_however_many_drafts_there_are(self, django_assert_max_num_queries: Any) -> None:
        from standfirst.publishing import find_overtaking_revision

        page = make_article(title="Old")
        for number in range(10):
            draft = revise(load(page), f"Draft {number}")
        with django_assert_max_num_queries(1):
            assert find_overtaking_revision(draft) is None


@pytest.mark.django_db
class TestScheduled:
    def plan(self, page: Any) -> Revision:
        writer = load(page)
        writer.go_live_at = timezone.now() + timedelta(hours=1)
        planned = revise(writer, "Planned")
        planned.publish()
        past = timezone.now() - timedelta(minutes=1)
        Revision.objects.filter(pk=planned.pk).update(
            approved_go_live_at=past, content={**planned.content, "go_live_at": past.isoformat()}
        )
        return Revision.objects.get(pk=planned.pk)

    def test_goes_live_at_its_time(self) -> None:
        page = make_article(title="Old")
        self.plan(page)
        call_command("publish_scheduled")
        assert title_of(page) == "Planned"

    def test_a_stale_one_is_dropped_and_stops_no_other(self, caplog: pytest.LogCaptureFixture) -> None:
        page, other = make_article(title="Old"), make_article(title="Old")
        planned = self.plan(page)
        when = planned.approved_go_live_at
        revise(load(page), "Newer").publish()
        # Wagtail took it off the schedule; put back, as by a scheduler that had read it just before.
        Revision.objects.filter(pk=planned.pk).update(approved_go_live_at=when)
        self.plan(other)
        with caplog.at_level(logging.WARNING, logger="standfirst.publishing"):
            call_command("publish_scheduled")
        assert (title_of(page), title_of(other)) == ("Newer", "Planned")
        planned.refresh_from_db()
        assert planned.approved_go_live_at is None
        assert str(planned.pk) in caplog.text

    def test_a_cancelled_one_stays_cancelled(self) -> None:
        page = make_article(title="Old")
        planned = self.plan(page)
        Revision.objects.filter(pk=planned.pk).update(approved_go_live_at=None)
        planned.publish(log_action="wagtail.publish.scheduled")
        assert title_of(page) == "Old"


@pytest.mark.django_db(transaction=True)
def test_of_three_at_once_one_is_published_and_two_are_told() -> None:
    page = make_article(title="Old", body=[claim_block("Old.")])
    barrier = Barrier(THREADS)

    def publish(number: int) -> str:
        try:
            mine = load(page)
            barrier.wait(timeout=30)
            mine.body = [("claim", {"statement": f"Claim {number}", "certainty": "low", "direction": ""})]
            revise(mine, f"Version {number}").publish()
            return f"Version {number}"
        except StaleRevisionError:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        published = [title for title in pool.map(publish, range(THREADS)) if title]
    assert published == [title_of(page)]
    assert [claim.statement for claim in Claim.objects.filter(page=page.pk)] == [
        published[0].replace("Version", "Claim")
    ]


@pytest.mark.django_db
class TestDoors:
    @pytest.fixture
    def administrator(self) -> Any:
        return get_user_model().objects.create_superuser("administrator", "a@example.org", "password")

    @pytest.fixture
    def admin(self, administrator: Any) -> Client:
        client = Client()
        client.force_login(administrator)
        return client

    def send(self, admin: Client, page: Any, title: str, *, loaded: int) -> Any:
        data = {
            "title": title,
            "slug": page.slug,
            "standfirst": "",
            "body": streamfield([]),
            "bylines-TOTAL_FORMS": "0",
            "bylines-INITIAL_FORMS": "0",
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            "loaded_revision_id": str(loaded),
            "action-publish": "1",
        }
        return admin.post(f"/admin/pages/{page.pk}/edit/", nested_form_data(data), follow=True)

    def test_the_editor_is_told_and_can_publish_again(self, admin: Client) -> None:
        page = make_article(title="Old")
        loaded = page.latest_revision_id
        user = get_user_model().objects.create_superuser("ada", first_name="Ada", last_name="Byron")
        other = load(page)
        other.title = "Theirs"
        other.save_revision(user=user).publish(user=user)
        answer = self.send(admin, page, "Mine", loaded=loaded)
        text = answer.content.decode()
        assert "Ada Byron published another one" in text
        assert f"/admin/pages/{page.pk}/revisions/compare/live...latest/" in text
        assert title_of(page) == "Theirs"
        mine = load(page)
        assert mine.get_latest_revision_as_object().title == "Mine"
        self.send(admin, page, "Mine", loaded=mine.latest_revision_id)
        assert title_of(page) == "Mine"

    def test_an_editor_who_saw_what_is_live_publishes(self, admin: Client) -> None:
        page = make_article(title="Old")
        self.send(admin, page, "Mine", loaded=page.latest_revision_id)
        assert title_of(page) == "Mine"

    @pytest.mark.parametrize("loaded", ["", "x", "9" * 40, "0"])
    def test_a_strange_form_breaks_nothing(self, admin: Client, loaded: Any) -> None:
        page = make_article(title="Old")
        assert self.send(admin, page, "Mine", loaded=loaded).status_code == 200
        assert title_of(page) == "Mine"

    def test_the_management_api_answers_422(self, administrator: Any, client: Client) -> None:
        page = make_article(title="Old")
        stale = load(page)
        revise(load(page), "Newer").publish()
        revise(stale, "Stale")
        _, token = APIToken.create_token(user=administrator, name="test")
        answer = client.post(
            f"/api/wagtail/v3/pages/{page.pk}/actions/publish/", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 422
        assert "published another one" in answer.content.decode()
        assert title_of(page) == "Newer"

    def test_bulk_publishing_passes_over_it(self, admin: Client) -> None:
        page, other = make_article(title="Old"), make_draft(title="Other")
        stale = load(page)
        revise(load(page), "Newer").publish()
        revise(stale, "Stale")
        url = f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}&id={other.pk}&next=/admin/"
        text = admin.post(url, follow=True).content.decode()
        assert "“Stale”: This version was not published" in text
        assert "1 page has been published" in text
        assert title_of(page) == "Newer"
        assert load(other).live
