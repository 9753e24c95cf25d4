"""Sources, people and articles in the Wagtail admin."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from articles.models import ArticlePage, Person, Source
from tests.articles.builders import claim_block, make_article, make_draft, make_person, make_source, site_root

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client, admin_user: Any) -> Client:
    """Return a client that is logged in to the admin."""
    client.force_login(admin_user)
    return client


def source_url(name: str, *args: Any) -> str:
    """Return the address of an admin view of sources."""
    return reverse(Source.snippet_viewset.get_url_name(name), args=args)


def test_the_menu_leads_to_sources_and_people(editor: Client) -> None:
    html = editor.get(reverse("wagtailadmin_home")).content.decode()
    assert source_url("list") in html
    assert reverse(Person.snippet_viewset.get_url_name("list")) in html


def test_sources_are_listed_with_their_use_and_found_by_doi(editor: Client) -> None:
    cited, other = make_source(title="Cited", doi="10.1186/s1"), make_source(title="Elsewhere")
    make_article(body=[claim_block(sources=[cited, cited]), claim_block(sources=[cited])])
    document = BeautifulSoup(editor.get(source_url("list")).content, "html.parser")
    rows = {row.select_one("td.title a").get_text(strip=True): row for row in document.select("tbody tr")}
    assert "Lima E, Miot H" in rows["Cited"].get_text()
    counts = {name: row.select("td")[5].get_text(strip=True) for name, row in rows.items()}
    assert counts == {"Cited": "2", "Elsewhere": "0"}
    assert [th.get_text(strip=True) for th in document.select("thead th")][2] == "Authors"
    assert rows["Cited"].select("td")[6].get_text(strip=True)
    found = editor.get(source_url("list"), {"q": "10.1186/S1"}).content.decode()
    assert "Cited" in found
    assert other.title not in found


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (Source, {"new-source-title": "A pilot study", "new-source-kind": "article-journal"}),
        (Person, {"new-person-name": "Ada Example"}),
    ],
)
def test_what_is_chosen_can_be_made_in_the_same_dialogue(
    editor: Client, model: Any, data: dict[str, str]
) -> None:
    chooser = model.snippet_viewset.chooser_viewset
    dialogue = editor.get(reverse(chooser.get_url_name("choose"))).json()["html"]
    form = BeautifulSoup(dialogue, "html.parser").select_one("form[data-chooser-modal-creation-form]")
    create = reverse(chooser.get_url_name("create"))
    assert form["action"] == create
    assert set(data) <= {field.get("name") for field in form.select("input, textarea, select")}
    assert editor.post(create, {}).json()["step"] == "reshow_creation_form"
    made = editor.post(create, data).json()
    assert made["step"] == "chosen"
    assert made["result"]["id"] == str(model.objects.get().pk)


def test_the_dialogue_makes_nothing_for_those_who_may_not_add_sources(client: Client) -> None:
    user = User.objects.create_user("reader")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    chooser = Source.snippet_viewset.chooser_viewset
    assert "creation-form" not in client.get(reverse(chooser.get_url_name("choose"))).json()["html"]
    data = {"new-source-title": "A pilot study", "new-source-kind": "article-journal"}
    assert client.post(reverse(chooser.get_url_name("create")), data).status_code == 302
    assert not Source.objects.exists()


def test_a_source_is_added_with_its_reference_and_mistakes_are_told(editor: Client) -> None:
    data = {"title": "A pilot study", "kind": "article-journal", "authors": "Lima, Emerson", "year": "2017"}
    response = editor.post(source_url("add"), {**data, "doi": "nonsense"})
    assert response.status_code == 200
    assert "is not a DOI" in response.content.decode()
    response = editor.post(source_url("add"), {**data, "doi": "https://doi.org/10.1186/S1"})
    assert response.status_code == 302
    source = Source.objects.get()
    assert (source.doi, source.citation_text) == ("10.1186/s1", "Lima E. A pilot study. 2017.")
    response = editor.post(source_url("add"), {**data, "doi": "10.1186/S1"})
    assert "There is a source with this DOI already." in response.content.decode()
    response = editor.post(source_url("edit", source.pk), {**data, "doi": "10.1186/S1", "title": "New title"})
    assert response.status_code == 302
    source.refresh_from_db()
    assert source.csl["title"] == "New title"
    assert editor.get(source_url("inspect", source.pk)).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_deleting_a_cited_source_is_refused_with_where_it_is_used(editor: Client, method: str) -> None:
    source = make_source(title="Cited <b>")
    page = make_article(title="Needling <i>", body=[claim_block(sources=[source])])
    draft = make_draft(title="To come", body=[claim_block(sources=[source])])
    response = getattr(editor, method)(source_url("delete", source.pk), follow=True)
    message = BeautifulSoup(response.content, "html.parser").select_one(".messages")
    assert f"“{source}” was not deleted" in message.get_text()
    links = {a.get_text(): a["href"] for a in message.select("a")}
    assert links == {
        "Needling <i>": reverse("wagtailadmin_pages:edit", args=[page.pk]),
        "To come": reverse("wagtailadmin_pages:edit", args=[draft.pk]),
    }
    assert "(draft)" in message.get_text()
    assert Source.objects.filter(pk=source.pk).exists()


def test_deleting_several_sources_is_refused_while_one_is_cited(editor: Client) -> None:
    cited, other = make_source(), make_source()
    for _ in range(7):
        make_article(body=[claim_block(sources=[cited])])
    url = reverse("wagtail_bulk_action", args=["standfirst_articles", "source", "delete"])
    response = editor.post(f"{url}?id={cited.pk}&id={other.pk}", follow=True)
    assert "and 2 other pages" in response.content.decode()
    assert Source.objects.count() == 2


def test_a_source_that_nobody_cites_is_deleted(editor: Client) -> None:
    source = make_source()
    assert "Are you sure" in editor.get(source_url("delete", source.pk)).content.decode()
    editor.post(source_url("delete", source.pk))
    assert not Source.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_deleting_a_person_in_a_byline_is_refused_with_where(editor: Client, method: str) -> None:
    person = make_person(name="Ada <b>")
    page = make_article(title="Needling", authors=[person])
    draft = make_draft(title="To come", authors=[person])
    viewset = Person.snippet_viewset
    url = reverse(viewset.get_url_name("delete"), args=[person.pk])
    response = getattr(editor, method)(url, follow=True)
    message = BeautifulSoup(response.content, "html.parser").select_one(".messages")
    assert "“Ada <b>” was not deleted: it is in the byline of" in message.get_text()
    assert "To come (draft)" in message.get_text()
    assert [a["href"] for a in message.select("a")] == [
        reverse("wagtailadmin_pages:edit", args=[pk]) for pk in (page.pk, draft.pk)
    ]
    assert Person.objects.filter(pk=person.pk).exists()
    usage = editor.get(reverse(viewset.get_url_name("usage"), args=[person.pk]))
    assert page.title in usage.content.decode()


def test_deleting_several_people_is_refused_while_a_draft_names_one(editor: Client) -> None:
    named, other = make_person(), make_person()
    make_draft(authors=[named])
    url = reverse("wagtail_bulk_action", args=["standfirst_articles", "person", "delete"])
    response = editor.post(f"{url}?id={named.pk}&id={other.pk}", follow=True)
    assert "was not deleted" in response.content.decode()
    assert Person.objects.count() == 2
    editor.post(f"{url}?id={other.pk}")
    assert Person.objects.get() == named


def test_the_usage_of_a_source_names_the_article(editor: Client) -> None:
    source = make_source()
    page = make_article(body=[claim_block(sources=[source])])
    assert page.title in editor.get(source_url("usage", source.pk)).content.decode()


def test_the_editor_of_an_article_opens_and_a_draft_may_be_incomplete(editor: Client) -> None:
    add = reverse("wagtailadmin_pages:add", args=["standfirst_articles", "articlepage", site_root().pk])
    assert editor.get(add).status_code == 200
    data = {
        "title": "Draft", "slug": "draft", "standfirst": "", "body-count": "1", "body-0-deleted": "",
        "body-0-order": "0", "body-0-type": "claim", "body-0-id": "", "body-0-value-statement": "",
        "body-0-value-certainty": "", "body-0-value-direction": "", "body-0-value-caveat": "",
        "body-0-value-citations-count": "0",
    }  # fmt: skip
    for formset in ("bylines", "comments"):
        data |= {f"{formset}-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    assert editor.post(add, data).status_code == 302
    page = ArticlePage.objects.get(slug="draft")
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert editor.get(edit).status_code == 200
    response = editor.post(edit, {**data, "action-publish": "action-publish"})
    assert response.status_code == 200
    assert not ArticlePage.objects.get(pk=page.pk).live


@pytest.fixture
def library() -> None:
    """Have two sources and two people to search."""
    make_source(
        title="Microneedling of melasma",
        authors="Bailey, A.\nMiot, Hélio",
        year=2022,
        container_title="Cochrane Database",
        doi="10.1186/S12895-017-0066-5",
        pmid="12345",
    )
    make_source(title="Needles", authors="Lima, E.", year=2017, container_title="BMC", pmid="777")
    make_person(name="Ada Bailey", role="Editor", credentials="MD")
    make_person(name="Ben Lima", role="Reviewer")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    "search",
    [
        "Bailey 2022",
        "bailey microneedling",
        "cochrane",
        "melasma HÉLIO",
        "12345",
        "10.1186/s12895-017-0066-5",
        "https://doi.org/10.1186/S12895-017-0066-5",
        "https://pubmed.ncbi.nlm.nih.gov/12345/",
        "Bailey 2022: Microneedling of melasma",
    ],
)
@pytest.mark.parametrize("place", ["list", "choose"])
def test_sources_are_found_by_words(editor: Client, place: str, search: str) -> None:
    chooser = Source.snippet_viewset.chooser_viewset
    urls = {"list": source_url("list"), "choose": reverse(chooser.get_url_name("choose_results"))}
    text = editor.get(urls[place], {"q": search}).content.decode()
    assert "Microneedling of melasma" in text
    assert "Needles" not in text


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("search", ["bailey editor", "MD ada"])
def test_people_are_found_by_words(editor: Client, search: str) -> None:
    viewset = Person.snippet_viewset
    urls = [
        reverse(viewset.get_url_name("list")),
        reverse(viewset.chooser_viewset.get_url_name("choose_results")),
    ]
    for url in urls:
        text = editor.get(url, {"q": search}).content.decode()
        assert "Ada Bailey" in text
        assert "Ben Lima" not in text


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("search", ["Bailey 2017", "\x00", "%", "x" * 5000, "a " * 5000])
def test_a_search_without_result_or_sense_is_answered(editor: Client, search: str) -> None:
    chooser = Source.snippet_viewset.chooser_viewset
    for url in (source_url("list"), reverse(chooser.get_url_name("choose_results"))):
        assert editor.get(url, {"q": search}).status_code == 200
