"""Makes the demonstration site. What already exists is left as its editors and readers made it.

Pages are found again by their translation key, which survives a new title, a new slug and a move; sources by
their DOI, people by their slug. Each article is written in one transaction with its pictures and comments, so
an article that exists is complete.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from taggit.models import Tag
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.images import get_image_model
from wagtail.models import Collection, Locale, Page, PageLogEntry, Revision, Site

from articles.models import ArticleAuthor, ArticleIndexPage, ArticlePage, Person, Source
from cms.demo.accounts import EDITOR, MODERATOR, ensure_staff
from cms.demo.artwork import CREDIT, draw_artwork
from cms.demo.bodies import NAMESPACE, BodyWriter
from cms.demo.data import ArticleData, DemoData, PageData
from cms.demo.discussions import build_discussion
from cms.models import HomePage

Report = Callable[[str], None]


def build_demo(*, report: Report, data: DemoData | None = None) -> int:
    """Make whatever is missing from the demonstration, and return the number of articles made.

    ``report`` is called with a line about each thing that was made.
    """
    data = data or DemoData()
    accounts = ensure_staff()
    home = _ensure_home(data.home, report=report)
    index = _ensure_index(data.index, home=home, report=report)
    parents: dict[str, Page] = {"home": home, "articles": index}
    made = 0
    for article in data.articles:
        if _find_page(article.slug) is None:
            with transaction.atomic():
                count = _build_article(article, data=data, parent=parents[article.parent], accounts=accounts)
            report(f"Wrote “{article.title}” and {count} comments")
            made += 1
    return made


def make_page_key(slug: str) -> UUID:
    """Return the translation key of the page whose file has this slug."""
    return uuid5(NAMESPACE, f"page:{slug}")


def _find_page(slug: str) -> Page | None:
    """Return a page of the demonstration whatever its state, None if it doesn't exist."""
    page: Page | None = Page.objects.filter(translation_key=make_page_key(slug)).order_by("pk").first()
    return page


# --- The site -----------------------------------------------------------------------------------------------


def _ensure_home(data: PageData, *, report: Report) -> Page:
    existing = _find_page(data.slug)
    if existing is not None:
        return existing
    with transaction.atomic():
        root = _ensure_tree()
        home = HomePage(
            title=data.title,
            slug=_free_slug(data.slug, parent=root),
            headline=data.headline,
            introduction=data.introduction,
            search_description=data.search_description,
            translation_key=make_page_key(data.slug),
            live=False,
        )
        root.add_child(instance=home)
        home.save_revision().publish()
        report(_point_site(home))
    return home


def _ensure_tree() -> Page:
    """Return the root of the page tree; make it, and the other rows that Wagtail starts from, if need be."""
    if not Locale.objects.exists():
        Locale.objects.create(language_code=get_supported_content_language_variant(settings.LANGUAGE_CODE))
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    root: Page | None = Page.get_first_root_node()
    if root is None:
        root = Page.add_root(instance=Page(title="Root", slug="root"))
    return root


def _free_slug(slug: str, *, parent: Page) -> str:
    """Return the slug, with a number after it if a sibling has it."""
    candidate, number = slug, 2
    while not Page._slug_is_available(candidate, parent):
        candidate, number = f"{slug}-{number}", number + 1
    return candidate


def _point_site(home: Page) -> str:
    """Make the new front page the root of the default site, and return what happened.

    Only Wagtail's welcome page is replaced: a front page that somebody made stays.
    """
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        Site.objects.create(
            hostname="localhost", port=80, root_page=home, is_default_site=True, site_name=home.title
        )
        return "Made the site and its front page"
    former = site.root_page
    is_root = former.depth == 1
    if not is_root and not _is_welcome_page(former):
        return f"Made a front page; the default site keeps its own, “{former.title}”"
    site.root_page = home
    # As Wagtail made it, for want of a better address.
    if (site.hostname, site.port) == ("localhost", 80):
        address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
        site.hostname = address.hostname or site.hostname
        site.port = address.port or (443 if address.scheme == "https" else 80)
    site.site_name = site.site_name or home.title
    site.save()
    if not is_root:
        # Deleting a page deletes the sites that it is the root of, so the site had to be moved first.
        former.refresh_from_db()
        former.delete()
    return "Made the front page"


def _is_welcome_page(page: Page) -> bool:
    """Return whether a page is the one that Wagtail's migrations make, unchanged."""
    return page.specific_class is Page and page.latest_revision_id is None and page.numchild == 0


def _ensure_index(data: PageData, *, home: Page, report: Report) -> Page:
    existing = _find_page(data.slug)
    if existing is not None:
        return existing
    with transaction.atomic():
        index = ArticleIndexPage(
            title=data.title,
            slug=_free_slug(data.slug, parent=home),
            introduction=data.introduction,
            search_description=data.search_description,
            show_in_menus=True,
            translation_key=make_page_key(data.slug),
            live=False,
        )
        home.add_child(instance=index)
        index.save_revision().publish()
    report("Made the list of articles")
    return index


# --- Articles -----------------------------------------------------------------------------------------------


def _build_article(
    article: ArticleData, *, data: DemoData, parent: Page, accounts: Mapping[str, User]
) -> int:
    """Write and publish an article with all that it needs, and return the number of its comments."""
    now = timezone.now()
    published_at = article.published_at(now)
    artworks = [article.hero.artwork, *(row["artwork"] for row in article.body if row["type"] == "image")]
    images = _ensure_images(artworks, author=accounts[EDITOR])
    body = BodyWriter(
        slug=article.slug,
        pages={row.slug: page.pk for row in data.articles if (page := _find_page(row.slug))},
        sources=_ensure_sources(article, data.sources),
        images={name: image.pk for name, image in images.items()},
    )
    page = ArticlePage(
        title=article.title,
        slug=_free_slug(article.slug, parent=parent),
        standfirst=article.standfirst,
        search_description=article.search_description,
        hero_image=images[article.hero.artwork],
        hero_alt=article.hero.alt,
        hero_caption=article.hero.caption,
        hero_credit=CREDIT,
        show_in_menus=article.show_in_menus,
        first_published_at=published_at,
        updated_at=article.updated_at(now),
        translation_key=make_page_key(article.slug),
        owner=accounts[EDITOR],
        live=False,
    )
    page.body = page.body.stream_block.to_python(body.write(article.body))
    page.bylines.set(
        [
            ArticleAuthor(person=_ensure_person(key, data), sort_order=order)
            for order, key in enumerate(article.authors)
        ]
    )
    # A tag's name can be translated or differ in case; its slug can't.
    page.tags.set([_ensure_tag(name) for name in article.tags])
    parent.refresh_from_db()
    parent.add_child(instance=page)
    revision = page.save_revision(user=accounts[EDITOR])
    # Whoever runs the command may publish, whatever the moderators' group has since been allowed.
    revision.publish(user=accounts[MODERATOR], skip_permission_checks=True)
    _date_back(page, moment=page.updated_at or published_at)
    return build_discussion(
        page=page,
        slug=article.slug,
        data=article.discussion,
        published_at=published_at,
        accounts=accounts,
    )


def _date_back(page: ArticlePage, *, moment: datetime) -> None:
    """Make the page's dates and history say that it was last published at a time in the past."""
    first = page.first_published_at or moment
    Page.objects.filter(pk=page.pk).update(last_published_at=moment, latest_revision_created_at=moment)
    Revision.page_revisions.filter(object_id=str(page.pk)).update(created_at=moment)
    history = PageLogEntry.objects.filter(page_id=page.pk)
    history.update(timestamp=moment)
    history.filter(action="wagtail.create").update(timestamp=first - timedelta(hours=1))


def _ensure_sources(article: ArticleData, known: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return the ids of the sources that an article cites, by their keys."""
    citations = [row for block in article.body for row in block.get("citations", ())]
    ids: dict[str, int] = {}
    for key in dict.fromkeys(row["source"] for row in citations):
        source = Source.from_csl(known[key])
        source.clean()
        existing = Source.objects.filter(doi=source.doi).first()
        if existing is None:
            source.save()
        ids[key] = (existing or source).pk
    return ids


def _ensure_person(key: str, data: DemoData) -> Person:
    row = data.people[key]
    defaults = {"name": row.name, "credentials": row.credentials, "role": row.role, "bio": row.bio}
    return Person.objects.get_or_create(slug=row.key, defaults=defaults)[0]


def _ensure_tag(name: str) -> Tag:
    return Tag.objects.get_or_create(slug=name, defaults={"name": name})[0]


def _ensure_images(names: Iterable[str], *, author: User) -> dict[str, Any]:
    """Return the pictures by name; two articles that show the same drawing share one."""
    image_model = get_image_model()
    images: dict[str, Any] = {}
    for name in dict.fromkeys(names):
        title = f"{name.replace('_', ' ').capitalize()} (demonstration)"
        image = image_model.objects.filter(title=title).order_by("pk").first()
        if image is None:
            file_name, content = draw_artwork(name)
            image = image_model(
                title=title, file=ContentFile(content, name=file_name), uploaded_by_user=author
            )
            image.save()
            image.get_file_hash()  # It finds duplicates in the admin, and is stored when first asked for.
            image.get_file_size()
        images[name] = image
    return images
