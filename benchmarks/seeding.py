"""Fills the throwaway site, through the services and publishing paths that editors and readers use."""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from django.db import connection
from django.utils import timezone
from PIL import Image, ImageOps
from taggit.models import Tag
from wagtail.images import get_image_model
from wagtail.models import APIToken, Page, Site

from articles.models import ArticleAuthor, ArticleIndexPage, ArticlePage, Claim, Person, Source
from benchmarks.content import Writer, write_sources
from benchmarks.seeds import Seeds
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, submit_comment

SOURCES = 40
PEOPLE = ("Ngozi Okafor", "Sara Lindqvist", "Jean-Paul Moreau", "Aiko Tanaka", "Peter Novák")
TAGS = ("sleep", "movement", "food", "mind", "skin", "work", "prevention", "old age")
PICTURES = 10
PICTURE_SIZE = (1600, 900)


def seed_site(*, articles: int, comments: int) -> Seeds:
    """Write and publish articles, the last one with approved comments in threads; return what was made."""
    index = _make_index()
    sources = [Source.objects.create(**fields).pk for fields in write_sources(SOURCES)]
    people = [
        Person.objects.create(name=name, credentials="MD", role="Physician", bio=f"{name} writes for us.")
        for name in PEOPLE
    ]
    tags = [Tag.objects.create(name=name, slug=name.replace(" ", "-")) for name in TAGS]
    pictures = [_make_picture(number) for number in range(PICTURES)]
    pages: list[ArticlePage] = []
    for number in range(articles):
        writer = Writer(seed=number, topic=number)
        page = ArticlePage(
            title=writer.title(),
            slug=f"article-{number}",
            standfirst=writer.standfirst(),
            search_description=writer.standfirst(),
            hero_image=pictures[number % PICTURES],
            hero_alt="A gradient of two colours",
            hero_credit="Drawn for the measurement",
            first_published_at=timezone.now() - timedelta(days=articles - number),
            live=False,
        )
        page.body = writer.body(source_ids=sources, linked_page_id=pages[-1].pk if pages else None)
        page.bylines.set(_write_bylines(people, number))
        page.tags.set([tags[number % len(TAGS)], tags[(number + 3) % len(TAGS)]])
        index.add_child(instance=page)
        page.save_revision().publish()
        pages.append(page)
    discussed = ArticlePage.objects.get(pk=pages[-1].pk)
    quiet, posted_to = pages[-2], pages[-3]
    _discuss(discussed, comments)
    administrator = get_user_model().objects.create_superuser("benchmark", "benchmark@example.org", None)
    return Seeds(
        articles=articles,
        words=round(sum(_count_words(page) for page in pages) / len(pages)),
        claims=Claim.objects.count(),
        comments=Comment.objects.count(),
        discussed_id=discussed.pk,
        discussed_path=discussed.get_url() or "",
        quiet_path=quiet.get_url() or "",
        posted_to_id=posted_to.pk,
        management_token=APIToken.create_token(user=administrator, name="benchmark")[1],
        article_ids=[page.pk for page in pages],
        is_embedded=connection.vendor == "sqlite",
    )


def _make_index() -> ArticleIndexPage:
    home: Any = Page.objects.get(pk=Site.objects.get(is_default_site=True).root_page_id)
    index = ArticleIndexPage(
        title="Articles",
        slug="articles",
        introduction="What is known, and how well.",
        show_in_menus=True,
        live=False,
    )
    home.add_child(instance=index)
    index.save_revision().publish()
    return index


def _write_bylines(people: Sequence[Person], number: int) -> list[ArticleAuthor]:
    """Return one author, and a second one for every third article."""
    count = 2 if number % 3 == 0 else 1
    return [
        ArticleAuthor(person=people[(number + place) % len(people)], sort_order=place)
        for place in range(count)
    ]


def _make_picture(number: int) -> Any:
    gradient = Image.linear_gradient("L").resize(PICTURE_SIZE)
    file = BytesIO()
    ImageOps.colorize(gradient, (11, 20 * number, 82), "white").save(file, "JPEG")
    file.seek(0)
    name = f"gradient-{number}.jpg"
    return get_image_model().objects.create(title=f"Gradient {number}", file=ImageFile(file, name=name))


def _count_words(page: ArticlePage) -> int:
    return page.reading.word_count


def _discuss(page: ArticlePage, count: int) -> None:
    """Have readers write comments under a page, in threads, every eighth thread about a claim."""
    writer = Writer(seed=count, topic=count)
    anchors = list(page.get_comment_anchors())
    written: list[Comment] = []
    for number in range(count):
        parent = writer.choose_parent(number)
        is_about_claim = parent is None and number % 8 == 0
        comment = submit_comment(
            page=page,
            parent_uid=None if parent is None else written[parent].uid,
            anchor=anchors[number % len(anchors)] if is_about_claim else "",
            ip_address=f"203.0.113.{number % 254 + 1}",  # Set aside for documentation (RFC 5737).
            user_agent="Mozilla/5.0",
            **writer.comment(number),
        )
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        written.append(comment)
