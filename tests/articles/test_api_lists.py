"""What the lists of the API contain, in what order, and where their parts end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from articles.models import ArticlePage, Claim, ClaimCitation
from tests.articles.builders import (
    claim_block,
    make_article,
    make_draft,
    make_index,
    make_person,
    make_source,
)

pytestmark = pytest.mark.django_db
MOMENT = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def get(client: Client) -> Callable[[str], Any]:
    """Return a function that reads an address of the API."""

    def read(path: str) -> Any:
        response = client.get(f"/api/v1{path}")
        assert response.status_code == 200, response.content
        return response.json()

    return read


@pytest.fixture
def walk(get: Callable[[str], Any]) -> Callable[[str], list[list[Any]]]:
    """Return a function that follows a list to its end; it returns the items of every part."""

    def follow(path: str) -> list[list[Any]]:
        parts: list[list[Any]] = []
        following: str | None = path
        while following:
            answer = get(following.removeprefix("http://testserver/api/v1"))
            parts.append(answer["items"])
            following = answer["next"]
        return parts

    return follow


class TestParts:
    @pytest.mark.parametrize("path", ["/articles/", "/claims/", "/sources/"])
    def test_the_last_part_may_be_full(self, walk: Any, path: str) -> None:
        make_article(body=[claim_block(sources=[make_source()]) for _ in range(2)])
        for _ in range(2):
            make_article(body=[claim_block(sources=[make_source()])])
        total = len(walk(path)[0])
        assert total in {3, 4}
        assert [len(part) for part in walk(f"{path}?limit={total}")] == [total]
        assert [len(part) for part in walk(f"{path}?limit={total - 1}")] == [total - 1, 1]
        assert [len(part) for part in walk(f"{path}?limit=1")] == [1] * total
        assert sum(walk(f"{path}?limit=1"), []) == walk(path)[0]  # noqa: RUF017 - a handful

    @pytest.mark.parametrize("path", ["/articles/", "/claims/", "/sources/"])
    def test_an_empty_list_is_one_part(self, walk: Any, path: str) -> None:
        assert walk(path) == [[]]

    def test_articles_newest_first_the_undated_last_and_of_one_moment_by_id(self, walk: Any) -> None:
        pages = [make_article() for _ in range(6)]
        days = [None, 1, 0, 1, None, 2]
        for page, day in zip(pages, days, strict=True):
            published = None if day is None else MOMENT + timedelta(days=day)
            ArticlePage.objects.filter(pk=page.pk).update(first_published_at=published)
        expected = [pages[number].pk for number in (5, 3, 1, 2, 4, 0)]
        for limit in (1, 2, 3, 4, 5, 6):
            found = walk(f"/articles/?limit={limit}")
            assert [item["id"] for part in found for item in part] == expected

    def test_claims_by_page_and_place_wherever_a_part_ends(self, walk: Any) -> None:
        statements = [[f"{page}{place}" for place in "abc"] for page in "123"]
        for names in statements:
            make_article(body=[claim_block(name) for name in names])
        expected = [name for names in statements for name in names]
        for limit in (1, 2, 4, 9):
            found = walk(f"/claims/?limit={limit}")
            assert [item["statement"] for part in found for item in part] == expected


class TestArticles:
    def test_under_a_parent_are_its_children_not_their_children(self, get: Any) -> None:
        section = make_index()
        below = make_index(section)
        child, grandchild = make_article(section), make_article(below)
        assert [item["id"] for item in get(f"/articles/?parent={section.pk}")["items"]] == [child.pk]
        assert [item["id"] for item in get(f"/articles/?parent={below.pk}")["items"]] == [grandchild.pk]
        assert get(f"/articles/?parent={child.pk}")["items"] == []

    def test_the_number_of_claims_is_the_pages_own(self, get: Any) -> None:
        source, other = make_source(), make_source()
        numbers = {
            make_article(body=[claim_block(sources=[source, other]) for _ in range(number)]).pk: number
            for number in (2, 0, 1)
        }
        assert {item["id"]: item["claim_count"] for item in get("/articles/")["items"]} == numbers

    def test_an_alias_has_its_originals_number_beside_it_and_alone(self, get: Any) -> None:
        section = make_index()
        page = make_article(body=[claim_block(), claim_block()])
        alias = page.create_alias(parent=section, update_slug="alias")
        both = {item["id"]: item["claim_count"] for item in get("/articles/")["items"]}
        assert both == {page.pk: 2, alias.pk: 2}
        (alone,) = get(f"/articles/?parent={section.pk}")["items"]
        assert (alone["id"], alone["claim_count"]) == (alias.pk, 2)

    def test_an_author_is_named_by_slug_or_id_even_by_a_slug_of_digits(self, get: Any) -> None:
        person = make_person(name="Ada")
        numbered = make_person(name="2024", slug=str(person.pk + 1000))
        first, second = make_article(authors=[person]), make_article(authors=[numbered])

        def written_by(author: object) -> list[int]:
            return [item["id"] for item in get(f"/articles/?author={author}")["items"]]

        assert written_by("ada") == written_by(person.pk) == [first.pk]
        assert written_by(numbered.slug) == written_by(numbered.pk) == [second.pk]
        # More than any id, and digits that are no ASCII.
        assert written_by(2**63 - 1) == written_by(2**63) == written_by("٣") == written_by("²") == []

    def test_authors_and_tags_are_each_articles_own(self, get: Any) -> None:
        ada, bob = make_person(name="Ada"), make_person(name="Bob")
        first = make_article(authors=[bob, ada], tags=["skin"])
        second = make_article(authors=[ada], tags=["hair", "skin"])
        found = {
            item["id"]: ([a["name"] for a in item["authors"]], {t["slug"] for t in item["tags"]})
            for item in get("/articles/")["items"]
        }
        assert found == {first.pk: (["Bob", "Ada"], {"skin"}), second.pk: (["Ada"], {"hair", "skin"})}


class TestClaims:
    def test_citations_stand_in_their_order_not_in_that_of_their_rows(self, get: Any) -> None:
        sources = [make_source(title=title) for title in ("One", "Two", "Three")]
        make_article(body=[claim_block(sources=sources)])
        claim = Claim.objects.get()
        ClaimCitation.objects.all().delete()
        for position in (3, 1, 2):
            claim.citations.create(
                source=sources[position - 1], position=position, relation="citesAsEvidence"
            )
        (listed,) = get("/claims/")["items"]
        for item in (listed, get(f"/claims/{claim.uid}/")):
            assert [mark["source"]["title"] for mark in item["citations"]] == ["One", "Two", "Three"]
            assert [mark["number"] for mark in item["citations"]] == [1, 2, 3]

    def test_one_that_cites_a_source_twice_is_found_once(self, get: Any) -> None:
        source = make_source()
        make_article(body=[claim_block(sources=[source, source])])
        assert len(get(f"/claims/?source={source.pk}")["items"]) == 1
        assert len(get("/claims/?unsourced=false")["items"]) == 1
        assert get("/claims/?unsourced=true")["items"] == []


class TestSources:
    def test_claims_are_counted_not_citations(self, get: Any) -> None:
        source, other = make_source(), make_source()
        make_article(body=[claim_block(sources=[source, source, other]), claim_block(sources=[source])])
        make_article(body=[claim_block(sources=[source])])
        found = {item["id"]: item["claim_count"] for item in get("/sources/")["items"]}
        assert found == {source.pk: 3, other.pk: 1}
        assert get(f"/sources/{source.pk}/")["claim_count"] == 3

    def test_only_public_claims_are_counted(self, get: Any) -> None:
        source = make_source()
        make_article(body=[claim_block(sources=[source])])
        make_draft(body=[claim_block(sources=[source])])
        make_article(body=[claim_block(sources=[source])]).unpublish()
        assert get(f"/sources/{source.pk}/")["claim_count"] == 1
