"""``manage.py standfirst_rebuild_claims``."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from articles.models import ArticlePage, Claim
from tests.articles.builders import claim_block, make_article, make_index, make_source

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[object, ...]]:
    """Return the index as it is compared: everything but the rows' own ids."""
    return [
        (*values, tuple(claim.citations.order_by("position").values_list("source", "relation", "position")))
        for claim in Claim.objects.order_by("page", "position")
        for values in [
            (claim.uid, claim.group, claim.page_id, claim.position, claim.statement, claim.certainty)
        ]
    ]


def run(*arguments: str) -> str:
    """Return what the command says."""
    out = StringIO()
    call_command("standfirst_rebuild_claims", *arguments, stdout=out)
    return out.getvalue()


def test_an_index_that_is_thrown_away_comes_back_as_it_was() -> None:
    source = make_source()
    for number in range(3):
        make_article(body=[claim_block(f"{number}", sources=[source]), claim_block(f"{number}b")])
    before = rows()
    assert "3 pages are indexed" in run("--check")
    Claim.objects.all().delete()
    with pytest.raises(CommandError, match="6 missing, 0 out of date, 0 too many"):
        run("--check")
    assert not Claim.objects.exists()
    assert "6 missing" in run()
    assert rows() == before


def test_changed_and_stray_rows_are_found_and_put_right() -> None:
    page = make_article(body=[claim_block("One."), claim_block("Two.")])
    before = rows()
    Claim.objects.filter(position=1).update(certainty="high")
    Claim.objects.get(position=2).citations.create(source=make_source(), position=1, relation="disputes")
    stray = Claim.objects.get(position=1)
    stray.pk, stray.uid, stray.page_id = None, "00000000-0000-4000-8000-000000000001", make_index().pk
    stray.save()
    with pytest.raises(CommandError, match="0 missing, 2 out of date, 1 too many"):
        run("--check")
    run()
    assert rows() == before
    assert page.live


def test_pages_that_are_not_live_have_no_claims() -> None:
    page = make_article(body=[claim_block("One.")])
    page.unpublish()
    run("--check")
    run()
    assert not Claim.objects.exists()
    ArticlePage.objects.filter(pk=page.pk).update(live=True)
    with pytest.raises(CommandError, match="1 missing, 0 out of date, 0 too many"):
        run("--check")
