"""Claims in the StreamFields that a page type has, whatever their names, at any depth."""

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from articles.body.streams import find_blocks
from articles.checks import check_claims, check_claims_elsewhere
from articles.claims.identity import mint_claim_uid
from articles.models import Claim, Source
from articles.services import rebuild_claims
from tests.articles.builders import block, claim_block, make_image, make_source, site_root
from tests.hosts.models import ReportPage

pytestmark = pytest.mark.django_db
ID = re.compile(r'id="claim-([0-9a-f-]{36})"')


def claim(statement: str, **value: Any) -> Any:
    """Return the value of a claim as a field stores it."""
    return claim_block(statement, **value)["value"]


def pair(left: str, right: str, **value: Any) -> dict[str, Any]:
    return {"title": "", "left": claim(left, **value), "right": claim(right, **value)}


def everywhere() -> dict[str, list[dict[str, Any]]]:
    """Return a content with a claim wherever one can be, and a sidebar."""
    return {
        "content": [
            block("text", "<p>Text.</p>"),
            claim_block("A.", id="a") | {"type": "finding"},
            block("pair", pair("BL.", "BR."), id="b"),
            block("box", {"pair": pair("CL.", "CR.")}, id="c"),
            block(
                "section",
                [
                    block("note", "Note."),
                    claim_block("E.", id="e") | {"type": "finding"},
                    block("pair", pair("FL.", "FR."), id="f"),
                ],
                id="d",
            ),
        ],
        "sidebar": [claim_block("S.", id="s")],
    }


def make_report(**fields: Any) -> ReportPage:
    """Return a published report, published as editors publish."""
    page = ReportPage(title="Report", live=False, **fields)
    site_root().add_child(instance=page)
    page.save_revision().publish()
    return ReportPage.objects.get(pk=page.pk)


def read_index(page: Any) -> dict[str, str]:
    """Return the uids of a page's claims in the index, by statement."""
    rows = Claim.objects.filter(page=page.pk).order_by("position").values_list("statement", "uid")
    return {statement: str(uid) for statement, uid in rows}


def test_a_claim_is_known_by_the_nearest_block_of_a_stream_and_the_fields_below_it() -> None:
    page = make_report(**everywhere())
    rows = list(Claim.objects.order_by("position").values_list("statement", "block_id", "position"))
    assert rows == [
        ("A.", "a", 1),
        ("BL.", "b.left", 2),
        ("BR.", "b.right", 3),
        ("CL.", "c.pair.left", 4),
        ("CR.", "c.pair.right", 5),
        ("E.", "e", 6),
        ("FL.", "f.left", 7),
        ("FR.", "f.right", 8),
        ("S.", "s", 9),
    ]
    assert len(set(read_index(page).values())) == 9
    key, language = page.translation_key, page.locale.language_code
    direct = mint_claim_uid(translation_key=key, language_code=language, block_id="a")
    assert read_index(page)["A."] == str(direct)
    assert rebuild_claims(check=True).is_clean


def test_a_claim_keeps_its_uid_when_the_blocks_around_it_change() -> None:
    page = make_report(**everywhere())
    before = read_index(page)
    stored = everywhere()
    stored["content"].reverse()
    stored["content"][-3]["value"]["left"]["statement"] = "BL, reworded."
    page.content = page._meta.get_field("content").to_python(stored["content"])
    page.save_revision().publish()
    after = read_index(page)
    assert after.pop("BL, reworded.") == before.pop("BL.")
    assert after == before


TEMPLATES = {
    "as text": "{{ page.content }}{{ page.sidebar }}",
    "included": "{% load wagtailcore_tags %}{% include_block page.content %}{% include_block page.sidebar %}",
    "blocks as text": "{% for block in page.content %}{{ block }}{% endfor %}{{ page.sidebar }}",
    "blocks included": "{% load wagtailcore_tags %}{% for block in page.content %}{% include_block block %}"
    "{% endfor %}{% include_block page.sidebar.0 %}",
    "under another name": "{% load wagtailcore_tags %}{% with other=page page=None %}{{ other.content }}"
    "{% include_block other.sidebar %}{% endwith %}",
    "on another page": "{% load wagtailcore_tags %}{% with it=page page=root %}{% include_block it.content %}"
    "{{ it.sidebar }}{% endwith %}",
}


@pytest.mark.parametrize("way", TEMPLATES)
def test_an_id_is_the_same_however_a_template_shows_it(way: str) -> None:
    page = make_report(**everywhere())
    template = engines["django"].from_string(TEMPLATES[way])
    html = template.render({"page": page, "root": Page.objects.get(pk=site_root().pk)})
    assert ID.findall(html) == list(read_index(page).values())
    assert "sf-article-claim" in html


def test_an_id_is_the_same_on_the_page_in_a_preview_and_in_the_api(client: Client) -> None:
    page = make_report(**everywhere())
    uids = list(read_index(page).values())
    assert ID.findall(client.get(page.url).content.decode()) == uids
    page.save_revision()
    assert ID.findall(page.get_latest_revision_as_object().make_preview_request().rendered_content) == uids
    detail = client.get(f"/api/v1/articles/{page.pk}/").json()
    types = [(item["type"], item.get("block_type"), item["id"]) for item in detail["body"]]
    assert types[1:] == [
        ("claim", None, "a"), ("custom", "pair", "b"), ("custom", "box", "c"), ("custom", "section", "d")
    ]  # fmt: skip
    assert detail["body"][1]["uid"] == uids[0]
    assert ID.findall(" ".join(item.get("html", "") for item in detail["body"])) == uids[1:-1]
    listed = client.get(f"/api/v1/claims/?article={page.pk}").json()["items"]
    assert [item["uid"] for item in listed] == uids
    assert list(page.get_comment_anchors()) == uids


def test_a_page_type_has_something_else_in_place_of_a_field_of_ours(client: Client) -> None:
    page = make_report(place="Oslo", hero_image=make_image())
    detail = client.get(f"/api/v1/articles/{page.pk}/").json()
    assert detail["standfirst"] == "Reported from Oslo."
    assert (detail["lead_image"]["caption"], detail["lead_image"]["credit"]) == (None, None)
    assert page.reading.word_count == 3


def test_an_alias_has_its_originals_ids_and_a_copy_its_own(client: Client) -> None:
    page = make_report(**everywhere())
    uids = set(read_index(page).values())
    alias = ReportPage.objects.get(pk=page.create_alias(update_slug="alias").pk)
    copied = ReportPage.objects.get(pk=page.copy(update_attrs={"slug": "copy"}).pk)
    assert set(ID.findall(str(alias.content) + str(alias.sidebar))) == uids
    assert set(ID.findall(client.get(alias.url).content.decode())) == uids
    assert not set(ID.findall(client.get(copied.url).content.decode())) & uids
    assert set(read_index(copied).values()) == set(ID.findall(str(copied.content) + str(copied.sidebar)))


def test_a_copied_or_pickled_stream_belongs_to_the_page_that_it_is_given_to() -> None:
    page = make_report(**everywhere())
    uids = ID.findall(str(page.content))
    for other in (copy.deepcopy(page), pickle.loads(pickle.dumps(page))):  # noqa: S301 - our own
        other.translation_key = uuid4()
        others = ID.findall(str(other.content))
        assert len(others) == len(uids)
        assert not set(others) & set(uids)
    assert ID.findall(str(page.content)) == uids


def test_a_new_value_is_read_anew_and_a_block_that_is_added_belongs_to_the_page() -> None:
    page = make_report(**everywhere())
    assert len(page.reading.claims) == 9
    page.sidebar = []
    assert [card.statement for card in page.reading.claims][-1] == "FR."
    page.sidebar.append(("claim", {"statement": "New."}))
    page.__dict__.pop("reading")
    assert ID.findall(str(page.sidebar)) == [str(page.reading.claims[-1].uid)]


def test_blocks_without_ids_have_one_for_as_long_as_the_page_is_in_hand() -> None:
    page = ReportPage(title="New", slug="new")
    page.content = page._meta.get_field("content").to_python([{"type": "pair", "value": pair("A.", "B.")}])
    left, right = find_blocks(page)
    assert left.id
    assert (left.key, right.key) == (f"{left.id}.left", f"{left.id}.right")
    assert ID.findall(str(page.content)) == ID.findall(str(page.content)) != []


def test_duplicate_ids_are_told_apart_across_streams() -> None:
    page = make_report(
        content=[claim_block("A.", id="x") | {"type": "finding"}, block("pair", pair("B.", "C."), id="x")],
        sidebar=[claim_block("D.", id="x")],
    )
    assert list(Claim.objects.order_by("position").values_list("block_id", flat=True)) == [
        "x", "x.left", "x.right", "x:2",
    ]  # fmt: skip
    assert len(set(read_index(page).values())) == 4


@pytest.mark.parametrize(
    "stored",
    [
        block("pair", {}),
        block("pair", {"left": {}, "title": None}),
        block("box", {}),
        block("section", []),
        block("section", [block("pair", {"left": {"citations": [{"value": {"source": 999_999}}]}})]),
        block("finding", {}),
        block("title", {}),
    ],
)
def test_drafts_may_lack_everything(client: Client, stored: dict[str, Any]) -> None:
    page = make_report()
    page.content = page._meta.get_field("content").to_python([stored])
    ReportPage.objects.filter(pk=page.pk).update(content=page.content)
    assert client.get(page.url).status_code == 200
    answer = client.get(f"/api/v1/articles/{page.pk}/")
    assert [item["id"] for item in answer.json()["body"]] == [stored["id"]]


def test_claims_in_lists_are_refused_by_a_check_and_have_no_identity() -> None:
    messages = check_claims(None)
    assert {message.id for message in messages} == {"standfirst_articles.E005"}
    assert [message.msg for message in messages] == [
        "ListingPage has a claim in a ListBlock: findings.many.",
        "ListingPage has a claim in a ListBlock: findings.deep.inner.claim.",
    ]
    assert all("StreamBlock" in message.hint for message in messages)


def test_claims_on_a_page_type_that_is_no_article_are_named_by_a_check() -> None:
    (message,) = check_claims_elsewhere(None)
    assert message.id == "standfirst_articles.W004"
    assert message.msg.startswith("PlainPage.text takes claims, but PlainPage is no article")


@pytest.mark.parametrize("place", ["finding", "pair", "box", "section", "sidebar"])
def test_a_source_of_a_claim_in_any_draft_cannot_be_deleted(place: str) -> None:
    source = make_source()
    values: dict[str, Any] = {
        "finding": claim("A.", sources=[source]),
        "pair": pair("A.", "B.", sources=[source]),
        "box": {"pair": pair("A.", "B.", sources=[source])},
        "section": [block("pair", pair("A.", "B.", sources=[source]))],
    }
    page = make_report()
    if place == "sidebar":
        page.sidebar = page._meta.get_field("sidebar").to_python([claim_block("A.", sources=[source])])
    else:
        page.content = page._meta.get_field("content").to_python([block(place, values[place])])
    page.save_revision()
    with pytest.raises(ProtectedError):
        source.delete()
    assert [use.page.pk for use in Source.objects.all().find_usage()] == [page.pk]


def count_queries(act: Callable[[], Any]) -> int:
    act()
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_it_costs_the_same_however_many_blocks_there_are(client: Client) -> None:
    costs: dict[str, set[int]] = {"page": set(), "api": set()}
    for number in (1, 10, 100):
        sources = [make_source(), make_source()]
        content = [
            block("text", "<p>Text.</p>"),
            claim_block("A.", sources=sources) | {"type": "finding"},
            block("section", [block("pair", pair("A.", "B.", sources=sources))]),
        ]
        page = make_report()
        stored = [{**item, "id": str(uuid4())} for _ in range(number) for item in content]
        page.content = page._meta.get_field("content").to_python(stored)
        ReportPage.objects.filter(pk=page.pk).update(content=page.content)
        costs["page"].add(count_queries(lambda page=page: client.get(page.url)))
        costs["api"].add(count_queries(lambda page=page: client.get(f"/api/v1/articles/{page.pk}/")))
    assert all(len(counts) == 1 for counts in costs.values()), costs
    assert max(costs["page"] | costs["api"]) <= 25
