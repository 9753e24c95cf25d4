"""Sources and people as rows."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from articles.enums import SourceKind
from articles.models import ClaimCitation, Person, Source
from tests.articles.builders import claim_block, make_article, make_draft, make_person, make_source

pytestmark = pytest.mark.django_db


def test_fields_csl_and_reference_are_written_together() -> None:
    source = Source.objects.create(
        title="A pilot study",
        authors="Lima, Emerson\nMiot, Hélio",
        container_title="BMC Dermatol",
        year=2017,
        volume="17",
        pages="14",
        doi="https://doi.org/10.1186/S12895-017-0066-5",
    )
    source.refresh_from_db()
    assert source.doi == "10.1186/s12895-017-0066-5"
    assert source.citation_text == "Lima E, Miot H. A pilot study. BMC Dermatol. 2017;17:14."
    assert source.csl == {
        "title": "A pilot study",
        "container-title": "BMC Dermatol",
        "volume": "17",
        "page": "14",
        "DOI": "10.1186/s12895-017-0066-5",
        "type": "article-journal",
        "author": [{"family": "Lima", "given": "Emerson"}, {"family": "Miot", "given": "Hélio"}],
        "issued": {"date-parts": [[2017]]},
    }
    assert str(source) == "Lima E 2017: A pilot study"


def test_a_record_from_outside_becomes_a_source_with_all_that_it_says() -> None:
    csl = {
        "type": "post-weblog",
        "title": "T",
        "author": [{"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"}],
        "issued": {"date-parts": [[2017, 11, 28]]},
        "ISSN": "1471-5945",
    }
    source = Source.from_csl(csl)
    source.save()
    assert (source.kind, source.year, source.authors) == (SourceKind.OTHER, 2017, "van Gogh, Vincent")
    assert source.csl == {**csl, "type": "document"}


def test_a_changed_field_reaches_the_csl_and_the_reference() -> None:
    source = make_source(title="Old")
    source.title = "New"
    source.save(update_fields=["title"])
    source.refresh_from_db()
    assert source.csl["title"] == "New"
    assert "New" in source.citation_text


def test_two_works_cannot_share_a_doi_in_any_spelling_but_many_have_none() -> None:
    make_source(doi="10.1000/ABC")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_source(doi="https://doi.org/10.1000/abc")
    make_source(doi="")
    make_source(doi="")
    with pytest.raises(ValidationError) as error:
        Source(title="T", doi="10.1000/Abc").full_clean()
    assert "There is a source with this DOI already." in str(error.value)


@pytest.mark.parametrize("fields", [{"doi": "x"}, {"pmid": "x"}, {"url": "javascript:alert(1)", "doi": ""}])
def test_what_cannot_be_an_identifier_is_not_written(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        make_source(**fields)


def test_a_cited_source_is_protected_in_published_articles() -> None:
    source = make_source()
    page = make_article(body=[claim_block(sources=[source])])
    with pytest.raises(ProtectedError):
        source.delete()
    with pytest.raises(ProtectedError):
        Source.objects.filter(pk=source.pk).delete()
    page.unpublish()
    with pytest.raises(ProtectedError):
        source.delete()
    page.delete()
    source.delete()
    assert not Source.objects.filter(doi=source.doi).exists()


def test_a_source_is_protected_where_only_a_draft_cites_it() -> None:
    first, second = make_source(), make_source()
    make_draft(body=[claim_block(sources=[first])])
    page = make_article(body=[claim_block()])
    page.body = [*page.body.get_prep_value(), claim_block(sources=[second])]
    page.body = page._meta.get_field("body").to_python(page.body)
    page.save_revision()
    assert not ClaimCitation.objects.exists()
    for source in (first, second):
        with pytest.raises(ProtectedError):
            source.delete()


def test_sources_are_deleted_all_or_none_while_a_draft_cites_one() -> None:
    cited, other = make_source(), make_source()
    make_draft(body=[claim_block(sources=[cited])])
    with pytest.raises(ProtectedError):
        Source.objects.all().delete()
    assert Source.objects.count() == 2
    Source.objects.filter(pk=other.pk).delete()
    assert Source.objects.get() == cited


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "7",
        '{"type": "claim"}',
        '[null, 1, "x", [], {"type": "claim"}, {"type": "claim", "value": [1]}]',
        '[{"type": "claim", "value": {"citations": {"a": 1}}}]',
        '[{"type": "claim", "value": {"citations": [null, 7, "x", {"value": 3}, {"source": [1]}]}}]',
        '[{"type": "claim", "value": {"citations": [{"source": "x"}, {"source": null}]}}]',
    ],
)
def test_a_draft_that_a_script_spoiled_protects_nothing_and_breaks_nothing(body: str) -> None:
    source = make_source()
    revision = make_draft().latest_revision
    revision.content["body"] = body
    revision.save()
    source.delete()
    assert not Source.objects.exists()


def test_a_source_is_protected_by_an_id_that_a_script_wrote_as_text() -> None:
    source = make_source()
    revision = make_draft().latest_revision
    citation = {"source": str(source.pk), "relation": "disputes"}
    claim = {"type": "claim", "value": {"citations": [{"source": "x"}, citation]}}
    revision.content["body"] = json.dumps([claim])
    revision.save()
    with pytest.raises(ProtectedError):
        source.delete()


@pytest.mark.parametrize("form", ["number", "text", "last", "list"])
def test_a_source_is_found_in_a_draft_in_whatever_form_its_id_is_stored(form: str) -> None:
    source = make_source()
    citation: dict[str, Any] = {"relation": "disputes", "source": source.pk}
    if form == "text":
        citation["source"] = str(source.pk)
    elif form == "number":
        citation = {"source": source.pk, "relation": "disputes"}
    body: Any = [{"type": "claim", "value": {"citations": [citation]}}]
    revision = make_draft().latest_revision
    revision.content["body"] = body if form == "list" else json.dumps(body)
    revision.save()
    assert [use.in_draft_only for use in Source.objects.filter(pk=source.pk).find_usage()] == [True]


@pytest.mark.parametrize("number", [1, 10, 100])
@pytest.mark.parametrize("model", [Source, Person])
def test_only_drafts_that_may_name_a_row_are_read(
    model: Any, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, other = (make_source(), make_source()) if model is Source else (make_person(), make_person())
    # Ids that begin or end alike are other ids.
    model.objects.filter(pk=other.pk).update(id=wanted.pk * 10 + 1)
    other = model.objects.get(pk=wanted.pk * 10 + 1)
    use = _drafting(model)
    draft = use(wanted)
    for _ in range(number):
        use(other)
    read: list[Any] = []
    own = model.read_used_ids

    def count(page_model: Any, content: Any) -> Any:
        read.append(content["pk"])
        return own(page_model, content)

    monkeypatch.setattr(model, "read_used_ids", count)
    with CaptureQueriesContext(connection) as queries:
        usage = model.objects.filter(pk=wanted.pk).find_usage()
    assert [use.page.pk for use in usage] == [draft.pk]
    assert read == [draft.pk]
    assert len(queries) <= 6


def test_many_sources_are_looked_for_at_once() -> None:
    sources = [make_source() for _ in range(60)]
    make_draft(body=[claim_block(sources=[sources[0], sources[59]])])
    assert [use.object_id for use in Source.objects.all().find_usage()] == [sources[0].pk, sources[59].pk]


def _drafting(model: Any) -> Any:
    """Return a function that saves a draft which uses a row of the model."""
    if model is Source:
        return lambda source: make_draft(body=[claim_block(sources=[source])])
    return lambda person: make_draft(authors=[person])


def test_people_get_slugs_of_their_own_and_only_web_pages_are_linked() -> None:
    assert [make_person(name="Ada Núñez").slug for _ in range(3)] == [
        "ada-núñez",
        "ada-núñez-2",
        "ada-núñez-3",
    ]
    assert make_person(name="…").slug == "person"
    person = make_person(name="X", url="javascript:alert(1)", credentials="MD")
    assert (person.safe_url, person.byline) == ("", "X, MD")
