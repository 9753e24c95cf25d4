"""What editors, moderators and programs do to a site, each as the product or a program does it.

The acts follow one another on one site. One that changes nothing that anybody may see says so, and is then
held to it: a cache must not notice it either.
"""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site

from articles.models import ArticleIndexPage, ArticlePage, Person, Source
from cms.models import HomePage
from comments.enums import Status
from comments.models import Comment, Discussion
from comments.services import set_comment_status, submit_comment
from comments.services.discussions import set_discussion_open
from standfirst.models import FrontendSettings

Perform = Callable[["World"], None]


@dataclass
class Act:
    name: str
    perform: Perform
    is_visible: bool


ACTS: list[Act] = []


def act(perform: Perform) -> Perform:
    """Add an act that changes at least one public answer."""
    ACTS.append(Act(perform.__name__, perform, is_visible=True))
    return perform


def invisible_act(perform: Perform) -> Perform:
    """Add an act that changes no public answer."""
    ACTS.append(Act(perform.__name__, perform, is_visible=False))
    return perform


@dataclass
class World:
    """The site that the acts change, and what later acts need of earlier ones."""

    client: Client
    ids: dict[str, int] = field(default_factory=dict)
    number: int = 0

    @classmethod
    def of_seeded_site(cls) -> "World":
        """Add to the seeded site what acts need: an administrator, a second site, and a page to move to."""
        user = get_user_model().objects.create_superuser("chief", "chief@example.org", "a password of tests")
        client = Client()
        client.force_login(user)
        index = ArticleIndexPage.objects.get(slug="articles")
        archive = ArticleIndexPage(title="Archive", slug="archive", live=True)
        index.get_parent().add_child(instance=archive)
        home = HomePage(title="The second site", slug="second", live=True)
        Page.objects.get(depth=1).add_child(instance=home)
        Site.objects.create(hostname="second.localhost", port=80, site_name="Second", root_page=home)
        return cls(client=client)

    def article(self, number: int) -> Any:
        """Return one of the four articles that the site begins with, the last one has comments."""
        return ArticlePage.objects.get(slug=f"article-{number}", alias_of=None)

    def publish(self, page: Any, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(page, name, value)
        page.save_revision(user=self.user).publish(user=self.user)

    @property
    def user(self) -> Any:
        return get_user_model().objects.get(username="chief")

    def next_words(self) -> str:
        """Return words that no earlier act has used."""
        self.number += 1
        return f"In other words, {self.number}"


# --- Publishing -------------------------------------------------------------------------------------------


@act
def publish_a_title(world: World) -> None:
    world.publish(world.article(0), title=world.next_words())


@invisible_act
def save_a_draft(world: World) -> None:
    page = world.article(0)
    page.title = world.next_words()
    page.save_revision(user=world.user)


@act
def change_a_claim(world: World) -> None:
    page = world.article(3)
    for block in page.body:
        if block.block_type == "claim":
            block.value["statement"] = world.next_words()
    world.publish(page)


@act
def publish_a_new_article(world: World) -> None:
    page = ArticlePage(title=world.next_words(), slug="new", standfirst="New.", live=False)
    ArticleIndexPage.objects.get(slug="articles").add_child(instance=page)
    world.publish(page)


@invisible_act
def write_an_article_without_publishing(world: World) -> None:
    page = ArticlePage(title="Nobody's business", slug="secret", live=False)
    ArticleIndexPage.objects.get(slug="articles").add_child(instance=page)
    page.title = "Still nobody's"
    page.save_revision(user=world.user)


@act
def unpublish(world: World) -> None:
    world.article(2).unpublish(user=world.user)


@act
def publish_again(world: World) -> None:
    world.publish(world.article(2))


@act
def unpublish_in_bulk(world: World) -> None:
    ids = [world.article(1).pk, world.article(2).pk]
    url = f"/admin/bulk/wagtailcore/page/unpublish/?id={ids[0]}&id={ids[1]}"
    assert world.client.post(url).status_code == 302
    assert not world.article(1).live


@act
def publish_in_bulk(world: World) -> None:
    ids = [world.article(1).pk, world.article(2).pk]
    url = f"/admin/bulk/wagtailcore/page/publish/?id={ids[0]}&id={ids[1]}"
    assert world.client.post(url).status_code == 302
    assert world.article(1).live


@invisible_act
def schedule(world: World) -> None:
    page = world.article(0)
    page.title = world.next_words()
    page.go_live_at = timezone.now() + timedelta(seconds=0.5)
    page.save_revision(user=world.user, approved_go_live_at=page.go_live_at)


@act
def publish_what_was_scheduled(world: World) -> None:
    _wait_until(world.article(0).scheduled_revision.approved_go_live_at)
    call_command("publish_scheduled")


@act
def expire(world: World) -> None:
    page = ArticlePage.objects.get(slug="new")
    world.publish(page, expire_at=timezone.now() + timedelta(seconds=0.2))
    _wait_until(page.expire_at)
    call_command("publish_scheduled")
    assert not ArticlePage.objects.get(slug="new").live


def _wait_until(moment: datetime) -> None:
    """Return once a moment is over: what the scheduler does hangs on the clock."""
    while (seconds := (moment - timezone.now()).total_seconds()) >= 0:
        time.sleep(seconds + 0.01)


# --- What articles show ------------------------------------------------------------------------------------


@act
def change_a_source(world: World) -> None:
    source = Source.objects.filter(citations__isnull=False).first()
    assert source is not None
    source.title = world.next_words()
    source.save()


@act
def change_sources_by_update(world: World) -> None:
    assert Source.objects.update(container_title=world.next_words())


@act
def change_a_person(world: World) -> None:
    person = Person.objects.get(name="Ngozi Okafor")
    person.credentials = world.next_words()
    person.save()


@act
def change_a_persons_role_by_sql(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Person._meta.db_table} SET role = %s", [world.next_words()])


@act
def rename_a_tag(world: World) -> None:
    tag = Tag.objects.get(name="sleep")
    tag.name = world.next_words()
    tag.save()


@act
def tag_an_article(world: World) -> None:
    page = world.article(1)
    page.tags.add(world.next_words())
    world.publish(page)


@act
def change_the_picture(world: World) -> None:
    image = world.article(3).hero_image
    file = io.BytesIO()
    Image.new("RGB", (900, 600), (10, 120, 40)).save(file, "PNG")
    image.file.save("another.png", ContentFile(file.getvalue()), save=False)
    image.width, image.height, image.file_hash = 900, 600, ""
    image.save()
    image.renditions.all().delete()


@act
def change_an_alternative_text(world: World) -> None:
    world.publish(world.article(3), hero_alt=world.next_words())


@act
def move_the_focal_point(world: World) -> None:
    page = world.article(3)
    world.publish(page, hero_alt=world.next_words())
    image = page.hero_image
    image.focal_point_x, image.focal_point_y = 20, 30
    image.focal_point_width = image.focal_point_height = 40
    image.save()


# --- Where pages are ---------------------------------------------------------------------------------------


@act
def change_an_address(world: World) -> None:
    page = world.article(2)
    world.ids["moved"] = page.pk
    world.publish(page, slug="another-address")


@act
def move(world: World) -> None:
    page = ArticlePage.objects.get(pk=world.ids["moved"])
    page.move(Page.objects.get(slug="archive"), pos="last-child", user=world.user)


@act
def move_back(world: World) -> None:
    page = ArticlePage.objects.get(pk=world.ids["moved"])
    page.move(Page.objects.get(slug="articles"), pos="last-child", user=world.user)
    world.publish(ArticlePage.objects.get(pk=page.pk), slug="article-2")


@act
def make_an_alias(world: World) -> None:
    alias = world.article(3).create_alias(parent=Page.objects.get(slug="archive"), user=world.user)
    world.ids["alias"] = alias.pk


@act
def publish_an_original(world: World) -> None:
    world.publish(world.article(3), standfirst=world.next_words())


@act
def make_an_alias_on_the_second_site(world: World) -> None:
    world.article(0).create_alias(parent=Page.objects.get(slug="second"), user=world.user)


@act
def copy(world: World) -> None:
    copied = world.article(1).copy(
        to=Page.objects.get(slug="articles"),
        update_attrs={"slug": "a-copy", "title": "A copy"},
        user=world.user,
    )
    world.ids["copy"] = copied.pk


@act
def delete_a_page(world: World) -> None:
    Page.objects.get(pk=world.ids["copy"]).specific.delete(user=world.user)


@act
def put_the_index_out_of_the_menu(world: World) -> None:
    index = ArticleIndexPage.objects.get(slug="archive")
    world.publish(index, show_in_menus=not index.show_in_menus)


@act
def change_a_title_by_update(world: World) -> None:
    Page.objects.filter(pk=world.article(1).pk).update(title=world.next_words())


# --- Who may see it ----------------------------------------------------------------------------------------


@act
def restrict_a_page(world: World) -> None:
    PageViewRestriction.objects.create(
        page=world.article(3), restriction_type=PageViewRestriction.PASSWORD, password="secret"
    )


@act
def lift_the_restriction(world: World) -> None:
    PageViewRestriction.objects.all().delete()


@act
def restrict_a_parent(world: World) -> None:
    PageViewRestriction.objects.create(
        page=Page.objects.get(slug="articles"), restriction_type=PageViewRestriction.LOGIN
    )


@act
def lift_the_restriction_of_the_parent(world: World) -> None:
    PageViewRestriction.objects.all().delete()


@invisible_act
def change_the_rights_of_a_group(world: World) -> None:
    group = Group.objects.get(name="Editors")
    group.permissions.clear()
    get_user_model().objects.create_user("new-editor").groups.add(group)


# --- Sites -------------------------------------------------------------------------------------------------


@invisible_act
def rename_the_site(world: World) -> None:
    """Pages of the project show WAGTAIL_SITE_NAME."""
    site = Site.objects.get(is_default_site=True)
    site.site_name = world.next_words()
    site.save()


@act
def give_the_site_another_address(world: World) -> None:
    site = Site.objects.get(is_default_site=True)
    site.port = 8443
    site.save()


@act
def change_the_root_page(world: World) -> None:
    site = Site.objects.get(is_default_site=True)
    world.ids["root"] = site.root_page_id
    site.root_page = Page.objects.get(slug="articles")
    site.save()


@act
def change_the_root_page_back(world: World) -> None:
    site = Site.objects.get(is_default_site=True)
    site.root_page_id = world.ids["root"]
    site.save()


@act
def change_the_front_page_in_the_editor(world: World) -> None:
    home = HomePage.objects.get(slug="second")
    data = {
        "title": home.title,
        "slug": home.slug,
        "headline": world.next_words(),
        "introduction": home.introduction,
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "action-publish": "1",
    }
    response = world.client.post(f"/admin/pages/{home.pk}/edit/", data)
    assert response.status_code == 302


@act
def name_a_frontend(world: World) -> None:
    site = Site.objects.get(is_default_site=True)
    FrontendSettings.objects.update_or_create(site=site, defaults={"base_url": "https://www.example.org"})


@act
def forget_the_frontend(world: World) -> None:
    FrontendSettings.objects.all().delete()


@act
def redirect(world: World) -> None:
    Redirect.objects.create(
        old_path=Redirect.normalise_path("/gone/"), redirect_page=world.article(0), is_permanent=True
    )


@act
def lead_the_redirect_elsewhere(world: World) -> None:
    Redirect.objects.update(redirect_page=world.article(1))


# --- Comments ----------------------------------------------------------------------------------------------


@invisible_act
def submit_a_comment(world: World) -> None:
    comment = submit_comment(
        page=world.article(3),
        body=world.next_words(),
        author_name="Reader",
        author_email="reader@example.org",
        ip_address="203.0.113.7",
    )
    world.ids["comment"] = comment.pk


@act
def approve(world: World) -> None:
    uid = Comment.objects.get(pk=world.ids["comment"]).uid
    set_comment_status(uids=[uid], status=Status.APPROVED, actor=world.user)


@act
def answer_and_approve_in_bulk(world: World) -> None:
    parent = Comment.objects.get(pk=world.ids["comment"])
    answer = submit_comment(
        page=world.article(3),
        parent_uid=parent.uid,
        body=world.next_words(),
        author_name="Another reader",
        author_email="another@example.org",
        ip_address="203.0.113.8",
    )
    first = submit_comment(
        page=world.article(0),
        body=world.next_words(),
        author_name="Another reader",
        author_email="another@example.org",
        ip_address="203.0.113.9",
    )
    set_comment_status(uids=[answer.uid, first.uid], status=Status.APPROVED, actor=world.user)


@act
def trash(world: World) -> None:
    uid = Comment.objects.get(pk=world.ids["comment"]).uid
    set_comment_status(uids=[uid], status=Status.TRASH, actor=world.user)


@act
def take_out_of_the_trash(world: World) -> None:
    uid = Comment.objects.get(pk=world.ids["comment"]).uid
    set_comment_status(uids=[uid], status=Status.APPROVED, actor=world.user)


@act
def close_a_discussion(world: World) -> None:
    set_discussion_open(page=world.article(3), is_open=False, actor=world.user)


@act
def open_it_again(world: World) -> None:
    set_discussion_open(page=world.article(3), is_open=True, actor=world.user)


@act
def close_a_discussion_that_nobody_has_begun(world: World) -> None:
    page = world.article(2)
    assert not Discussion.objects.filter(page=page).exists()
    set_discussion_open(page=page, is_open=False, actor=world.user)


@act
def delete_a_comment(world: World) -> None:
    Comment.objects.get(pk=world.ids["comment"]).delete()


@act
def move_a_page_with_comments(world: World) -> None:
    world.article(3).move(Page.objects.get(slug="second"), pos="first-child", user=world.user)


# --- Transactions ------------------------------------------------------------------------------------------


class _ChangedMindError(Exception):
    pass


@contextmanager
def _rolled_back() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _ChangedMindError
    except _ChangedMindError:
        pass


@invisible_act
def change_ones_mind(world: World) -> None:
    with _rolled_back():
        world.publish(world.article(1), title="Never said")


@act
def lose_a_savepoint_and_go_on(world: World) -> None:
    with transaction.atomic():
        with _rolled_back():
            world.publish(world.article(1), title="Never said")
        world.publish(world.article(1), title=world.next_words())


# --- Endings -----------------------------------------------------------------------------------------------


@act
def take_an_author_away(world: World) -> None:
    page = world.article(1)
    page.bylines.set([])
    world.publish(page)


@act
def delete_the_picture(world: World) -> None:
    image = world.article(3).hero_image
    get_image_model().objects.filter(pk=image.pk).delete()


@act
def delete_a_section(world: World) -> None:
    Page.objects.get(slug="archive").specific.delete(user=world.user)
