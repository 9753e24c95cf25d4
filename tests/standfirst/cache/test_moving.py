"""What moves the version, and what doesn't: each class of tables, rows and columns."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from taggit.models import Tag
from wagtail.contrib.forms.models import FormSubmission
from wagtail.contrib.redirects.models import Redirect
from wagtail.embeds.models import Embed
from wagtail.images import get_image_model
from wagtail.images.models import Rendition
from wagtail.models import (
    Collection,
    GroupPagePermission,
    Locale,
    ModelLogEntry,
    Page,
    PageLogEntry,
    PageSubscription,
    PageViewRestriction,
    ReferenceIndex,
    Revision,
    Site,
    Task,
    Workflow,
    WorkflowPage,
)
from wagtail.users.models import UserProfile

from articles.models import ArticleAuthor, ArticlePage, Source
from articles.services import make_renditions
from comments.models import Comment, Discussion
from comments.services import submit_comment
from standfirst.cache.triggers import find_missing, make_triggers
from standfirst.outbox.models import OutboxMessage
from tests.articles.builders import (
    claim_block,
    make_article,
    make_draft,
    make_image,
    make_person,
    make_source,
)
from tests.standfirst.cache.tokens import moves, run, token

pytestmark = pytest.mark.django_db
Act = Callable[[SimpleNamespace], Any]


@pytest.fixture
def site() -> SimpleNamespace:
    """Return a site with one of everything."""
    user = get_user_model().objects.create_user("ada", "ada@example.org", "secret")
    article = make_article(body=[claim_block(sources=[make_source()])])
    draft = make_draft()
    parent = make_draft()
    parent.add_child(instance=Page(title="Below", slug="below"))
    person = make_person()
    for page in (article, draft):
        ArticleAuthor.objects.create(page=page, person=person)
    comment = submit_comment(page=article, body="x", author_name="A", author_email="a@example.org")
    Discussion.objects.create(page=parent)
    image = make_image()
    return SimpleNamespace(
        user=user,
        article=article,
        draft=draft,
        parent=parent,
        comment=comment,
        image=image,
        rendition=make_rendition(image, 10),
        embed=Embed.objects.create(
            url="https://example.org/", type="rich", hash="0" * 32, last_updated=timezone.now()
        ),
        group=Group.objects.create(name="A group"),
        home=Site.objects.get().root_page,
    )


def make_rendition(image: Any, width: int) -> Rendition:
    """Return the row of a rendition; there is no file."""
    name = f"width-{width}"
    return Rendition.objects.create(image=image, filter_spec=name, file=f"{name}.jpg", width=width, height=1)


def update(queryset: Any, **values: Any) -> None:
    """Change rows, at least one."""
    assert queryset.update(**values)


def update_page(page: Any, **values: Any) -> None:
    update(Page.objects.filter(pk=page.pk), **values)


def update_article(page: Any, **values: Any) -> None:
    update(ArticlePage.objects.filter(pk=page.pk), **values)


SEEN: dict[str, Act] = {
    "a page is published": lambda s: s.article.save_revision().publish(),
    "a draft is published": lambda s: s.draft.save_revision().publish(),
    "a page is unpublished": lambda s: s.article.unpublish(),
    "a live page is saved": lambda s: ArticlePage.objects.get(pk=s.article.pk).move(
        s.parent, pos="last-child"
    ),
    "a live page is deleted": lambda s: s.article.delete(),
    "a live page is added": lambda s: s.home.add_child(instance=Page(title="x")),
    "a live page's title": lambda s: update_page(s.article, title="x"),
    "a live page's date": lambda s: update_page(s.article, last_published_at=timezone.now()),
    "a live page's place": lambda s: update_page(s.article, url_path="/x/"),
    "a draft's address, with a page below": lambda s: update_page(s.parent, slug="other"),
    "a page without a date has another revision": lambda s: (
        update_page(s.article, last_published_at=None),
        token(),
        update_page(s.article, latest_revision_created_at=timezone.now()),
    ),
    "a page type's column": lambda s: update_article(s.article, standfirst="x"),
    "an author of a live page": lambda s: ArticleAuthor.objects.create(page=s.article, person=make_person()),
    "an author leaves a live page": lambda s: ArticleAuthor.objects.filter(page=s.article)._raw_delete(
        "default"
    ),
    "an author moves to a live page": lambda s: update(
        ArticleAuthor.objects.filter(page=s.draft), page=s.article
    ),
    "an author moves to a draft": lambda s: update(
        ArticleAuthor.objects.filter(page=s.article), page=s.draft
    ),
    "a source": lambda s: update(Source.objects.all(), title="x"),
    "sources in bulk": lambda s: Source.objects.bulk_create([Source(title="x")]),
    "a site": lambda s: update(Site.objects.all(), hostname="example.org"),
    "a locale": lambda s: Locale.objects.create(language_code="de"),
    "a restriction": lambda s: PageViewRestriction.objects.create(page=s.draft, restriction_type="login"),
    "a redirect": lambda s: Redirect.objects.create(old_path="/old", redirect_link="/"),
    "a tag": lambda s: Tag.objects.create(name="x"),
    "an image": lambda s: update(get_image_model().objects.all(), title="x"),
    "a collection": lambda s: Collection.get_first_root_node().add_child(instance=Collection(name="x")),
    "a rendition goes": lambda s: Rendition.objects.all()._raw_delete("default"),
    "a rendition changes": lambda s: update(Rendition.objects.all(), width=11),
    "an embed changes": lambda s: update(Embed.objects.all(), html="x"),
    "a user's name": lambda s: update(get_user_model().objects.all(), first_name="Ada"),
    "a user is no longer active": lambda s: update(get_user_model().objects.all(), is_active=False),
    "a new user": lambda s: get_user_model().objects.create_user("bob"),
    "somebody becomes an editor": lambda s: s.user.groups.add(Group.objects.get(name="Editors")),
    "a discussion is deleted": lambda s: Discussion.objects.filter(page=s.parent)._raw_delete("default"),
    "SQL": lambda s: run("UPDATE taggit_tag SET name = name || 'x'") or run("DELETE FROM wagtailcore_site"),
    "a fixture": lambda s: load(Source.objects.all()),
}

UNSEEN: dict[str, Act] = {
    "a draft of a live page": lambda s: s.article.save_revision(),
    "a draft is saved": lambda s: s.draft.save_revision(),
    "a draft is saved whole": lambda s: ArticlePage.objects.get(pk=s.draft.pk).save(),
    "a draft is added": lambda s: s.home.add_child(instance=ArticlePage(title="x", live=False)),
    "a draft is deleted": lambda s: s.draft.delete(),
    "a draft's title": lambda s: update_page(s.draft, title="x"),
    "a draft's column": lambda s: update_article(s.draft, standfirst="x"),
    "an author of a draft": lambda s: ArticleAuthor.objects.create(page=s.draft, person_id=person_of(s)),
    "an author leaves a draft": lambda s: ArticleAuthor.objects.filter(page=s.draft)._raw_delete("default"),
    "a live page's draft title": lambda s: update_page(s.article, draft_title="x"),
    "a live page's lock": lambda s: update_page(
        s.article, locked=True, locked_at=timezone.now(), locked_by=s.user
    ),
    "a live page's latest revision": lambda s: update_page(
        s.article,
        latest_revision=None,
        latest_revision_created_at=timezone.now(),
        has_unpublished_changes=True,
    ),
    "the number of a live page's children": lambda s: update_page(s.home, numchild=9),
    "somebody logs in": lambda s: update(get_user_model().objects.all(), last_login=timezone.now()),
    "a password": lambda s: update(get_user_model().objects.all(), password="x"),
    "a rendition is made": lambda s: make_rendition(s.image, 20),
    "an embed is made": lambda s: Embed.objects.create(
        url="https://example.com/", type="rich", hash="1" * 32, last_updated=timezone.now()
    ),
    "a comment": lambda s: submit_comment(
        page=s.article, body="y", author_name="B", author_email="b@example.org"
    ),
    "a comment's text": lambda s: update(Comment.objects.all(), body="y"),
    "a discussion's counters": lambda s: update(Discussion.objects.all(), approved_count=9, version=9),
    "an outgoing message": lambda s: OutboxMessage.objects.create(kind="x", payload={}),
    "a session": lambda s: Session.objects.create(
        session_key="x", session_data="", expire_date=timezone.now()
    ),
    "a content type": lambda s: ContentType.objects.create(app_label="x", model="y"),
    "a revision": lambda s: update(Revision.objects.all(), approved_go_live_at=timezone.now()),
    "the log of pages": lambda s: PageLogEntry.objects.all().delete(),
    "the log of models": lambda s: ModelLogEntry.objects.all().delete(),
    "the reference index": lambda s: ReferenceIndex.objects.all().delete(),
    "a right in the admin": lambda s: GroupPagePermission.objects.all()._raw_delete("default"),
    "a subscription": lambda s: PageSubscription.objects.create(
        page=s.article, user=s.user, comment_notifications=True
    ),
    "a workflow": lambda s: WorkflowPage.objects.create(
        page=s.article, workflow=Workflow.objects.create(name="x")
    ),
    "a task of a workflow": lambda s: Task.objects.create(name="x"),
    "a profile": lambda s: UserProfile.objects.create(user=s.user),
    "a submitted form": lambda s: FormSubmission.objects.create(page=s.article, form_data={}),
    "a background task": lambda s: DBTaskResult.objects.create(
        args_kwargs={}, task_path="x", backend_name="x"
    ),
    "a wrong password": lambda s: run("DELETE FROM axes_accessattempt"),
    "the search index": lambda s: run("UPDATE wagtailsearch_indexentry SET title_norm = title_norm + 1"),
    "a wagtail token": lambda s: run("DELETE FROM wagtailcore_apitoken"),
    "nothing at all": lambda s: run("DELETE FROM taggit_tag WHERE id = -1"),
}


def person_of(site: SimpleNamespace) -> int:
    return int(ArticleAuthor.objects.filter(page=site.draft).get().person_id)


def load(rows: Any) -> None:
    """Load rows as ``loaddata`` does, changed."""
    text = serializers.serialize("json", rows).replace("Study", "Another study")
    for loaded in serializers.deserialize("json", text):
        loaded.save()


def wrong(acts: dict[str, Act], site: SimpleNamespace, *, expected: bool) -> list[str]:
    """Return the acts that don't do what they should, each begun with the site as it was."""
    found = []
    for name, act in acts.items():
        fresh = SimpleNamespace(
            **{key: type(row)._base_manager.get(pk=row.pk) for key, row in vars(site).items()}
        )
        with transaction.atomic():
            if moves(lambda act=act, fresh=fresh: act(fresh)) != expected:  # type: ignore[misc]
                found.append(name)
            transaction.set_rollback(True)
    return found


def test_what_moves_it(site: SimpleNamespace) -> None:
    assert wrong(SEEN, site, expected=True) == []


def test_what_does_not(site: SimpleNamespace) -> None:
    assert wrong(UNSEEN, site, expected=False) == []


def test_each_change_of_a_transaction_after_somebody_looked(site: SimpleNamespace) -> None:
    """An answer that was made in between must not pass for one of the end."""
    seen = {token()}
    for title in "abc":
        update(Source.objects.all(), title=title)
        seen.add(token())
    assert len(seen) == 4


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE.")
def test_truncate() -> None:
    Tag.objects.create(name="x")
    assert moves(lambda: run("TRUNCATE taggit_tag CASCADE"))
    assert moves(lambda: run("TRUNCATE standfirst_articles_articleauthor"))
    assert not moves(lambda: run("TRUNCATE django_session"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="On SQLite every write counts.")
def test_a_row_that_stays_the_same(site: SimpleNamespace) -> None:
    assert not moves(lambda: update(Source.objects.all(), title=F("title")))
    assert not moves(lambda: run("UPDATE standfirst_articles_articlepage SET standfirst = standfirst"))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no COPY.")
def test_copy() -> None:
    def copy() -> None:
        with connection.cursor() as cursor, cursor.copy("COPY taggit_tag (name, slug) FROM STDIN") as stream:
            stream.write("x\tx\n")

    assert moves(copy)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite replaces rows.")
def test_replacing_a_row(site: SimpleNamespace) -> None:
    """The row in the way goes without a DELETE: a live page for a draft, a rendition for another."""

    def replace(table: str, pk: int, **values: Any) -> None:
        with connection.cursor() as cursor:
            names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        chosen = ", ".join(str(values.get(name, name)) for name in names)
        run(f"INSERT OR REPLACE INTO {table} SELECT {chosen} FROM {table} WHERE id = {pk}")

    run("PRAGMA defer_foreign_keys = ON")
    assert moves(lambda: replace("wagtailimages_rendition", site.rendition.pk, width=1))
    assert moves(lambda: replace("wagtailcore_page", site.article.pk, live=0))
    assert not moves(lambda: replace("wagtailimages_rendition", -1))


def test_pictures_that_are_scaled_after_the_publication(site: SimpleNamespace) -> None:
    """Until then, pages show the originals."""
    site.article.hero_image = site.image
    assert moves(lambda: make_renditions(page=site.article))
    assert not moves(lambda: make_renditions(page=site.article))


class TestOtherTables:
    """Tables that Django knows nothing of."""

    @pytest.fixture(autouse=True)
    def _table(self) -> None:
        run("CREATE TABLE shop_order (id integer PRIMARY KEY, note text, size json)")
        make_triggers()

    def test_they_count(self) -> None:
        assert moves(lambda: run("INSERT INTO shop_order VALUES (1, 'x', '{}')"))
        assert moves(lambda: run("UPDATE shop_order SET note = 'y'"))
        assert moves(lambda: run("UPDATE shop_order SET size = '[]'"))
        assert moves(lambda: run("DELETE FROM shop_order"))

    def test_unless_they_are_invisible(self, settings: Any) -> None:
        settings.STANDFIRST_CACHE_INVISIBLE_TABLES = ["shop_*", "axes_*"]
        make_triggers()
        assert not moves(lambda: run("INSERT INTO shop_order VALUES (1, 'x', '{}')"))
        settings.STANDFIRST_CACHE_INVISIBLE_TABLES = ["axes_*"]
        assert find_missing(connection)
        make_triggers()
        assert find_missing(connection) == []
        assert moves(lambda: run("DELETE FROM shop_order"))

    def test_a_column_can_be_dropped(self) -> None:
        run("ALTER TABLE shop_order DROP COLUMN note")
        assert moves(lambda: run("INSERT INTO shop_order VALUES (1, '{}')"))
