"""People stay while articles, drafts or scheduled versions name them; older versions do without."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import models
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision

from articles.models import ArticleAuthor, ArticlePage, Person
from tests.articles.builders import make_article, make_draft, make_person

pytestmark = pytest.mark.django_db


def name_authors(page: Any, *people: Person) -> Any:
    """Save a draft of a page with these people in its byline; return its revision."""
    page = page.get_latest_revision_as_object()
    page.bylines = [ArticleAuthor(person=person) for person in people]
    return page.save_revision()


def schedule(page: Any, *people: Person) -> None:
    """Schedule a version of a page with these people in its byline, below a later draft."""
    page = name_authors(page, *people).as_object()
    page.go_live_at = timezone.now() + timedelta(hours=1)
    page.save_revision().publish()
    draft = page.get_latest_revision_as_object()
    draft.go_live_at = None
    draft.bylines = []
    draft.save_revision()


def let_the_day_come() -> None:
    """Publish what is scheduled."""
    for revision in Revision.objects.exclude(approved_go_live_at=None):
        revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
        revision.content["go_live_at"] = revision.approved_go_live_at.isoformat()
        revision.save()
    call_command("publish_scheduled")


def bylines(page: Any) -> list[str]:
    """Return the names that readers see over a page."""
    return [person.name for person in ArticlePage.objects.get(pk=page.pk).article_authors]


def assert_protected(person: Person) -> None:
    """Assert that the person is deleted neither alone nor with others."""
    make_person(name="Nobody")
    before = set(Person.objects.values_list("pk", flat=True))
    with pytest.raises(ProtectedError):
        person.delete()
    for rows in (Person.objects.filter(pk=person.pk), Person.objects.all()):
        with pytest.raises(ProtectedError):
            rows.delete()
    assert set(Person.objects.values_list("pk", flat=True)) == before


def test_whoever_wrote_an_article_is_protected_and_nobody_else() -> None:
    author, other = make_person(), make_person()
    page = make_article(authors=[author])
    assert_protected(author)
    page.unpublish()
    assert_protected(author)
    other.delete()
    page.delete()
    Person.objects.filter(pk=author.pk).delete()
    assert list(Person.objects.values_list("name", flat=True)) == ["Nobody", "Nobody"]


def test_whoever_only_a_draft_names_is_protected() -> None:
    first, second = make_person(), make_person()
    make_draft(authors=[first])
    name_authors(make_article(), second)
    for person in (first, second):
        assert_protected(person)


def test_whoever_only_a_scheduled_version_names_is_protected() -> None:
    person = make_person()
    page = make_article()
    schedule(page, person)
    assert bylines(page) == []
    assert_protected(person)
    let_the_day_come()
    assert bylines(page) == [person.name]


def test_a_version_that_names_somebody_who_is_gone_stops_no_other_from_going_live(
    client: Client, admin_user: Any
) -> None:
    gone, stays = make_person(), make_person()
    first, second = make_article(), make_article()
    schedule(first, gone, stays)
    schedule(second, stays)
    models.Model.delete(gone)
    client.force_login(admin_user)
    assert client.get(reverse("wagtailadmin_pages:edit", args=[first.pk])).status_code == 200
    let_the_day_come()
    assert bylines(first) == bylines(second) == [stays.name]


def test_whoever_only_an_old_version_names_is_deleted_and_the_version_still_opens(
    client: Client, admin_user: Any
) -> None:
    gone, stays = make_person(), make_person()
    page = make_article(authors=[gone, stays])
    old = page.latest_revision
    name_authors(page, stays).publish()
    gone.delete()
    assert [byline.person for byline in old.as_object().bylines.all()] == [stays]
    client.force_login(admin_user)
    for url in (
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, old.pk]),
    ):
        assert client.get(url).status_code == 200
