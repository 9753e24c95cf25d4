"""What everybody may see: every kind of page, asked at every address that could tell of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.actions.convert_alias import ConvertAliasPageAction

from articles.body.reading import read_claims
from comments.models import Comment
from tests.visibility.conftest import FIRST, SECOND, World, alias, approved_comment, fresh, restrict

pytestmark = pytest.mark.django_db
API = "/api/v1"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}

ON_THE_PAGE = {"page": 200, "cache": "public", "front page": True, "list": True}
IN_THE_API = {
    "articles": True,
    "article": 200,
    "resolve": 200,
    "claims of the article": 1,
    "claims": True,
    "claim": 200,
    "sources": True,
    "source": 200,
}
DISCUSSED = {"comments": 200, "form": 200, "comment": 200, "post": 201}
DISCUSSED_ON_PAGES = {
    "discussion": True,
    "comments page": 200,
    "form page": 200,
    "way to the comment": 302,
    "posted form": 303,
}
THERE = {**ON_THE_PAGE, **IN_THE_API, **DISCUSSED, **DISCUSSED_ON_PAGES}
NOT_DISCUSSED = {
    "comments": 404,
    "form": 404,
    "comment": 404,
    "post": 422,
    "discussion": False,
    "comments page": 404,
    "form page": 404,
    "way to the comment": 404,
    "posted form": 422,
}
ABSENT = {
    "page": 404,
    "cache": "",
    "front page": False,
    "list": False,
    "articles": False,
    "article": 404,
    "resolve": 404,
    "claims of the article": 0,
    "claims": False,
    "claim": 404,
    "sources": False,
    "source": 404,
    **NOT_DISCUSSED,
}
REFUSED = {**ABSENT, "page": 302, "cache": "private"}
# A visitor who has passed reads and writes on the pages; the API is for everybody, so it has nothing.
PASSED = {**REFUSED, "page": 200, **DISCUSSED_ON_PAGES}


@dataclass(kw_only=True)
class Case:
    """A page, what was written under it, and what can be seen of it."""

    page: Any
    expected: Mapping[str, Any] = field(default_factory=lambda: THERE)
    commented: Any = None  # Whose discussion it is, where it isn't the page's own.
    canonical: Any = None  # The page whose address is the canonical one, where it isn't the page itself.
    host: str = FIRST
    signed_in: bool = False


Build = Callable[[World, Any], Case]
ROWS: dict[str, Build] = {}


def row(build: Build) -> Build:
    ROWS[build.__name__.replace("_", " ")] = build
    return build


@row
def live(world: World, parent: Any) -> Case:
    return Case(page=world.article(parent))


@row
def draft(world: World, parent: Any) -> Case:
    return Case(page=world.draft(parent), expected=ABSENT)


def schedule(page: Any) -> None:
    page = fresh(page).get_latest_revision_as_object()
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision().publish()


def expire(page: Any) -> None:
    type(page).objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(hours=1))
    call_command("publish_scheduled")


@row
def scheduled(world: World, parent: Any) -> Case:
    page = world.draft(parent)
    schedule(page)
    return Case(page=fresh(page), expected=ABSENT)


@row
def expired(world: World, parent: Any) -> Case:
    page = world.article(parent)
    expire(page)
    return Case(page=fresh(page), expected=ABSENT)


@row
def unpublished(world: World, parent: Any) -> Case:
    page = world.article(parent)
    page.unpublish()
    return Case(page=fresh(page), expected=ABSENT)


@row
def restricted_itself(world: World, parent: Any) -> Case:
    page = world.article(parent)
    restrict(page)
    return Case(page=page, expected=REFUSED)


@row
def restricted_by_an_ancestor(world: World, parent: Any) -> Case:
    page = world.article(parent)
    restrict(parent)
    return Case(page=page, expected=REFUSED)


@row
def restricted_itself_and_passed(world: World, parent: Any) -> Case:
    page = world.article(parent)
    restrict(page)
    return Case(page=page, expected=PASSED, signed_in=True)


@row
def restricted_by_an_ancestor_and_passed(world: World, parent: Any) -> Case:
    page = world.article(parent)
    restrict(parent)
    is_whole_site = parent.pk == world.home.pk
    return Case(page=page, expected={**PASSED, "list": True, "front page": is_whole_site}, signed_in=True)


def alias_of(world: World, parent: Any, original: Any, expected: Mapping[str, Any], **options: Any) -> Case:
    """Return the case of an alias below ``parent``; ``options`` are those of the case."""
    options = {"canonical": original, "commented": original, **options}
    return Case(page=alias(original, parent), expected=expected, **options)


ALIAS_THERE = {**THERE, "front page": False}  # Which shows each article once, here the original.


@row
def alias_of_a_live_page(world: World, parent: Any) -> Case:
    return alias_of(world, parent, world.article(parent), ALIAS_THERE)


@row
def alias_of_a_draft(world: World, parent: Any) -> Case:
    return alias_of(world, parent, world.draft(parent), ABSENT)


@row
def alias_of_a_scheduled_page(world: World, parent: Any) -> Case:
    case = alias_of(world, parent, world.draft(parent), ABSENT)
    schedule(case.commented)
    return case


@row
def alias_of_a_page_that_a_script_scheduled_while_it_was_live(world: World, parent: Any) -> Case:
    case = alias_of(world, parent, world.article(parent), ABSENT)
    # Without a live revision, Wagtail takes the page back until its day.
    type(case.commented).objects.filter(pk=case.commented.pk).update(live_revision=None)
    schedule(case.commented)
    return case


@row
def alias_of_an_expired_page(world: World, parent: Any) -> Case:
    case = alias_of(world, parent, world.article(parent), ABSENT)
    expire(case.commented)
    return case


@row
def alias_of_an_unpublished_page(world: World, parent: Any) -> Case:
    case = alias_of(world, parent, world.article(parent), ABSENT)
    case.commented.unpublish()
    return case


@row
def alias_of_a_page_that_a_script_took_back(world: World, parent: Any) -> Case:
    case = alias_of(world, parent, world.article(parent), ABSENT)
    type(case.commented).objects.filter(pk=case.commented.pk).update(live=False)
    return case


@row
def alias_of_an_alias_of_a_page_that_was_scheduled(world: World, parent: Any) -> Case:
    original = world.draft(parent)
    case = alias_of(world, parent, alias(original, world.index), ABSENT, commented=original)
    schedule(original)
    return case


@row
def open_alias_of_a_page_behind_a_restriction(world: World, parent: Any) -> Case:
    members = world.index.copy(update_attrs={"slug": "members", "title": "Members"})
    restrict(members)
    page = world.article(members)
    return alias_of(world, parent, page, {**THERE, **NOT_DISCUSSED}, canonical=None)


@row
def the_same_for_a_member(world: World, parent: Any) -> Case:
    case = open_alias_of_a_page_behind_a_restriction(world, parent)
    case.signed_in = True
    # The member can read the original, and the way to the comment leads there.
    case.expected = {**case.expected, "cache": "private", "way to the comment": 302}
    return case


@row
def alias_of_a_restricted_page(world: World, parent: Any) -> Case:
    case = alias_of(world, parent, world.article(parent), REFUSED)
    restrict(case.commented)
    return case


@row
def alias_of_a_restricted_page_and_passed(world: World, parent: Any) -> Case:
    case = alias_of_a_restricted_page(world, parent)
    case.signed_in, case.expected, case.canonical = True, PASSED, None
    return case


@row
def alias_with_a_restriction_of_its_own(world: World, parent: Any) -> Case:
    case = alias_of(world, parent, world.article(parent), ALIAS_THERE)
    restrict(case.page)
    return case


@row
def below_an_alias_of_a_restricted_index(world: World, parent: Any) -> Case:
    members = world.index.copy(update_attrs={"slug": "members", "title": "Members"})
    restrict(members)
    return Case(page=world.article(alias(members, parent)), expected=REFUSED)


@row
def alias_of_an_alias(world: World, parent: Any) -> Case:
    original = world.article(parent)
    between = alias(original, world.index)
    return alias_of(world, parent, between, ALIAS_THERE, canonical=original, commented=original)


@row
def page_of_another_site(world: World, parent: Any) -> Case:
    return Case(page=world.article(world.second_index), host=SECOND)


@row
def page_of_another_site_asked_here(world: World, parent: Any) -> Case:
    return Case(page=world.article(world.second_index), expected=ABSENT)


@row
def alias_on_another_site(world: World, parent: Any) -> Case:
    return alias_of(world, world.second_index, world.article(parent), THERE, host=SECOND)


@row
def alias_of_an_alias_on_another_site(world: World, parent: Any) -> Case:
    original = world.article(parent)
    between = alias(original, world.index)
    return alias_of(
        world, world.second_index, between, THERE, host=SECOND, canonical=original, commented=original
    )


@row
def alias_on_another_site_of_a_page_behind_a_restriction(world: World, parent: Any) -> Case:
    original = world.article(parent)
    restrict(parent)
    expected = {**THERE, **NOT_DISCUSSED}
    return alias_of(world, world.second_index, original, expected, host=SECOND, canonical=None)


@row
def alias_in_another_language(world: World, parent: Any) -> Case:
    original = world.article(parent)
    german = world.german_index if parent.pk == world.index.pk else world.german_home
    page = alias(original, german, update_locale=german.locale, reset_translation_key=False)
    return Case(page=page, canonical=original, commented=original)


@row
def translation(world: World, parent: Any) -> Case:
    original = world.article(parent)
    page = original.copy_for_translation(world.german_home.locale)
    page.latest_revision.publish()
    return Case(page=fresh(page))


@row
def alias_that_became_a_page(world: World, parent: Any) -> Case:
    page = alias(world.article(parent), parent)
    ConvertAliasPageAction(page).execute(skip_permission_checks=True)
    return Case(page=fresh(page))


@row
def alias_whose_original_was_deleted(world: World, parent: Any) -> Case:
    original = world.article(parent)
    page = alias(original, parent)
    approved_comment(original)
    original.delete()  # Wagtail unpublishes a page first, and its aliases with it.
    return Case(page=fresh(page), expected=ABSENT)


@row
def alias_whose_original_was_deleted_published_again(world: World, parent: Any) -> Case:
    case = alias_whose_original_was_deleted(world, parent)
    case.page.save_revision().publish()
    case.expected = THERE
    return case


@pytest.mark.parametrize("place", ["in an index", "under the front page"])
@pytest.mark.parametrize("name", ROWS)
def test_what_everybody_may_see(client: Client, world: World, name: str, place: str) -> None:
    case = ROWS[name](world, world.index if place == "in an index" else world.home)
    if case.signed_in:
        client.force_login(get_user_model().objects.create_user("member"))
    # A page that can't be commented on any more may have been while it could.
    comment = approved_comment(case.commented or case.page)
    page = fresh(case.page)
    observed = observe(client, page, comment=comment, world=world, host=case.host)
    canonical = observed.pop("canonical")
    assert observed == {**case.expected}
    if observed["page"] == 200:
        assert canonical == [(case.canonical or page).full_url]


def observe(client: Client, page: Any, *, comment: Comment, world: World, host: str) -> dict[str, Any]:
    """Return what each address says of a page: a status, or whether the page is in the answer."""

    def get(address: str, **query: Any) -> Any:
        return client.get(address, query, headers={"host": host})

    def items(address: str, key: str, **query: Any) -> list[Any]:
        return [item[key] for item in get(f"{API}{address}", **query).json()["items"]]

    path = re.sub(r"^https?://[^/]+", "", page.full_url)
    home = {SECOND: world.second_home}.get(host, world.home)
    if page.locale.language_code == "de":
        home = world.german_home
    home_path = re.sub(r"^https?://[^/]+", "", home.full_url)
    parent = page.get_parent()
    list_path = re.sub(r"^https?://[^/]+", "", parent.full_url)
    (card,) = read_claims(page)[0]
    locale = {"locale": page.locale.language_code}
    html = get(path)
    text = html.content.decode()
    comment_form = {"page": page.pk, "comment": "Words", "name": "Ada"}

    return {
        "page": html.status_code,
        "cache": next((word for word in ("public", "private") if word in html.get("Cache-Control", "")), ""),
        "canonical": re.findall(r'<link rel="canonical" href="([^"]*)">', text),
        "front page": _lists(get(home_path), path, in_menu=False),
        "list": _lists(get(list_path), path, in_menu=parent.pk == home.pk),
        "articles": page.pk in items("/articles/", "id", **locale),
        "article": get(f"{API}/articles/{page.pk}/").status_code,
        "resolve": get(f"{API}/resolve/", path=path).status_code,
        "claims of the article": items("/claims/", "uid", article=page.pk).count(str(card.uid)),
        "claims": str(card.uid) in items("/claims/", "uid", **locale),
        "claim": get(f"{API}/claims/{card.uid}/").status_code,
        "sources": world.source.pk in items("/sources/", "id"),
        "source": get(f"{API}/sources/{world.source.pk}/").status_code,
        "discussion": "A word" in text and 'id="comment-form"' in text,
        "comments": get(f"{API}/comments/", page=page.pk).status_code,
        "form": get(f"{API}/comments/form/", page=page.pk).status_code,
        "comment": get(f"{API}/comments/{comment.uid}/").status_code,
        "comments page": get(f"/comments/page/{page.pk}/").status_code,
        "form page": get("/comments/form/", page=page.pk).status_code,
        "way to the comment": get(f"/comments/comment/{comment.uid}/").status_code,
        "post": client.post(
            f"{API}/comments/",
            {**comment_form, "email": "ada@example.org"},
            content_type="application/json",
            headers={"host": host},
        ).status_code,
        "posted form": client.post(
            "/comments/post/",
            {**comment_form, "email": "bob@example.org"},
            headers={"host": host, **SAME_ORIGIN},
        ).status_code,
    }


def _lists(response: Any, path: str, *, in_menu: bool) -> bool:
    """Return whether a page links to a path: in the menu, or in its own list."""
    if response.status_code != 200:
        return False
    header, _, main = response.content.decode().partition("<main")
    return f'href="{path}"' in (header if in_menu else main)
