"""Two sites, two languages, and what stands on them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Locale, Page, PageViewRestriction, Site

from articles.models import ArticleIndexPage, Source
from cms.models import HomePage
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, submit_comment
from tests.articles.builders import claim_block, make_draft, make_index, make_source

FIRST, SECOND = "first.example", "second.example"


@dataclass
class World:
    """The pages that a row of the matrix is built from."""

    home: HomePage
    index: ArticleIndexPage
    german_home: HomePage
    german_index: ArticleIndexPage
    second_home: HomePage
    second_index: ArticleIndexPage
    source: Source

    def draft(self, parent: Any, **fields: Any) -> Any:
        """Return an unpublished article with one claim, which cites the source."""
        fields.setdefault("title", "The finding")
        fields.setdefault("show_in_menus", True)
        return make_draft(
            parent, slug="finding", body=[claim_block("Tea calms.", sources=[self.source])], **fields
        )

    def article(self, parent: Any, **fields: Any) -> Any:
        """Return the same article, published."""
        page = self.draft(parent, **fields)
        page.latest_revision.publish()
        return fresh(page)


def fresh(page: Any) -> Any:
    """Return the page as the database has it now."""
    return Page.objects.get(pk=page.pk).specific


def alias(page: Any, parent: Any, **options: Any) -> Any:
    """Return an alias of a page, made as the admin makes one."""
    options.setdefault("update_slug", f"alias-of-{page.pk}")
    made = CreatePageAliasAction(page.specific, parent=fresh(parent), user=None, **options).execute(
        skip_permission_checks=True
    )
    return fresh(made)


def restrict(page: Any, restriction_type: str = "login", **fields: Any) -> PageViewRestriction:
    """Return a restriction, put on a page."""
    return PageViewRestriction.objects.create(page=page, restriction_type=restriction_type, **fields)


def approved_comment(page: Any) -> Comment:
    """Return a comment that readers can see wherever they can see the page."""
    comment = submit_comment(page=page, body="A word", author_name="Rosa", author_email="rosa@example.org")
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    return comment


TWO_LANGUAGES = [("en-gb", "English"), ("de", "German")]


@pytest.fixture(scope="module")
def languages() -> Iterator[None]:
    """Run the project as STANDFIRST_LANGUAGES=en-gb,de has it, on any host."""
    with override_settings(
        LANGUAGES=TWO_LANGUAGES,
        WAGTAIL_CONTENT_LANGUAGES=TWO_LANGUAGES,
        WAGTAIL_I18N_ENABLED=True,
        ROOT_URLCONF="tests.visibility.urls",
        ALLOWED_HOSTS=["*"],
        STANDFIRST_COMMENTS_FLOOD_SECONDS=0,
    ):
        yield


@pytest.fixture(scope="module")
def world_of_the_module(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, languages: None
) -> Iterator[World]:
    """Build the world in a transaction that each test's own lies in, so that a test takes back its part."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(world_of_the_module: World, db: None) -> World:
    """Return the world, with pages that no other test has changed in memory."""
    return replace(
        world_of_the_module,
        **{
            part.name: fresh(value)
            for part in fields(World)
            if isinstance(value := getattr(world_of_the_module, part.name), Page)
        },
    )


def build_world() -> World:
    """Make two sites of one language and the German part of the first."""
    root = Page.objects.get(depth=1)
    first = Site.objects.get(is_default_site=True)
    german = Locale.objects.create(language_code="de")

    def publish(page: Any) -> Any:
        page.save_revision().publish()
        return fresh(page)

    home = publish(root.add_child(instance=HomePage(title="Home", slug="first-home")))
    second_home = publish(root.add_child(instance=HomePage(title="Second", slug="second-home")))
    first.root_page, first.hostname, first.port = home, FIRST, 80
    first.save()
    Site.objects.create(hostname=SECOND, port=80, root_page=second_home)
    index = publish(make_index(home, title="Index", slug="index"))
    second_index = publish(make_index(second_home, title="Second index", slug="index"))
    german_home = publish(home.copy_for_translation(german, copy_parents=False))
    german_index = publish(index.copy_for_translation(german))
    return World(
        home=home,
        index=index,
        german_home=german_home,
        german_index=german_index,
        second_home=second_home,
        second_index=second_index,
        source=make_source(),
    )
