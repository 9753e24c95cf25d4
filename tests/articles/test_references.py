"""References and CSL-JSON: records from outside may be of any quality."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from articles.sources.csl import lines_to_names, names_to_lines, read_fields, write_fields
from articles.sources.identifiers import normalise_doi, normalise_pmid
from articles.sources.references import format_reference
from articles.templatetags.standfirst_articles_tags import breakable

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)
CSL_KEYS = [
    "type",
    "title",
    "author",
    "issued",
    "container-title",
    "volume",
    "issue",
    "page",
    "DOI",
    "publisher",
]
NAME_KEYS = ["family", "given", "literal", "suffix", "non-dropping-particle"]
NAMES = st.lists(st.dictionaries(st.sampled_from(NAME_KEYS), SCALARS, max_size=3) | SCALARS, max_size=3)
DATES = st.fixed_dictionaries({"date-parts": st.lists(st.lists(SCALARS, max_size=2), max_size=2)})


def test_a_journal_article() -> None:
    csl = {
        "type": "article-journal",
        "title": "Microneedling for the <i>Treatment</i> of Scars",
        "author": [{"family": "Juhasz", "given": "Margit L. W."}, {"family": "Cohen", "given": "Joel-Lee"}],
        "container-title": "Clin Cosmet Investig Dermatol",
        "issued": {"date-parts": [[2020, 12, 1]]},
        "volume": 13,
        "page": "997-1003",
    }
    assert format_reference(csl) == (
        "Juhasz MLW, Cohen JL. Microneedling for the Treatment of Scars. "
        "Clin Cosmet Investig Dermatol. 2020;13:997\u20131003."
    )


@pytest.mark.parametrize(
    ("numbers", "published"),
    [
        ({"volume": "17", "issue": 4, "page": "797-810"}, "2022;17(4):797\u2013810."),
        ({"issue": "4", "page": "797--810"}, "2022;(4):797\u2013810."),
        ({"page": "e1-e5, 9 - 12"}, "2022:e1\u2013e5, 9\u201312."),
        ({"volume": "17"}, "2022;17."),
        ({"page": "12-1-12-5"}, "2022:12-1-12-5."),
        ({"number": "CD-003583"}, "2022:CD-003583."),
        ({}, "2022."),
    ],
)
def test_numbers_that_are_missing_leave_the_marks_of_the_others_right(
    numbers: dict[str, Any], published: str
) -> None:
    csl = {"title": "T", "container-title": "J", "issued": {"date-parts": [[2022]]}, **numbers}
    assert format_reference(csl) == f"T. J. {published}"


def test_more_than_six_authors_are_cut_and_an_organisation_keeps_its_name() -> None:
    authors: list[dict[str, str]] = [{"family": f"F{n}", "given": "A"} for n in range(7)]
    assert (
        format_reference({"author": authors, "title": "T?"})
        == "F0 A, F1 A, F2 A, F3 A, F4 A, F5 A, et al. T?"
    )
    book = {"author": [{"literal": "World Health Organization"}], "title": "T", "publisher": "WHO"}
    assert format_reference(book) == "World Health Organization. T. WHO."


def test_null_dates_and_titles_leave_no_trace() -> None:
    assert format_reference({"title": None, "issued": {"date-parts": [[None]]}, "author": [None, {}]}) == ""


@given(st.dictionaries(st.sampled_from(CSL_KEYS), JSON | NAMES | DATES, max_size=5))
def test_no_record_breaks_the_reference_or_the_fields(csl: dict[str, Any]) -> None:
    text = format_reference(csl)
    assert "\n" not in text
    fields = read_fields(csl)
    assert write_fields(csl, fields) == {
        key: value for key, value in csl.items() if value not in (None, "", [])
    }


def test_a_field_that_an_editor_leaves_alone_keeps_what_the_csl_says_beyond_it() -> None:
    csl = {
        "title": "Old <i>title</i>",
        "author": [{"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"}],
        "issued": {"date-parts": [[2017, 11, 28]]},
    }
    written = write_fields(csl, {**read_fields(csl), "volume": "17"})
    assert written == {**csl, "volume": "17"}
    assert write_fields(csl, {**read_fields(csl), "year": 2018})["issued"] == {"date-parts": [[2018]]}


def test_names_and_lines() -> None:
    lines = "Lima, Emerson\n\nWorld Health Organization\n, nobody"
    names = [{"family": "Lima", "given": "Emerson"}, {"literal": "World Health Organization"}]
    assert lines_to_names(lines) == names
    assert names_to_lines(names) == "Lima, Emerson\nWorld Health Organization"


@pytest.mark.parametrize(
    ("given_doi", "doi"),
    [
        ("10.1186/S12895-017-0066-5", "10.1186/s12895-017-0066-5"),
        (" https://doi.org/10.1000/182 ", "10.1000/182"),
        ("http://dx.doi.org/10.1000/A", "10.1000/a"),
        ("DOI: 10.1000/a", "10.1000/a"),
        ("10.1097/01.DSS.0000790428.70373.f6", "10.1097/01.dss.0000790428.70373.f6"),
        ("10.1002/14651858.CD003583.pub2", "10.1002/14651858.cd003583.pub2"),
        ("", ""),
    ],
)
def test_a_doi_has_one_form(given_doi: str, doi: str) -> None:
    assert normalise_doi(given_doi) == doi


@pytest.mark.parametrize("value", ["10.1234/ bad", "nonsense", "10.12", '10.1000/"><script>', "10.1000/"])
def test_what_is_no_doi_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        normalise_doi(value)


def test_an_identifier_breaks_after_its_marks_and_stays_escaped() -> None:
    assert breakable("10.1186/s1.<b>") == "10.<wbr>1186/<wbr>s1.<wbr>&lt;b&gt;"
    assert breakable("https://a.example/") == "https://<wbr>a.<wbr>example/"


def test_pubmed_identifiers() -> None:
    assert normalise_pmid("https://pubmed.ncbi.nlm.nih.gov/29183315/") == "29183315"
    assert normalise_pmid("PMID: 29183315") == "29183315"
    with pytest.raises(ValidationError):
        normalise_pmid("PMC123")
