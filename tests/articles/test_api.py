"""The delivery API of the app: what it says, what it keeps to itself, what it costs."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction

from articles.models import Claim
from standfirst.delivery.lists import encode_cursor
from tests.articles.builders import (
    block,
    claim_block,
    make_article,
    make_draft,
    make_image,
    make_index,
    make_many,
    make_person,
    make_source,
    without_indexes,
)
from tests.examples import examples

pytestmark = pytest.mark.django_db
API = "/api/v1"


def cursor_of(*key: Any) -> str:
    """Return a cursor of the list of articles, of any key."""
    return encode_cursor(RequestFactory().get(f"{API}/articles/"), key)


SUMMARY_KEYS = {
    "type", "id", "title", "slug", "url", "path", "locale", "language", "translations", "standfirst",
    "authors", "tags", "lead_image",
    "published_at", "updated_at", "claim_count", "comment_count",
}  # fmt: skip
DETAIL_KEYS = SUMMARY_KEYS - {"claim_count"} | {
    "seo_title", "search_description", "parent", "reading_minutes", "outline", "body", "references",
    "comment_count", "labels",
}  # fmt: skip
SOURCE_KEYS = {
    "id", "type", "kind", "title", "authors", "container_title", "year", "doi", "doi_url", "pmid", "url",
    "citation_text",
}  # fmt: skip
CLAIM_KEYS = {
    "type", "uid", "group", "locale", "url", "path", "position", "statement", "certainty", "direction",
    "caveat", "citations", "article", "comment_count", "translations",
}  # fmt: skip
BLOCK_KEYS = {
    "heading": {"level", "text", "anchor"},
    "paragraph": {"html"},
    "quote": {"text", "attribution"},
    "pull_quote": {"text"},
    "key_takeaways": {"items"},
    "callout": {"kind", "label", "html"},
    "table": {"caption", "columns", "rows"},
    "image": {"picture", "caption", "credit"},
    "claim": {
        "uid", "group", "anchor", "position", "statement", "certainty", "direction", "caveat", "citations",
        "comment_count",
    },
}  # fmt: skip


def get(client: Client, path: str, status: int = 200) -> Any:
    """Return the parsed answer, whose status must be the one expected."""
    response = client.get(f"{API}{path}")
    assert response.status_code == status, response.content
    return response.json()


def walk(client: Client, path: str) -> Iterable[dict[str, Any]]:
    """Yield the items of all parts of a list."""
    address: str | None = f"http://localhost{API}{path}"
    while address:
        response = client.get(address)
        assert response.status_code == 200
        yield from response.json()["items"]
        address = response.json()["next"]


def whole_body(source: Any, image: Any) -> list[dict[str, Any]]:
    """Return a body with a block of every kind."""
    return [
        block("heading", {"level": "h2", "text": "Found"}),
        block("paragraph", "<p>x</p>"),
        block("quote", {"text": "x", "attribution": "y"}),
        block("pull_quote", {"text": "x"}),
        block("key_takeaways", [{"type": "item", "id": "1", "value": "x"}]),
        block("callout", {"kind": "safety", "text": "<p>x</p>"}),
        block(
            "table",
            {"caption": "c", "columns": [{"type": "number", "heading": "h"}], "rows": [{"values": ["1"]}]},
        ),
        block("image", {"image": {"image": image.pk, "alt_text": "a", "decorative": False}}),
        claim_block(sources=[source]),
    ]


def test_every_answer_has_exactly_its_keys(client: Client) -> None:
    image = make_image()
    page = make_article(
        make_index(),
        hero_image=image,
        authors=[make_person(bio="x", url="https://example.org/")],
        tags=["Skin"],
        body=whole_body(make_source(), image),
    )
    listed = get(client, "/articles/")
    assert set(listed) == {"items", "next", "next_cursor"}
    (summary,) = listed["items"]
    assert set(summary) == SUMMARY_KEYS
    assert summary["claim_count"] == 1
    assert set(summary["authors"][0]) == {"type", "id", "slug", "name", "credentials", "role", "bio", "url"}
    assert set(summary["tags"][0]) == {"type", "slug", "name"}
    assert set(summary["lead_image"]) == {"type", "picture", "caption", "credit"}
    assert set(summary["lead_image"]["picture"]) == {"type", "alt", "url", "width", "height", "variants"}
    detail = get(client, f"/articles/{page.pk}/")
    assert set(detail) == DETAIL_KEYS
    assert detail["labels"] == {
        "type": "article_labels",
        "outline": "In this article",
        "references": "References",
        "published": "Published",
        "updated": "Updated",
        "reading_time": "1 minute to read",
    }
    assert set(detail["parent"]) == {"type", "id", "title", "url", "path"}
    assert {item["type"]: set(item) - {"type", "id"} for item in detail["body"]} == BLOCK_KEYS
    assert set(detail["references"][0]) == {"type", "number", "source", "cited_by"}
    assert set(detail["references"][0]["source"]) == SOURCE_KEYS
    assert set(detail["outline"][0]) == {"type", "level", "text", "anchor"}
    (claim,) = get(client, "/claims/")["items"]
    assert set(claim) == CLAIM_KEYS
    assert get(client, f"/claims/{claim['uid']}/") == claim
    assert set(claim["certainty"]) == {"type", "value", "level", "symbol", "label", "meaning"}
    assert set(claim["citations"][0]) == {"type", "number", "relation", "source"}
    assert detail["references"][0]["cited_by"] == [claim["uid"]] == [detail["body"][-1]["uid"]]
    assert claim["path"] == f"{page.url}#{detail['body'][-1]['anchor']}"
    (source,) = get(client, "/sources/")["items"]
    assert set(source) == SOURCE_KEYS | {"claim_count"}
    assert get(client, f"/sources/{source['id']}/") == source


def test_nothing_that_is_not_public_is_told(client: Client) -> None:
    """Drafts, unpublished and private pages, their claims and the sources that only they cite."""
    parent = make_index(title="Secret index")
    secrets = [make_source(title=f"Secret {number}") for number in range(5)]
    make_draft(title="Secret draft", body=[claim_block("Secret.", sources=[secrets[0]])])
    gone = make_article(title="Secret gone", body=[claim_block("Secret.", sources=[secrets[1]])])
    gone.unpublish()
    private = make_article(
        parent, title="Secret private", body=[claim_block("Secret.", sources=[secrets[2]])]
    )
    PageViewRestriction.objects.create(page=parent, restriction_type="password", password="x")
    single = make_article(title="Secret single", body=[claim_block("Secret.", sources=[secrets[3]])])
    alias = single.create_alias(update_slug="secret-alias")
    PageViewRestriction.objects.create(page=single, restriction_type="login")
    links = "".join(f'<a linktype="page" id="{page.pk}">x</a>' for page in (private, gone, alias))
    public = make_article(
        title="Public", body=[block("paragraph", f"<p>{links}</p>"), claim_block("Public.")]
    )
    public.title = "Secret title to come"
    public.save_revision()
    assert [item["title"] for item in get(client, "/articles/")["items"]] == ["Public"]
    assert [item["statement"] for item in get(client, "/claims/")["items"]] == ["Public."]
    assert get(client, "/sources/")["items"] == []
    for path in ("/articles/", f"/articles/{public.pk}/", "/claims/", "/sources/"):
        assert "ecret" not in client.get(f"{API}{path}").content.decode()
    for page in (gone, private, single, alias):
        get(client, f"/articles/{page.pk}/", 404)
        get(client, f"/resolve/?path={page.get_url()}", 404)
    assert get(client, f"/articles/?parent={parent.pk}")["items"] == []
    for claim in Claim.objects.exclude(page=public):
        get(client, f"/claims/{claim.uid}/", 404)
    for source in secrets:
        get(client, f"/sources/{source.pk}/", 404)


def test_a_login_changes_nothing(client: Client, admin_user: Any) -> None:
    page = make_article(title="Private", body=[claim_block()])
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    client.force_login(admin_user)
    assert get(client, "/articles/")["items"] == []
    get(client, f"/articles/{page.pk}/", 404)


def test_lists_are_walked_by_cursor_without_gaps_or_doubles(client: Client) -> None:
    moment = timezone.now() - timedelta(days=1)
    source = make_source()
    pages = [
        make_article(
            first_published_at=moment if number % 2 else None, body=[claim_block(sources=[make_source()])]
        )
        for number in range(7)
    ]
    undated = pages[0]
    type(undated).objects.filter(pk__in=[pages[0].pk, pages[2].pk]).update(first_published_at=None)
    ids = [item["id"] for item in walk(client, "/articles/?limit=2")]
    assert ids == [pages[n].pk for n in (6, 4, 5, 3, 1, 2, 0)]
    assert len({item["uid"] for item in walk(client, "/claims/?limit=3")}) == 7
    assert [item["id"] for item in walk(client, "/sources/?limit=3")] == sorted(
        item["id"] for item in get(client, "/sources/?limit=100")["items"]
    )
    assert source.pk not in [item["id"] for item in walk(client, "/sources/")]


def test_the_next_part_keeps_the_filters(client: Client) -> None:
    for _ in range(3):
        make_article(tags=["Skin & hair", "x"])
    make_article(tags=["x"])
    assert len(list(walk(client, "/articles/?limit=1&tag=skin-hair&tag=x"))) == 3


def test_articles_are_filtered(client: Client) -> None:
    ada, bob = make_person(name="Ada"), make_person(name="Bob")
    index = make_index()
    one = make_article(index, authors=[ada, bob], tags=["skin", "safety"])
    two = make_article(authors=[bob], tags=["skin"])

    def ids(query: str) -> list[int]:
        return [item["id"] for item in get(client, f"/articles/?{query}")["items"]]

    assert ids("tag=skin") == [two.pk, one.pk]
    assert ids("tag=skin&tag=safety") == [one.pk]
    assert ids("tag=SKIN&tag=Safety") == [one.pk]
    assert ids("author=BOB") == ids("author=bob")
    assert ids("tag=sk_n") == ids("tag=sk%25") == ids("author=b_b") == []
    assert ids("author=ada") == ids(f"author={ada.pk}") == [one.pk]
    assert ids("author=bob&tag=skin") == [two.pk, one.pk]
    assert ids(f"parent={index.pk}") == [one.pk]
    assert ids("tag=nothing") == ids("author=nobody") == ids("parent=2000000000") == []
    assert [a["name"] for a in get(client, f"/articles/{one.pk}/")["authors"]] == ["Ada", "Bob"]


def test_claims_are_filtered(client: Client) -> None:
    source = make_source()
    page = make_article(
        body=[
            claim_block("High.", certainty="high", sources=[source]),
            claim_block("Low.", direction="mixed"),
        ]
    )
    make_article(body=[claim_block("Other.", direction="")])

    def statements(query: str) -> list[str]:
        return [item["statement"] for item in get(client, f"/claims/?{query}")["items"]]

    assert statements(f"article={page.pk}") == ["High.", "Low."]
    assert statements("certainty=high") == ["High."]
    assert statements("certainty=high&certainty=low") == ["High.", "Low.", "Other."]
    assert statements("direction=mixed") == ["Low."]
    assert statements(f"source={source.pk}") == ["High."]
    assert statements("unsourced=true") == ["Low.", "Other."]
    assert statements("unsourced=false") == ["High."]
    get(client, "/claims/?certainty=sure", 422)


def test_sources_are_found_by_any_form_of_their_doi(client: Client) -> None:
    source = make_source(doi="10.1186/S1")
    make_article(body=[claim_block(sources=[source, make_source()])])
    for doi in ("10.1186/s1", "https://doi.org/10.1186/S1", "DOI:10.1186/s1"):
        assert [item["id"] for item in get(client, f"/sources/?doi={quote(doi)}")["items"]] == [source.pk]
    assert get(client, "/sources/?doi=nonsense")["items"] == []


def test_resolving_a_path(client: Client) -> None:
    index = make_index(slug="évidence")
    page = make_article(index, slug="needling")
    expected = {
        "type": "page", "page_type": "standfirst_articles.ArticlePage", "id": page.pk, "title": page.title,
        "url": f"http://localhost{page.url}", "path": page.url, "is_article": True,
    }  # fmt: skip
    for path in (
        "/évidence/needling/",
        "/évidence/needling",
        page.url,
        f"{page.url}?a=b#c",
        "évidence/needling",
    ):
        assert get(client, f"/resolve/?path={quote(path)}") == expected
    assert get(client, "/resolve/?path=/")["type"] == "page"
    assert get(client, f"/resolve/?path={quote(index.url)}")["is_article"] is False
    get(client, "/resolve/?path=/nothing/", 404)


def test_resolving_a_redirect(client: Client) -> None:
    page, draft = make_article(), make_draft()
    Redirect.add_redirect("/old", redirect_to=page)
    Redirect.add_redirect("/away", redirect_to="https://example.org/x", is_permanent=False)
    Redirect.add_redirect("/draft", redirect_to=draft)
    Redirect.add_redirect("/odd?b=2&a=1", redirect_to=page)
    here = {
        "type": "redirect", "location": f"http://localhost{page.url}", "path": page.url, "is_permanent": True
    }  # fmt: skip
    assert get(client, "/resolve/?path=/old/") == here
    assert get(client, f"/resolve/?path={quote('/odd?a=1&b=2')}") == here
    away = get(client, "/resolve/?path=/away")
    assert (away["location"], away["path"], away["is_permanent"]) == ("https://example.org/x", None, False)
    get(client, "/resolve/?path=/draft", 404)


def test_rich_text_has_absolute_links_and_no_scripts(client: Client) -> None:
    target = make_article()
    html = (
        f'<p onclick="x"><a linktype="page" id="{target.pk}">a</a><a href="/b" data-page-id="9">b</a>'
        '<a href="javascript:x">c</a><script>x</script></p>'
    )
    page = make_article(body=[block("paragraph", html), block("callout", {"kind": "note", "text": html})])
    link = f'<a href="http://localhost{target.url}" data-page-id="{target.pk}">a</a>'
    clean = f'<p>{link}<a href="http://localhost/b">b</a>c</p>'
    body = get(client, f"/articles/{page.pk}/")["body"]
    assert [item["html"] for item in body] == [clean, clean]


def test_incomplete_live_content_is_answered(client: Client) -> None:
    page = make_article()
    bodies = [
        block("heading", {}), block("quote", {}), block("pull_quote", {}),
        block("callout", {}), block("table", None),
        block("image", {}), block("claim", {}), block("key_takeaways", []), block("paragraph", ""),
    ]  # fmt: skip
    page.body = page._meta.get_field("body").to_python(bodies)
    type(page).objects.filter(pk=page.pk).update(body=page.body)
    detail = get(client, f"/articles/{page.pk}/")
    assert {item["type"] for item in detail["body"]} == set(BLOCK_KEYS)


LISTS = ["/articles/", "/claims/", "/sources/"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "greater_than_equal"),
        ("limit=101", "value_error"),
        ("limit=x", "int_parsing"),
        ("cursor=x", "invalid_cursor"),
        ("cursor=%00", "invalid_cursor"),
        ("cursor=W10", "invalid_cursor"),
        ("cursor=" + "A" * 501, "string_too_long"),
        ("cursor=" + cursor_of(10**30, 10**30), "invalid_cursor"),
        ("nonsense=1", "unknown_parameter"),
    ],
)
def test_what_a_list_cannot_be_asked_is_422_with_the_parameters_name(
    client: Client, path: str, query: str, code: str
) -> None:
    problem = get(client, f"{path}?{query}", 422)
    (error,) = problem["errors"]
    assert (error["loc"][-1], error["code"]) == (query.partition("=")[0], code)


@pytest.mark.parametrize(
    "path",
    [
        "/articles/?tag=%00", "/articles/?author=%00", "/articles/?parent=0", "/articles/?parent=99999999999",
        "/articles/?tag=", "/claims/?source=99999999999999999999", "/claims/?article=-1",
        "/claims/?unsourced=x",
        "/sources/?doi=%00", "/resolve/", "/resolve/?path=%00", "/resolve/?path=", "/resolve/?path=/&x=1",
        "/articles/?" + "&".join(["tag=a"] * 11), "/claims/?direction=up",
    ],
)  # fmt: skip
def test_other_values_that_cannot_be_used_are_422(client: Client, path: str) -> None:
    get(client, path, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/articles/0/", "/articles/abc/", "/articles/99999999999999999999/", "/articles/2147483648/",
        "/claims/x/", "/claims/00000000-0000-4000-8000-000000000001/", "/sources/99999999999999999999/",
        "/resolve/?path=/%2500/", "/resolve/?path=//example.org/", "/resolve/?path=http://[/",
        "/resolve/?path=" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(client: Client, path: str) -> None:
    get(client, path, 404)


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from([*LISTS, "/resolve/"]),
    name=st.sampled_from(
        [
            "tag",
            "author",
            "parent",
            "cursor",
            "limit",
            "article",
            "source",
            "certainty",
            "unsourced",
            "doi",
            "path",
        ]
    ),
    value=st.text(max_size=20)
    | st.integers().map(str)
    | st.sampled_from(["%00", "\x00", "NaN", "1e9", "-0", "٣"]),
)
def test_no_value_breaks_an_operation(client: Client, path: str, name: str, value: str) -> None:
    value = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    response = client.get(f"{API}{path}?{name}={quote(value)}")
    assert response.status_code in {200, 404, 422}


@pytest.mark.parametrize("offset", ["+14:00", "-14:00", "+00:00", "Z", ""])
@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999", "2024-02-29T12:00:00"]
)
def test_a_cursor_at_the_ends_of_the_calendar_is_an_answer(client: Client, moment: str, offset: str) -> None:
    make_article()
    cursor = cursor_of(moment + offset, 1)
    past = {("0001-01-01T00:00:00", "+14:00"), ("9999-12-31T23:59:59.999999", "-14:00")}
    refused = not offset or (moment, offset) in past
    answer = get(client, f"/articles/?cursor={cursor}", 422 if refused else 200)
    if refused:
        assert answer["errors"][0]["code"] == "invalid_cursor"


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moment=st.datetimes(timezones=st.timezones() | st.just(UTC)) | st.integers() | st.text(max_size=9),
    number=st.integers(),
)
def test_no_cursor_breaks_the_list(client: Client, moment: Any, number: int) -> None:
    if isinstance(moment, datetime):
        moment = moment.isoformat()
    cursor = cursor_of(moment, number)
    assert client.get(f"{API}/articles/?cursor={cursor}").status_code in {200, 422}


def test_every_operation_costs_the_same_however_much_there_is(client: Client) -> None:
    index, image, public = make_index(), make_image(), make_article(title="Linked")
    link = f'<p><a linktype="page" id="{public.pk}">x</a></p>'
    costs: dict[str, list[int]] = {}
    made = 0
    for number in (1, 10, 100):
        make_many(
            number - made,
            index,
            authors=lambda _: [make_person()],
            tags=lambda place, made=made: [f"t{made + place}"],
            hero_image=image,
            body=lambda _: [claim_block(sources=[make_source()])],
        )
        made = number
        body = [claim_block(sources=[make_source()]) for _ in range(number)]
        body += [block("paragraph", link) for _ in range(number)]
        body += [
            block("image", {"image": {"image": image.pk, "alt_text": "a", "decorative": False}})
            for _ in range(number)
        ]
        with without_indexes():
            page = make_article(authors=[make_person() for _ in range(number)], body=body)
        uid = page.reading.claims[0].uid
        for name, path in {
            "articles": "/articles/?limit=100",
            "filtered articles": f"/articles/?limit=100&parent={index.pk}",
            "article": f"/articles/{page.pk}/",
            "resolve": f"/resolve/?path={page.url}",
            "claims": "/claims/?limit=100",
            "claim": f"/claims/{uid}/",
            "sources": "/sources/?limit=100",
            "source": f"/sources/{page.reading.references[0].source.pk}/",
        }.items():
            get(client, path)
            with CaptureQueriesContext(connection) as queries:
                get(client, path)
            assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
            costs.setdefault(name, []).append(len(queries))
    assert all(len(set(counts)) == 1 for counts in costs.values()), costs
    assert max(counts[0] for counts in costs.values()) <= 20, costs
