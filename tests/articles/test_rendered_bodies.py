"""What publishing renders ahead is never shown once anything that it was made of has changed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from taggit.models import Tag
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, PageViewRestriction, Site

from articles.body.kept import KeptReading
from articles.models import ArticlePage, BodyRendering, Claim, Person, Source
from articles.services import make_renditions, render_bodies, render_what_refers_to
from comments.enums import Status
from comments.services import set_comment_status, set_discussion_open, submit_comment
from standfirst.models import FrontendSettings
from tests.articles.builders import (
    block,
    claim_block,
    make_article,
    make_image,
    make_index,
    make_person,
    make_source,
)

pytestmark = pytest.mark.django_db


@dataclass
class Scene:
    """An article with all that a body can name, rendered as publishing leaves it."""

    page: Any
    linked: Any
    source: Source
    other_source: Source
    image: Any
    hero: Any
    person: Person

    def read(self, client: Client) -> Any:
        """Return the API's answer, and the page as readers get it."""
        page = Page.objects.get(pk=self.page.pk)
        path = page.url_path.removeprefix(Site.objects.get().root_page.url_path)
        html = client.get(f"/{path}")
        assert html.status_code == 200
        return self.ask(client), html.content.decode()

    def ask(self, client: Client) -> Any:
        return client.get(f"/api/v1/articles/{self.page.pk}/").json()

    def read_anew(self, client: Client) -> Any:
        """Return the answer that is made without what was kept."""
        BodyRendering.objects.all().delete()
        return self.read(client)

    def is_kept(self) -> bool:
        """Return whether what is kept is what would be rendered now."""
        page = ArticlePage.objects.filter(pk=self.page.pk)
        report = render_bodies(pages=list(page), write=False)
        return (report.rendered, report.left_out) == (0, 0)


def make_body(scene: Scene, statement: str = "Tea calms.") -> list[Any]:
    link = f'<p>See <a linktype="page" id="{scene.linked.pk}">more</a>.</p>'
    return [
        block("heading", {"level": "h2", "text": "What was found"}),
        block("paragraph", link),
        claim_block(statement, sources=[scene.source, scene.other_source]),
        block("callout", {"kind": "safety", "text": link}),
        block("quote", {"text": "Calm.", "attribution": "A participant"}),
        block("image", {"image": {"image": scene.image.pk, "alt_text": "A cup", "decorative": False}}),
    ]


@pytest.fixture
def scene(settings: Any) -> Scene:
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    index = make_index()
    made = Scene(
        page=None,
        linked=make_article(index, title="Linked", slug="linked"),
        source=make_source(),
        other_source=make_source(),
        image=make_image(),
        hero=make_image(),
        person=make_person(),
    )
    made.page = make_article(
        index,
        title="The article",
        body=make_body(made),
        authors=[made.person],
        tags=["tea"],
        hero_image=made.hero,
        hero_alt="A pot",
        standfirst="What is known.",
    )
    make_renditions(page=made.page)
    render_bodies(pages=[made.page, made.linked])
    return made


def _raw(model: Any, instance: Any, **values: Any) -> None:
    model._base_manager.filter(pk=instance.pk).update(**values)


def _save(instance: Any, **values: Any) -> None:
    fresh = type(instance)._default_manager.get(pk=instance.pk)
    for name, value in values.items():
        setattr(fresh, name, value)
    fresh.save()


def _publish(page: Any, **values: Any) -> None:
    fresh = ArticlePage.objects.get(pk=page.pk)
    for name, value in values.items():
        setattr(fresh, name, value)
    fresh.save_revision().publish()


def _replace_file(image: Any) -> None:
    fresh = get_image_model().objects.get(pk=image.pk)
    fresh.file = make_image().file
    fresh.save()
    fresh.renditions.all().delete()


def _comment(scene: Scene) -> None:
    comment = submit_comment(
        page=scene.page,
        body="How much?",
        author_name="Rosa",
        author_email="rosa@example.org",
        anchor=str(Claim.objects.get(page=scene.page).uid),
    )
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)


ACTS: dict[str, Callable[[Scene], Any]] = {
    "another version is published": lambda s: _publish(s.page, body=make_body(s, "Tea does not calm.")),
    "the body is written by a script": lambda s: _raw(
        ArticlePage, s.page, body=make_body(s, "Tea calms a little.")
    ),
    "the standfirst is written by a script": lambda s: _raw(
        ArticlePage, s.page, standfirst="word " * 500
    ),
    "the title is changed": lambda s: _publish(s.page, title="Another title"),
    "the title is changed by a script": lambda s: _raw(Page, s.page, title="A third title"),
    "a source is edited": lambda s: _save(s.source, title="A retracted study"),
    "a source is written by a script": lambda s: _raw(Source, s.source, citation_text="Retracted."),
    "a source gets an address": lambda s: _raw(Source, s.other_source, url="https://example.org/paper"),
    "a source is deleted by a script": lambda s: (
        Claim.objects.all().delete(),
        Source.objects.filter(pk=s.source.pk)._raw_delete("default"),
    ),
    "the person is edited": lambda s: _save(s.person, name="Somebody else"),
    "the person is written by a script": lambda s: _raw(Person, s.person, credentials="MD"),
    "the byline is emptied": lambda s: s.page.bylines.get_live_queryset().delete(),
    "the tag is renamed": lambda s: Tag.objects.filter(name="tea").update(name="Green tea"),
    "the tag is taken away": lambda s: s.page.tagged_items.get_live_queryset().delete(),
    "the image's file is replaced": lambda s: _replace_file(s.image),
    "the lead image's file is replaced": lambda s: _replace_file(s.hero),
    "the image's file is named by a script": lambda s: (
        s.image.renditions.all().delete(),
        _raw(get_image_model(), s.image, file="original_images/renamed.jpg", width=100),
    ),
    "a rendition is deleted": lambda s: s.image.renditions.first().delete(),
    "a rendition is written by a script": lambda s: s.image.renditions.update(width=77),
    "the image is deleted": lambda s: get_image_model().objects.get(pk=s.image.pk).delete(),
    "the lead image is deleted": lambda s: get_image_model().objects.get(pk=s.hero.pk).delete(),
    "the lead image's text is changed": lambda s: _publish(s.page, hero_alt="A tea pot"),
    "the lead image's text is changed by a script": lambda s: _raw(ArticlePage, s.page, hero_alt="A can"),
    "the lead image is taken away by a script": lambda s: _raw(ArticlePage, s.page, hero_image=None),
    "the linked page gets another slug": lambda s: _save(s.linked, slug="elsewhere"),
    "the linked page is moved": lambda s: Page.objects.get(pk=s.linked.pk).move(
        make_index(title="Another index", slug="another-index"), pos="last-child"
    ),
    "the page above the linked one is moved": lambda s: Page.objects.get(pk=s.page.get_parent().pk).move(
        make_index(title="A roof", slug="roof"), pos="last-child"
    ),
    "the linked page's address is written by a script": lambda s: _raw(
        Page, s.linked, url_path=s.linked.url_path.replace("linked", "moved")
    ),
    "the linked page is unpublished": lambda s: ArticlePage.objects.get(pk=s.linked.pk).unpublish(),
    "the linked page is taken off by a script": lambda s: _raw(Page, s.linked, live=False),
    "the linked page is restricted": lambda s: PageViewRestriction.objects.create(
        page=s.linked, restriction_type="login"
    ),
    "the linked page is restricted by a script": lambda s: PageViewRestriction.objects.bulk_create(
        [PageViewRestriction(page=Page.objects.get(pk=s.linked.pk), restriction_type="login")]
    ),
    "the linked page is deleted": lambda s: ArticlePage.objects.get(pk=s.linked.pk).delete(),
    "the site gets another name": lambda s: Site.objects.update(hostname="other.example"),
    "the site gets another port": lambda s: Site.objects.update(port=8443),
    "the site gets a frontend": lambda s: FrontendSettings.objects.create(
        site=Site.objects.get(), base_url="https://front.example"
    ),
    "the language is another": lambda s: Locale.objects.update(language_code="de"),
    "the page is another's translation": lambda s: _raw(
        Page, s.page, translation_key="6f1d7a52-3c0e-4d0b-9a39-0f4c1e8b7d24"
    ),
    "the date is written by a script": lambda s: _raw(
        Page, s.page, first_published_at=timezone.now().replace(year=2001)
    ),
    "a reader comments on the claim": _comment,
    "the discussion is closed": lambda s: set_discussion_open(page=s.page, is_open=False),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_after_each_act_the_answer_is_what_would_be_rendered_now(
    client: Client, scene: Scene, act: str
) -> None:
    before = scene.read(client)
    assert scene.is_kept()
    ACTS[act](scene)
    after = scene.read(client)
    assert after != before
    assert after == scene.read_anew(client)


@pytest.mark.parametrize(
    ("name", "value"),
    [("STANDFIRST_ARTICLES_IMAGE_WIDTHS", (320,)), ("STANDFIRST_ARTICLES_WORDS_PER_MINUTE", 1)],
)
def test_a_setting_counts_at_once(client: Client, scene: Scene, settings: Any, name: str, value: Any) -> None:
    before = scene.read(client)
    setattr(settings, name, value)
    after = scene.read(client)
    assert after != before
    assert after == scene.read_anew(client)


def test_what_is_kept_is_used_and_equals_what_is_made_anew(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = scene.read(client)
    rendering = BodyRendering.objects.get(page=scene.page.pk)
    assert kept == scene.read_anew(client)
    rendering.save(force_insert=True)

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("The body is read.")

    monkeypatch.setattr("articles.api.presentation.read_article", refuse)
    monkeypatch.setattr("articles.models.mixins.read_article", refuse)
    assert scene.read(client) == kept


def test_publishing_renders(client: Client, scene: Scene, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        _publish(scene.page, body=make_body(scene, "Tea stirs."))
    assert scene.is_kept()
    assert scene.ask(client)["body"][2]["statement"] == "Tea stirs."


def test_an_edited_source_renders_the_pages_that_cite_it(
    client: Client, scene: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        _save(scene.source, title="A new title")
    assert scene.is_kept()
    assert scene.ask(client)["references"][0]["source"]["title"] == "A new title"


def test_a_moved_page_renders_those_that_link_to_it(scene: Scene) -> None:
    _save(scene.linked, slug="elsewhere")
    assert not scene.is_kept()
    render_what_refers_to(Page.objects.get(pk=scene.linked.pk))
    assert scene.is_kept()


def test_what_rests_on_others_is_not_kept(client: Client) -> None:
    document = get_document_model().objects.create(title="Paper", file=ContentFile(b"text", name="paper.txt"))
    page = make_article(body=[block("paragraph", f'<a linktype="document" id="{document.pk}">x</a>')])
    report = render_bodies(pages=[page])
    assert (report.rendered, report.left_out) == (0, 1)
    assert not BodyRendering.objects.exists()
    document.delete()
    assert "href" not in client.get(f"/api/v1/articles/{page.pk}/").json()["body"][0]["html"]


def test_the_command_renders_what_is_missing(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("standfirst_render_articles", "--check")
    BodyRendering.objects.all().delete()
    with pytest.raises(CommandError, match="2 are not rendered"):
        call_command("standfirst_render_articles", "--check")
    assert not BodyRendering.objects.exists()
    call_command("standfirst_render_articles")
    assert "2 were rendered" in capsys.readouterr().out
    assert scene.is_kept()


def test_reading_writes_nothing(client: Client, scene: Scene) -> None:
    _raw(Source, scene.source, title="Other")
    with CaptureQueriesContext(connection) as queries:
        scene.read(client)
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


@pytest.mark.parametrize("name", ["claims/card.html", "blocks/quote.html", "references.html"])
def test_templates_of_a_site_are_not_rendered_ahead(
    client: Client, scene: Scene, settings: Any, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "standfirst_articles" / name
    file.parent.mkdir(parents=True)
    file.write_text("<b>{{ request.GET.word }}</b>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    address = scene.page.url
    assert "<b>tea</b>" in client.get(address, {"word": "tea"}).content.decode()
    render_bodies(pages=[ArticlePage.objects.get(pk=scene.page.pk)])
    assert "<b>milk</b>" in client.get(address, {"word": "milk"}).content.decode()


def test_what_a_template_asks_beyond_what_is_kept_is_read(scene: Scene) -> None:
    page = ArticlePage.objects.get(pk=scene.page.pk)
    page.get_context(RequestFactory().get(page.url))
    assert isinstance(page.reading, KeptReading)
    assert page.reading.claims[0].citations[0].source == scene.source
    assert [reference.number for reference in page.reading.references] == [1, 2]
    assert page.reading.word_count > 5
    with translation.override("de"):
        assert not page.reading.is_current


def test_a_draft_is_read_as_it_is(scene: Scene) -> None:
    page = ArticlePage.objects.get(pk=scene.page.pk)
    page.body = make_body(scene, "A draft.")
    page.get_context(RequestFactory().get(page.url))
    assert page.reading.claims[0].statement == "A draft."


def test_a_sites_actions_know_the_whole_claim(
    client: Client, scene: Scene, settings: Any, tmp_path: Path
) -> None:
    file = tmp_path / "standfirst_articles/claims/actions.html"
    file.parent.mkdir(parents=True)
    file.write_text("<b>{{ claim.position }} {{ claim.certainty.value }} {{ claim.citations|length }}</b>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    assert scene.is_kept()
    assert "<b>1 low 2</b>" in client.get(scene.page.url).content.decode()
