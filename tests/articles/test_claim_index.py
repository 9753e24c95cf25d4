"""What the index of claims says after it was compared with a page, and what that comparison reports."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import ArticlePage, Claim, ClaimCitation
from articles.services import index_claims, rebuild_claims
from tests.articles.builders import claim_block, make_article, make_draft, make_many, make_source

pytestmark = pytest.mark.django_db


def numbers(report: Any) -> tuple[int, int, int, int]:
    return report.pages, report.added, report.changed, report.removed


def read_again(page: Any) -> Any:
    return ArticlePage.objects.get(pk=page.pk)


def statements() -> list[str]:
    return list(Claim.objects.order_by("page", "position").values_list("statement", flat=True))


class TestOnePage:
    def test_what_differs_is_counted_and_put_right(self) -> None:
        page = make_article(body=[claim_block(name) for name in ("One.", "Two.", "Three.", "Four.")])
        Claim.objects.filter(position=1).delete()
        Claim.objects.filter(position__in=[2, 3]).update(statement="Old.")
        stray = Claim.objects.get(position=4)
        stray.pk, stray.uid, stray.statement = None, uuid4(), "Gone."
        stray.save()
        report = index_claims(page=read_again(page), write=False)
        assert (numbers(report), report.is_clean) == ((1, 1, 2, 1), False)
        assert statements() == ["Old.", "Old.", "Four.", "Gone."]
        assert numbers(index_claims(page=read_again(page))) == (1, 1, 2, 1)
        assert statements() == ["One.", "Two.", "Three.", "Four."]
        report = index_claims(page=read_again(page))
        assert (numbers(report), report.is_clean) == ((1, 0, 0, 0), True)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("group", uuid4()),
            ("block_id", "other"),
            ("position", 7),
            ("statement", "Other."),
            ("certainty", "high"),
            ("direction", ""),
            ("caveat", "Other."),
        ],
    )
    def test_any_column_may_differ(self, field: str, value: Any) -> None:
        page = make_article(body=[claim_block("One.", caveat="But.")])
        right = Claim.objects.values(field).get()
        Claim.objects.update(**{field: value})
        assert numbers(index_claims(page=read_again(page))) == (1, 0, 1, 0)
        assert Claim.objects.values(field).get() == right

    @pytest.mark.parametrize("difference", ["order", "relation", "source", "missing", "surplus"])
    def test_citations_may_differ(self, difference: str) -> None:
        first, second, third = make_source(), make_source(), make_source()
        page = make_article(body=[claim_block("One.", sources=[first, second])])
        pk = Claim.objects.get().pk
        citations = ClaimCitation.objects.order_by("position")
        columns = citations.values_list("source", "position", "relation")
        right = list(columns)
        match difference:
            case "order":
                citations.filter(position=1).update(position=3)
            case "relation":
                citations.filter(position=1).update(relation="disputes")
            case "source":
                citations.filter(position=2).update(source=third)
            case "missing":
                citations.filter(position=2).delete()
            case "surplus":
                Claim.objects.get().citations.create(source=third, position=3, relation="disputes")
        assert numbers(index_claims(page=read_again(page))) == (1, 0, 1, 0)
        assert list(columns.all()) == right
        assert Claim.objects.get().pk == pk

    def test_the_order_of_the_citations_rows_does_not_matter(self) -> None:
        first, second = make_source(), make_source()
        page = make_article(body=[claim_block("One.", sources=[first, second])])
        ClaimCitation.objects.all().delete()
        for position, source in ((2, second), (1, first)):
            Claim.objects.get().citations.create(source=source, position=position, relation="citesAsEvidence")
        assert index_claims(page=read_again(page)).is_clean

    def test_a_uid_that_another_page_holds_comes_back(self) -> None:
        page, other = make_article(body=[claim_block("One.")]), make_article(body=[claim_block("Two.")])
        uid = Claim.objects.get(page=page.pk).uid
        Claim.objects.filter(page=page.pk).update(page=other.pk)
        assert numbers(index_claims(page=read_again(page))) == (1, 0, 1, 0)
        assert Claim.objects.get(uid=uid).page_id == page.pk
        assert statements() == ["One.", "Two."]

    def test_only_the_pages_own_claims_are_surplus(self) -> None:
        page = make_article(body=[claim_block("One.")])
        make_article(body=[claim_block("Two.")])
        assert index_claims(page=read_again(page)).is_clean
        assert statements() == ["One.", "Two."]

    @pytest.mark.parametrize("length", [255, 256, 300])
    def test_a_long_block_id_is_cut_to_the_column(self, length: int) -> None:
        block_id = ("x" * 255 + "yz" * 30)[:length]
        page = make_article(body=[claim_block("One.", id=block_id)])
        assert Claim.objects.get().block_id == block_id[:255]
        assert index_claims(page=read_again(page)).is_clean

    def test_a_page_that_is_not_live_and_an_alias_change_nothing(self) -> None:
        draft = make_draft(body=[claim_block("One.")])
        draft.body = draft.body.stream_block.to_python([claim_block("One.")])
        assert numbers(index_claims(page=draft)) == (1, 0, 0, 0)
        page = make_article(body=[claim_block("Two.")])
        alias = page.create_alias(update_slug="alias")
        assert numbers(index_claims(page=read_again(alias))) == (1, 0, 0, 0)
        assert statements() == ["Two."]


class TestAllPages:
    def test_the_reports_of_the_pages_add_up(self) -> None:
        for number in range(2):
            make_article(body=[claim_block(f"{number}{name}") for name in "abc"])
        make_article(body=[claim_block("c")]).create_alias(update_slug="alias")
        make_draft(body=[claim_block("d")])
        Claim.objects.filter(statement__endswith="a").delete()
        Claim.objects.filter(statement__endswith="b").update(certainty="high")
        stray = Claim.objects.get(statement="0c")
        stray.pk, stray.uid, stray.page_id = None, uuid4(), stray.page.get_parent().pk
        stray.save()
        assert numbers(rebuild_claims(check=True)) == (3, 2, 2, 1)
        assert Claim.objects.count() == 6
        assert numbers(rebuild_claims()) == (3, 2, 2, 1)
        assert numbers(rebuild_claims()) == (3, 0, 0, 0)
        assert statements() == ["0a", "0b", "0c", "1a", "1b", "1c", "c"]

    def test_rows_of_a_page_that_is_not_live_are_stray(self) -> None:
        page = make_article(body=[claim_block("One."), claim_block("Two.")])
        ArticlePage.objects.filter(pk=page.pk).update(live=False)
        assert numbers(rebuild_claims(check=True)) == (0, 0, 0, 2)
        assert statements() == ["One.", "Two."]
        assert numbers(rebuild_claims()) == (0, 0, 0, 2)
        assert statements() == []

    @pytest.mark.parametrize("number", [1, 10, 100])
    def test_the_database_finds_stray_rows(self, number: int) -> None:
        make_many(number, body=[])
        page = make_article(body=[claim_block("One.")])
        stray = Claim.objects.get()
        stray.pk, stray.uid, stray.page_id = None, uuid4(), page.get_parent().pk
        stray.save()
        with CaptureQueriesContext(connection) as queries:
            assert rebuild_claims().removed == 1
        longest = max(len(query["sql"]) for query in queries)
        assert longest < 2_500, "No statement lists the pages."

    def test_rows_of_an_alias_are_stray(self) -> None:
        page = make_article(body=[claim_block("One.")])
        alias = page.create_alias(update_slug="alias")
        stray = Claim.objects.get()
        stray.pk, stray.uid, stray.page_id = None, uuid4(), alias.pk
        stray.save()
        assert numbers(rebuild_claims()) == (1, 0, 0, 1)
        assert Claim.objects.get().page_id == page.pk
