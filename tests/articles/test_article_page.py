"""The article as readers meet it."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.images import get_image_model
from wagtail.models import Page

from articles.models import ArticlePage
from tests.articles.builders import (
    block,
    claim_block,
    make_article,
    make_draft,
    make_image,
    make_index,
    make_person,
    make_source,
    without_indexes,
)

pytestmark = pytest.mark.django_db
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def read(client: Client, page: Any) -> BeautifulSoup:
    """Return the page as a visitor gets it."""
    response = client.get(page.url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").find(class_="sf-article")


def count_queries(act: Callable[[], Any]) -> int:
    """Return the number of queries of an act whose caches are warm."""
    act()
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def image_block(image: Any, **value: Any) -> dict[str, Any]:
    """Return an image as a body stores it."""
    image_value = {"image": image.pk, "alt_text": value.pop("alt", "A cheek"), "decorative": False}
    return block("image", {"image": image_value, "caption": "", "credit": "", **value})


def full_body(sources: list[Any], image: Any) -> list[dict[str, Any]]:
    """Return a body with a block of every kind."""
    return [
        block("key_takeaways", [{"type": "item", "id": "1", "value": "It helps a little."}]),
        block("heading", {"level": "h2", "text": "What the trials found"}),
        block("paragraph", "<p>Twenty <b>patients</b>.</p>"),
        claim_block("Needling helps.", sources=sources, caveat="The trials are small."),
        block("heading", {"level": "h3", "text": "What the trials found"}),
        block("quote", {"text": "Small trials.", "attribution": "A reviewer"}),
        block("pull_quote", {"text": "Small trials."}),
        block("callout", {"kind": "safety", "text": "<p>Ask first.</p>"}),
        block(
            "table",
            {
                "caption": "Trials",
                "columns": [{"type": "text", "heading": "Trial"}, {"type": "number", "heading": "Patients"}],
                "rows": [{"values": ["Lima", "6"]}],
            },
        ),
        image_block(image, caption="Before", credit="A. Photographer"),
        claim_block("It is safe.", certainty="not_assessed", direction=""),
    ]


def test_every_block_is_shown(client: Client) -> None:
    source = make_source(title="A pilot study")
    index = make_index(title="Evidence")
    page = make_article(
        index,
        title="Needling",
        standfirst="It helps a little.",
        body=full_body([source], make_image()),
        authors=[make_person(name="Ada Núñez", credentials="MD", role="Dermatologist")],
        tags=["Skin"],
    )
    article = read(client, page)
    assert article.h1.get_text() == "Needling"
    assert article.find(class_="sf-article-head__standfirst").get_text() == "It helps a little."
    assert "Ada Núñez, MD (Dermatologist)" in " ".join(
        article.find(class_="sf-article-author").get_text().split()
    )
    assert [tag["href"] for tag in article.select(".sf-article-tag")] == [f"{index.url}?tag=skin"]
    assert article.find(class_="sf-article-takeaways").li.get_text() == "It helps a little."
    assert [heading["id"] for heading in article.select(".sf-article-heading")] == [
        "section-what-the-trials-found",
        "section-what-the-trials-found-2",
    ]
    assert article.find(class_="sf-article-text").decode_contents() == "<p>Twenty <b>patients</b>.</p>"
    assert article.find(class_="sf-article-quote").figcaption.get_text() == "A reviewer"
    assert article.find(class_="sf-article-callout--safety").get_text().split() == ["Safety", "Ask", "first."]
    table = article.find("table")
    caption = article.find(class_="sf-article-table").find("figcaption", recursive=False)
    assert caption.get_text() == "Trials"
    assert table["aria-labelledby"] == table.parent["aria-labelledby"] == caption["id"]
    assert table.parent["tabindex"] == "0"
    assert [cell.get_text() for cell in table.select("td")] == ["Lima", "6"]
    figure = article.find("figure", class_="sf-article-figure")
    assert figure.img["alt"] == "A cheek"
    assert "Credit: A. Photographer" in figure.figcaption.get_text()


def test_a_claims_card_says_in_words_how_sure_we_are_and_on_what_it_rests(client: Client) -> None:
    source = make_source(title="A pilot study", doi="10.1186/s1")
    page = make_article(body=full_body([source], make_image()))
    article = read(client, page)
    sourced, unsourced = article.select(".sf-article-claim")
    uids = list(page.get_comment_anchors())
    assert [sourced["id"], unsourced["id"]] == [f"claim-{uid}" for uid in uids]
    assert list(page.get_comment_anchors().values()) == ["Claim 1: Needling helps.", "Claim 2: It is safe."]
    assert page.get_comment_anchor_url(uids[0]) == f"{page.url}#claim-{uids[0]}"
    words = " ".join(sourced.get_text().split())
    for part in (
        "Needling helps.",
        "⊕⊕◯◯",
        "Low certainty.",
        "Further research is likely to change this.",
        "Direction: Evidence supports this",
        "Caveat: The trials are small.",
        "Source: Reference 1 evidence for",
    ):
        assert part in words
    assert sourced.select_one(".sf-article-meter--low")["aria-hidden"] == "true"
    assert sourced.select_one(".sf-article-claim__source")["href"] == "#reference-1"
    assert sourced.select_one(".sf-article-claim__anchor")["href"] == f"#{sourced['id']}"
    assert "Unsourced" in unsourced.get_text()
    assert "Certainty not assessed." in unsourced.get_text()
    reference = article.select_one("#reference-1")
    assert "A pilot study" in reference.get_text()
    assert [link["href"] for link in reference.select("a")] == [
        "https://doi.org/10.1186/s1",
        f"#{sourced['id']}",
    ]


def test_a_page_without_its_body_names_its_parts_by_one_query(django_assert_num_queries: Any) -> None:
    page = make_article(body=[claim_block("Needling helps."), *full_body([make_source()], make_image())])

    def named(pk: int) -> dict[str, str]:
        light = Page.objects.get(pk=pk).specific_deferred
        with django_assert_num_queries(1):
            return light.get_comment_anchors()

    assert len(named(page.pk)) == 3
    assert list(named(page.pk).items()) == list(page.get_comment_anchors().items())
    changed = ArticlePage.objects.get(pk=page.pk)
    changed.body = [claim_block("It is safe.")]
    changed.save_revision().publish()
    assert list(named(page.pk).values()) == ["Claim 1: It is safe."]
    assert named(page.pk) == ArticlePage.objects.get(pk=page.pk).get_comment_anchors()
    alias = CreatePageAliasAction(changed, update_slug="an-alias", user=None).execute(
        skip_permission_checks=True
    )
    assert Page.objects.get(pk=alias.pk).specific_deferred.get_comment_anchors() == named(page.pk)
    draft = ArticlePage.objects.get(pk=page.pk)
    draft.body = [claim_block("A draft.")]
    assert list(draft.get_comment_anchors().values()) == ["Claim 1: A draft."]


def test_the_label_of_a_long_claim_ends_with_a_word() -> None:
    (label,) = make_article(body=[claim_block("word " * 40)]).get_comment_anchors().values()
    assert label == "Claim 1: " + " ".join(["word"] * 12) + "…"


def test_sources_are_numbered_in_the_order_of_their_first_mention(client: Client) -> None:
    first, second = make_source(), make_source()
    body = [claim_block(sources=[second, first]), claim_block(sources=[first])]
    article = read(client, make_article(body=body))
    assert [a.get_text()[-1] for a in article.select(".sf-article-claim__source")] == ["1", "2", "2"]
    references = article.select(".sf-article-reference")
    assert [len(reference.select(".sf-article-reference__back")) for reference in references] == [1, 2]


def test_ids_are_unique_and_every_inner_link_has_a_target(client: Client) -> None:
    sources = [make_source(), make_source()]
    body = [*full_body(sources, make_image()), block("heading", {"level": "h2", "text": "…"})]
    page = make_article(body=body)
    document = BeautifulSoup(client.get(page.url).content, "html.parser")
    ids = [element["id"] for element in document.select("[id]")]
    assert len(ids) == len(set(ids))
    inner = {a["href"][1:] for a in document.select("a[href^='#']")}
    assert inner <= set(ids)


@pytest.mark.parametrize("where", ["title", "standfirst", "hero_caption", "hero_credit", "hero_alt"])
def test_fields_are_escaped(client: Client, where: str) -> None:
    page = make_article(hero_image=make_image(), **{where: EVIL})
    article = read(client, page)
    assert not article.select("script, img[src=x], [onerror]")
    assert EVIL in article.get_text() or EVIL in {img["alt"] for img in article.select("img")}


def test_blocks_and_what_they_cite_are_escaped(client: Client) -> None:
    source = make_source(title=EVIL, authors=EVIL, container_title=EVIL, url="https://example.org/?q=\"'<b>")
    person = make_person(name=EVIL, credentials=EVIL, role=EVIL, url="https://example.org/\"onclick='x'")
    image = make_image()
    body = [
        block("heading", {"level": "h2", "text": EVIL}),
        block("heading", {"level": '"><script>', "text": EVIL}),
        block(
            "paragraph", f"<p onclick='x'>{EVIL}<a href='javascript:alert(1)' onclick='x'>a</a><!--c--></p>"
        ),
        block("callout", {"kind": '"><script>', "text": EVIL}),
        block("quote", {"text": EVIL, "attribution": EVIL}),
        block("pull_quote", {"text": EVIL}),
        block("key_takeaways", [{"type": "item", "id": "1", "value": EVIL}]),
        block(
            "table",
            {"caption": EVIL, "columns": [{"type": "text", "heading": EVIL}], "rows": [{"values": [EVIL]}]},
        ),
        image_block(image, alt=EVIL, caption=EVIL, credit=EVIL),
        claim_block(
            EVIL, caveat=EVIL, sources=[source], id='"><script>', certainty='"><script>', direction="<"
        ),
    ]
    page = ArticlePage(title="X", live=False)
    page = make_draft(body=[], authors=[person], tags=[EVIL])
    page.body = page._meta.get_field("body").to_python(body)
    revision = page.save_revision(clean=False)
    ArticlePage.objects.filter(pk=page.pk).update(body=page.body, live=True, latest_revision=revision)
    article = read(client, page)
    assert not article.select("script, img[src=x], [onerror], [onclick], [style]")
    assert not [a for a in article.select("a[href]") if a["href"].lower().startswith("javascript")]
    assert len(article.select(".sf-article-claim")) == 1


def test_links_lead_to_live_pages_only(client: Client) -> None:
    public, draft = make_article(title="Public"), make_draft(title="Secret")
    links = "".join(
        f'<a linktype="page" id="{pk}">to {pk}</a> ' for pk in (public.pk, draft.pk, 999_999, "x")
    )
    article = read(client, make_article(body=[block("paragraph", f"<p>{links}</p>")]))
    assert [a.get("href") for a in article.select(".sf-article-text a")] == [public.url]
    assert f"to {draft.pk} to 999999 to x" in article.select_one(".sf-article-text").get_text()
    assert "secret" not in article.decode().lower()


DRAFTS: list[dict[str, Any]] = [
    block("heading", {"level": "", "text": ""}),
    block("heading", {}),
    block("paragraph", ""),
    block("quote", {}),
    block("pull_quote", {}),
    block("key_takeaways", []),
    block("key_takeaways", [{"type": "item", "id": "1", "value": ""}]),
    block("callout", {}),
    block("table", None),
    block("table", {"columns": [], "rows": [], "caption": ""}),
    block("image", {}),
    block("image", {"image": None, "caption": "Before", "credit": ""}),
    block("image", {"image": {"image": 999_999, "alt_text": None, "decorative": None}}),
    block("claim", {}),
    block("claim", {"statement": "", "certainty": "", "direction": None, "citations": [], "caveat": None}),
    block("claim", {"statement": "x", "citations": [{"type": "item", "id": "1", "value": {}}]}),
    block(
        "claim", {"citations": [{"type": "item", "id": "1", "value": {"source": 999_999, "relation": ""}}]}
    ),
]


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: f"{draft['type']}-{DRAFTS.index(draft)}")
@pytest.mark.parametrize("has_id", [True, False])
def test_the_preview_of_an_incomplete_draft_is_shown(
    client: Client, admin_user: Any, draft: dict[str, Any], has_id: bool
) -> None:
    stored = draft if has_id else {key: value for key, value in draft.items() if key != "id"}
    page = make_draft()
    page.body = page._meta.get_field("body").to_python([stored])
    page.save_revision(clean=False)
    preview = page.get_latest_revision_as_object()
    response = preview.make_preview_request()
    response.render() if hasattr(response, "render") else None
    assert response.status_code == 200
    assert "article-body" in response.content.decode()
    assert isinstance(preview.get_comment_anchors(), dict)


def test_a_page_that_was_never_saved_has_a_preview() -> None:
    from tests.articles.builders import site_root

    page = ArticlePage(title="New", slug="new")
    page.body = page._meta.get_field("body").to_python([{"type": "claim", "value": {"statement": "One."}}])
    parent = site_root()
    page.depth, page.path = parent.depth + 1, Page._get_children_path_interval(parent.path)[0]
    page.set_url_path(parent)
    response = page.make_preview_request()
    assert "One." in response.rendered_content


def test_the_page_costs_the_same_however_many_claims_and_pictures_it_has(client: Client) -> None:
    image, public, index = make_image(), make_article(), make_index()
    link = f'<p><a linktype="page" id="{public.pk}">x</a></p>'
    costs = []
    for number in (1, 10, 100):
        body = [claim_block(sources=[make_source(), make_source()]) for _ in range(number)]
        body += [block("paragraph", link) for _ in range(number)]
        body += [block("callout", {"kind": "note", "text": link}) for _ in range(number)]
        body += [image_block(image) for _ in range(number)]
        people = [make_person() for _ in range(number)]
        with without_indexes():
            page = make_article(index, body=body, authors=people, tags=[f"t{n}" for n in range(number)])
        costs.append(count_queries(lambda page=page: client.get(page.url)))
    assert len(set(costs)) == 1, costs
    assert costs[0] <= 25  # The project's own templates have their part in it.


def test_an_anonymous_view_sets_no_cookie_and_writes_nothing(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    image = make_image()
    with django_capture_on_commit_callbacks(execute=True):
        page = make_article(make_index(), hero_image=image, body=full_body([make_source()], image))
    assert get_image_model().objects.get(pk=image.pk).renditions.count() == 2
    for address in (page.url, page.get_parent().url):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies
        assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
        assert not [query for query in queries if "django_session" in query["sql"]]
    assert "width-480" in client.get(page.url).content.decode()


def test_a_picture_without_renditions_is_shown_from_its_own_file(client: Client) -> None:
    image = make_image()
    page = make_article(hero_image=image)
    image.renditions.all().delete()
    picture = read(client, page).find("img")
    assert (picture["src"], picture["width"], picture.get("srcset")) == (image.file.url, "640", None)
    assert not image.renditions.exists()


def test_an_image_that_cannot_be_read_does_not_stop_publishing(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError("There is no such file.")

    image = make_image()
    monkeypatch.setattr(get_image_model(), "generate_rendition_file", fail)
    with django_capture_on_commit_callbacks(execute=True):
        page = make_article(hero_image=image)
    assert page.live


@pytest.mark.django_db(transaction=True)
def test_a_failure_after_the_commit_does_not_stop_publishing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django logs it by the name of the function, which a partial doesn't have."""

    def fail(*, page: Any) -> None:
        raise RuntimeError(f"No renditions of page {page.pk}")

    monkeypatch.setattr("articles.services.publication.make_renditions", fail)
    assert make_article().live


@override_settings(STANDFIRST_ARTICLES_WORDS_PER_MINUTE=None)
def test_reading_time_can_be_left_out(client: Client) -> None:
    page = make_article(body=[block("paragraph", f"<p>{'word ' * 500}</p>")])
    assert "minutes to read" not in read(client, page).get_text()
    with override_settings(STANDFIRST_ARTICLES_WORDS_PER_MINUTE=200):
        assert "3 minutes to read" in read(client, page).get_text()
