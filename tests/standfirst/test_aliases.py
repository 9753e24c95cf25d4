"""How aliases follow their originals, and what the admin says of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Page, PageViewRestriction, Revision

from articles.models import ArticlePage, Claim
from standfirst.aliases import find_aliases, find_original_id, find_original_ids
from tests.articles.builders import claim_block, make_article, make_draft, make_index

pytestmark = pytest.mark.django_db
API = "/api/v1"


def alias(page: Any, parent: Any = None) -> Any:
    made = CreatePageAliasAction(
        page.specific,
        parent=Page.objects.get(pk=(parent or page.get_parent()).pk),
        update_slug=f"alias-of-{page.pk}",
        user=None,
    ).execute(skip_permission_checks=True)
    return fresh(made)


def fresh(page: Any) -> Any:
    return Page.objects.get(pk=page.pk).specific


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("administrator", "a@example.org", "x"))
    return client


class TestTime:
    def test_goes_live_with_its_original_and_ends_with_it(self, client: Client) -> None:
        original = make_draft(title="Planned", body=[claim_block()])
        copy = alias(original)
        second = alias(copy)
        draft = original.get_latest_revision_as_object()
        draft.go_live_at = timezone.now() + timedelta(hours=1)
        planned = draft.save_revision()
        planned.publish()
        assert [fresh(page).live for page in (original, copy, second)] == [False] * 3
        assert client.get(copy.get_url()).status_code == 404
        past = timezone.now() - timedelta(minutes=1)
        planned.content["go_live_at"] = past.isoformat()
        Revision.objects.filter(pk=planned.pk).update(approved_go_live_at=past, content=planned.content)
        call_command("publish_scheduled")
        assert [fresh(page).live for page in (original, copy, second)] == [True] * 3
        assert client.get(copy.get_url()).status_code == 200
        ArticlePage.objects.filter(pk=original.pk).update(expire_at=past)
        call_command("publish_scheduled")
        assert [fresh(page).live for page in (original, copy, second)] == [False] * 3

    def test_a_live_page_that_waits_for_a_new_version_stays_with_its_aliases(self) -> None:
        original = make_article()
        copy = alias(original)
        draft = original.get_latest_revision_as_object()
        draft.go_live_at = timezone.now() + timedelta(hours=1)
        draft.save_revision().publish()
        assert fresh(original).live
        assert fresh(copy).live

    def test_a_script_that_saves_takes_the_alias_along(self) -> None:
        original = make_article()
        copy = alias(original)
        original = fresh(original)
        original.live = False
        original.save()
        assert not fresh(copy).live


class TestDates:
    def test_an_alias_has_its_originals_date(self) -> None:
        original = make_draft()
        copy = alias(original)
        second = alias(copy)
        original.latest_revision.publish()
        assert fresh(original).first_published_at is not None
        for page in (copy, second):
            assert fresh(page).first_published_at == fresh(original).first_published_at

    def test_a_date_that_is_changed_later_is_followed(self) -> None:
        original = make_article()
        second = alias(alias(original))
        original = fresh(original)
        original.first_published_at = moment = timezone.now() - timedelta(days=400)
        original.save()
        assert fresh(second).first_published_at == moment

    def test_lists_sort_an_alias_by_it_and_cursors_pass_it(self, client: Client) -> None:
        index = make_index()
        original = make_draft(index, title="Middle")
        copy = alias(original, index)
        for title, days in (("Old", 9), ("New", 1)):
            page = fresh(make_article(index, title=title))
            page.first_published_at = timezone.now() - timedelta(days=days)
            page.save()
        original.first_published_at = timezone.now() - timedelta(days=5)
        original.save_revision().publish()
        address: str | None = f"{API}/articles/?limit=1"
        listed = []
        while address:
            part = client.get(address).json()
            listed += [item["id"] for item in part["items"]]
            address = part["next"]
        assert [fresh(Page(pk=page_id)).title for page_id in listed] == ["New", "Middle", "Middle", "Old"]
        assert listed[1:3] == [copy.pk, original.pk]
        html = client.get(index.get_url()).content.decode()
        assert html.index(f'href="{copy.get_url()}"') < html.index(">Old<")


class TestConversion:
    def test_a_freed_alias_has_claims_of_its_own(self) -> None:
        original = make_article(body=[claim_block("Tea calms.")])
        copy = alias(original)
        second = alias(copy)
        (before,) = Claim.objects.values_list("uid", flat=True)
        original.delete()
        fresh(copy).save_revision().publish()
        (after,) = Claim.objects.all()
        assert after.page_id == copy.pk
        assert after.uid != before
        assert fresh(second).alias_of_id == copy.pk
        assert fresh(second).live

    def test_deleting_both_leaves_no_claim(self) -> None:
        index = make_index()
        alias(make_article(index, body=[claim_block()]), index)
        Page.objects.get(pk=index.pk).delete()
        assert not Claim.objects.exists()


class TestAdmin:
    def publish(self, admin: Client, *pages: Any, **data: str) -> str:
        ids = "&".join(f"id={page.pk}" for page in pages)
        url = f"/admin/bulk/wagtailcore/page/publish/?{ids}&next=/admin/"
        assert admin.get(url).status_code == 200
        return admin.post(url, data, follow=True).content.decode()

    def test_bulk_publishing_leaves_aliases_to_their_originals(self, admin: Client) -> None:
        draft = make_draft(title="Draft")
        copy = alias(make_draft(title="Copied"))
        text = self.publish(admin, draft, copy)
        assert "Copied was not published: it is an alias" in text
        assert "1 page has been published" in text
        assert fresh(draft).live
        assert not fresh(copy).live

    def test_of_an_alias_alone(self, admin: Client) -> None:
        copy = alias(make_draft(title="Copied"))
        text = self.publish(admin, copy)
        assert "Copied was not published: it is an alias" in text
        assert "0 pages" not in text

    def test_aliases_below_a_page_are_passed_over(self, admin: Client) -> None:
        index = make_index()
        draft = make_draft(index)
        copy = alias(make_draft(), index)
        self.publish(admin, index, include_descendants="on")
        assert fresh(draft).live
        assert not fresh(copy).live

    def test_an_alias_that_only_looks_private_says_so(self, admin: Client) -> None:
        original = make_article()
        copy = alias(original)
        address = f"/admin/pages/{copy.pk}/edit/"
        assert "has no effect" not in admin.get(address).content.decode()
        PageViewRestriction.objects.create(page=copy, restriction_type="login")
        assert "The privacy setting of this alias has no effect" in admin.get(address).content.decode()
        PageViewRestriction.objects.create(page=original, restriction_type="login")
        assert "has no effect" not in admin.get(address).content.decode()

    def test_citations_of_an_unpublished_page_are_not_counted(self, admin: Client) -> None:
        from articles.viewsets import SourceViewSet
        from tests.articles.builders import make_source

        source = make_source()
        page = make_article(body=[claim_block(sources=[source])])

        def count() -> int:
            (row,) = SourceViewSet().get_queryset(None)
            return row.citation_count

        assert count() == 1
        page.unpublish()
        assert count() == 0


class TestChains:
    def test_originals_are_found_through_aliases(self) -> None:
        original = make_article()
        first = alias(original)
        second = alias(first)
        assert find_original_id(second) == original.pk
        assert find_original_ids([original, second]) == {original.pk: original.pk, second.pk: original.pk}
        assert {found.page_id: found.original_id for found in find_aliases([original.pk])} == {
            first.pk: original.pk,
            second.pk: original.pk,
        }

    def test_a_circle_ends(self) -> None:
        original = make_article()
        copy = alias(original)
        Page.objects.filter(pk=original.pk).update(alias_of=copy)
        assert find_original_id(fresh(copy)) in {original.pk, copy.pk}
        assert {found.page_id for found in find_aliases([original.pk])} == {copy.pk}
