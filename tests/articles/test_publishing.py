"""However an article goes live, the index of claims says what readers see."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.actions import ConvertAliasPageAction, action_registry
from wagtail.models import APIToken, Locale, Page

from articles.models import ArticlePage, Claim, ClaimCitation
from articles.services import rebuild_claims
from tests.articles.builders import (
    block,
    claim_block,
    make_article,
    make_draft,
    make_index,
    make_source,
    site_root,
)

pytestmark = pytest.mark.django_db


def statements() -> list[str]:
    """Return the statements of the index, in order."""
    return list(Claim.objects.order_by("page", "position").values_list("statement", flat=True))


def set_body(page: Any, blocks: list[dict[str, Any]]) -> None:
    """Give a page a body in its stored form."""
    page.body = page._meta.get_field("body").to_python(blocks)


@pytest.fixture(autouse=True)
def _index_is_right_in_the_end() -> Any:
    """Whatever a test does, the index must pass the check afterwards."""
    yield
    assert rebuild_claims(check=True).is_clean


def test_publishing_a_revision_indexes_its_claims() -> None:
    first, second = make_source(), make_source()
    page = make_article(
        body=[
            block("paragraph", "<p>x</p>"),
            claim_block("One.", sources=[first, second], caveat="But.", relation="disputes"),
            claim_block("Two.", certainty="not_assessed", direction=""),
        ]
    )
    one, two = Claim.objects.order_by("position")
    assert (one.page_id, one.statement, one.certainty, one.direction, one.caveat, one.position) == (
        page.pk,
        "One.",
        "low",
        "supports",
        "But.",
        1,
    )
    assert list(one.citations.values_list("source", "relation", "position")) == [
        (first.pk, "disputes", 1),
        (second.pk, "disputes", 2),
    ]
    assert (two.certainty, two.direction, two.citations.count()) == ("not_assessed", "", 0)


def test_a_draft_is_not_indexed_and_a_draft_over_a_live_page_leaves_its_claims() -> None:
    page = make_draft(body=[claim_block("One.")])
    assert statements() == []
    page.latest_revision.publish()
    page = ArticlePage.objects.get(pk=page.pk)
    set_body(page, [claim_block("Draft.")])
    page.save_revision()
    assert statements() == ["One."]


def test_a_claim_keeps_its_uid_through_changes_of_words_order_and_republishing() -> None:
    a, b = claim_block("A."), claim_block("B.")
    page = make_article(body=[a, b])
    before = dict(Claim.objects.values_list("statement", "uid"))
    ids = dict(Claim.objects.values_list("uid", "pk"))
    a["value"]["statement"] = "A, said better."
    set_body(page, [b, a])
    page.save_revision().publish()
    after = dict(Claim.objects.values_list("statement", "uid"))
    assert after == {"B.": before["B."], "A, said better.": before["A."]}
    assert dict(Claim.objects.values_list("uid", "pk")) == ids
    set_body(page, [b])
    page.save_revision().publish()
    assert statements() == ["B."]


def test_blocks_that_share_an_id_are_still_two_claims() -> None:
    page = make_article(body=[claim_block("A.", id="same"), claim_block("B.", id="same")])
    assert statements() == ["A.", "B."]
    assert len({claim.element_id for claim in page.reading.claims}) == 2


def test_unpublishing_moving_and_deleting() -> None:
    page = make_article(body=[claim_block("One.")])
    page.unpublish()
    assert statements() == []
    page = ArticlePage.objects.get(pk=page.pk)
    set_body(page, [claim_block("Two.")])
    page.save_revision().publish()
    assert statements() == ["Two."]
    page.move(make_index(), pos="last-child")
    assert statements() == ["Two."]
    Page.objects.get(pk=page.pk).delete()
    assert statements() == []


def test_a_scheduled_revision_is_indexed_when_it_goes_live_and_not_before() -> None:
    page = make_draft(body=[claim_block("One.")])
    page.go_live_at = timezone.now() + timedelta(hours=1)
    page.save_revision().publish()
    assert statements() == []
    revision = page.get_latest_revision()
    revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
    revision.content["go_live_at"] = revision.approved_go_live_at.isoformat()
    revision.save()
    call_command("publish_scheduled")
    assert ArticlePage.objects.get(pk=page.pk).live
    assert statements() == ["One."]


def test_a_schedule_over_a_live_page_leaves_its_claims() -> None:
    page = make_article(body=[claim_block("One.")])
    set_body(page, [claim_block("Later.")])
    page.go_live_at = timezone.now() + timedelta(hours=1)
    page.save_revision().publish()
    assert statements() == ["One."]


def test_the_registered_action_publishes_in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    page = make_draft(body=[claim_block("One.")])
    action = action_registry.get_action_class(Page, "publish")
    assert action is action_registry.get_action_class(ArticlePage, "publish")

    def fail(self: Any) -> None:
        raise RuntimeError("The machine stops here.")

    with monkeypatch.context() as patch:
        patch.setattr(action, "_after_publish", fail)
        with pytest.raises(RuntimeError):
            action(page.latest_revision).execute()
    assert not ArticlePage.objects.get(pk=page.pk).live
    assert statements() == []
    action(page.latest_revision).execute()
    assert statements() == ["One."]


def test_the_pages_own_publish_is_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    page = make_draft(body=[claim_block("One.")])

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("The machine stops here.")

    with monkeypatch.context() as patch:
        patch.setattr(Page, "update_aliases", fail)
        with pytest.raises(RuntimeError):
            page.save_revision().publish()
    assert not ArticlePage.objects.get(pk=page.pk).live
    assert statements() == []


def test_wagtails_own_api_publishes_into_the_index(client: Client, admin_user: Any) -> None:
    page = make_draft(body=[claim_block("One.")])
    _, token = APIToken.create_token(user=admin_user, name="test")
    response = client.post(
        f"/api/wagtail/v3/pages/{page.pk}/actions/publish/",
        data="{}",
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )
    assert response.status_code == 200, response.content
    assert statements() == ["One."]


def test_the_editor_publishes_into_the_index(client: Client, admin_user: Any) -> None:
    source = make_source()
    client.force_login(admin_user)
    data = {
        "title": "Needling",
        "slug": "needling",
        "standfirst": "It helps a little.",
        "hero_image": "",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "claim",
        "body-0-id": "",
        "body-0-value-statement": "One.",
        "body-0-value-certainty": "moderate",
        "body-0-value-direction": "supports",
        "body-0-value-caveat": "",
        "body-0-value-citations-count": "1",
        "body-0-value-citations-0-deleted": "",
        "body-0-value-citations-0-order": "0",
        "body-0-value-citations-0-id": "",
        "body-0-value-citations-0-value-source": str(source.pk),
        "body-0-value-citations-0-value-relation": "citesAsEvidence",
        "bylines-TOTAL_FORMS": "0",
        "bylines-INITIAL_FORMS": "0",
        "bylines-MIN_NUM_FORMS": "0",
        "bylines-MAX_NUM_FORMS": "1000",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "",
        "action-publish": "action-publish",
    }
    response = client.post(
        reverse("wagtailadmin_pages:add", args=["standfirst_articles", "articlepage", site_root().pk]), data
    )
    assert response.status_code == 302, response.content
    claim = Claim.objects.get()
    assert (claim.statement, claim.certainty) == ("One.", "moderate")
    assert list(claim.citations.values_list("source", flat=True)) == [source.pk]


def test_a_live_page_that_a_script_adds_is_indexed() -> None:
    page = ArticlePage(title="Script")
    set_body(page, [claim_block("One.")])
    site_root().add_child(instance=page)
    assert statements() == ["One."]
    set_body(page, [claim_block("Two.")])
    page.save()
    assert statements() == ["Two."]


def test_a_copy_has_claims_of_its_own() -> None:
    page = make_article(body=[claim_block("One.")])
    copy = page.copy(update_attrs={"slug": "copy"}, keep_live=True)
    assert statements() == ["One.", "One."]
    uids = {claim.page_id: claim.uid for claim in Claim.objects.all()}
    assert uids[page.pk] != uids[copy.pk]
    page.copy(update_attrs={"slug": "draft-copy"}, keep_live=False)
    assert Claim.objects.count() == 2


def test_an_alias_shows_its_originals_claims_and_gets_its_own_when_it_becomes_a_page(
    admin_user: Any,
) -> None:
    page = make_article(body=[claim_block("One.")])
    uid = Claim.objects.get().uid
    alias = page.create_alias(update_slug="alias")
    assert [claim.uid for claim in alias.reading.claims] == [uid]
    set_body(page, [*page.body.get_prep_value(), claim_block("Two.")])
    page.save_revision().publish()
    assert statements() == ["One.", "Two."]
    alias = ArticlePage.objects.get(pk=alias.pk)
    assert set(alias.get_comment_anchors()) == set(ArticlePage.objects.get(pk=page.pk).get_comment_anchors())
    action_registry.get_action_class(Page, "convert_alias")(alias, user=admin_user).execute(
        skip_permission_checks=True
    )
    assert Claim.objects.filter(page=alias.pk).count() == 2
    assert Claim.objects.filter(page=page.pk).count() == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda page, alias: page.copy(update_attrs={"slug": "copy"}, keep_live=True),
        lambda page, alias: ConvertAliasPageAction(alias).execute(skip_permission_checks=True),
    ],
    ids=["copy", "convert"],
)
def test_a_crash_before_wagtail_makes_the_revision_leaves_page_and_index_alike(
    act: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_article(body=[claim_block("One.")])
    alias = page.create_alias(update_slug="alias")

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("The machine stops here.")

    with monkeypatch.context() as patch:
        patch.setattr(Page, "save_revision", fail)
        with pytest.raises(RuntimeError):
            act(page, alias)
    live = ArticlePage.objects.filter(live=True, alias_of=None)
    assert set(Claim.objects.values_list("page", flat=True)) == set(live.values_list("pk", flat=True))
    assert live.count() == 2


def test_what_becomes_an_alias_has_no_claims_of_its_own() -> None:
    page, other = make_article(body=[claim_block("One.")]), make_article(body=[claim_block("Two.")])
    page.alias_of = other
    page.save()
    assert statements() == ["Two."]


def test_a_translation_is_not_indexed_until_it_is_published_and_then_shares_the_groups() -> None:
    page = make_article(body=[claim_block("One.")])
    german = Locale.objects.create(language_code="de")
    translation = page.copy_for_translation(german, copy_parents=True)
    assert statements() == ["One."]
    translation.save_revision().publish()
    original, translated = Claim.objects.order_by("page")
    assert original.uid != translated.uid
    assert original.group == translated.group


def test_a_source_that_is_gone_is_left_out() -> None:
    claim = claim_block("One.", sources=[make_source()])
    claim["value"]["citations"][0]["value"]["source"] = 999_999
    make_article(body=[claim])
    assert statements() == ["One."]
    assert not ClaimCitation.objects.exists()


def test_publishing_the_same_again_writes_nothing_to_the_index(django_assert_num_queries: Any) -> None:
    from articles.services import index_claims

    page = make_article(body=[claim_block(sources=[make_source()]) for _ in range(10)])
    with django_assert_num_queries(6, info="locale, sources, savepoint and its end, claims, citations"):
        index_claims(page=page)


def test_a_page_that_goes_live_as_a_plain_page_is_indexed() -> None:
    page = make_draft()
    ArticlePage.objects.filter(pk=page.pk).update(body=[claim_block("One.")])
    plain = Page.objects.get(pk=page.pk)
    plain.save()
    assert statements() == []
    plain.live = True
    plain.save()
    assert statements() == ["One."]
