"""A source or a person that live pages show is changed by those alone who may publish all of these pages."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from wagtail.actions.edit import EditAction, EditPermissionError
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import GroupPagePermission, Page, ReferenceIndex
from wagtail.permissions import policy_registry

from articles.models import Person, Source
from tests.articles.builders import (
    claim_block,
    make_article,
    make_draft,
    make_index,
    make_many,
    make_person,
    make_source,
    site_root,
    without_indexes,
)

pytestmark = pytest.mark.django_db

SOURCE = {"title": "Retitled", "kind": "article-journal", "authors": "Lima, Emerson", "year": "2017"}
PERSON = {"name": "Renamed", "slug": "renamed"}
_numbers = count(1)


def make_user(*groups: str, publishes: Any = (), **fields: Any) -> Any:
    """Return a user of groups by name, who also may publish the given pages and what is below them."""
    number = next(_numbers)
    user = User.objects.create_user(f"user-{number}", **fields)
    group = Group.objects.create(name=f"Group {number}")
    permission = Permission.objects.get(codename="publish_page")
    for page in publishes:
        GroupPagePermission.objects.create(group=group, page=page, permission=permission)
    user.groups.add(group, *Group.objects.filter(name__in=groups))
    return user


def may_change(user: Any, instance: Any) -> bool:
    """Return whether a user may change a row, as each method of the policy has it."""
    user = User.objects.get(pk=user.pk)  # Rights are kept on the object.
    policy = policy_registry.get_by_type(type(instance))
    answers = {
        policy.user_has_permission_for_instance(user, "change", instance),
        policy.user_has_any_permission_for_instance(user, ["change", "delete"], instance),
        policy.instances_user_has_permission_for(user, "change").filter(pk=instance.pk).exists(),
        policy.users_with_permission_for_instance("change", instance).filter(pk=user.pk).exists(),
    }
    assert len(answers) == 1
    return answers.pop()


def edit_url(instance: Any) -> str:
    return reverse(type(instance).snippet_viewset.get_url_name("edit"), args=[instance.pk])


def cited_source(**fields: Any) -> tuple[Source, Any]:
    source = make_source(title="Bailey")
    return source, make_article(body=[claim_block(sources=[source])], **fields)


def shown_person(**fields: Any) -> tuple[Person, Any]:
    person = make_person(name="Ada")
    return person, make_article(authors=[person], **fields)


BOTH = pytest.mark.parametrize(("make", "data"), [(cited_source, SOURCE), (shown_person, PERSON)])
Make = Callable[..., tuple[Any, Any]]


@BOTH
def test_an_editor_can_read_but_not_write_what_a_live_page_shows(
    client: Client, make: Make, data: dict[str, str]
) -> None:
    instance, page = make(title="Needling <b>")
    user = make_user("Editors")
    client.force_login(user)
    response = client.get(edit_url(instance))
    document = BeautifulSoup(response.content, "html.parser")
    message = document.select_one(".messages")
    assert f"You can't change “{instance}”: it appears on Needling <b>" in message.get_text()
    assert message.select_one("a")["href"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    fields = document.select("#w-editor-form :is(input, select, textarea):not([type=hidden])")
    assert len(fields) >= len(data)
    assert all(field.has_attr("disabled") for field in fields)
    buttons = document.select("#w-editor-form [type=submit]")
    assert [(button.get_text(strip=True), button.has_attr("disabled")) for button in buttons] == [
        ("Locked", True)
    ]
    assert not may_change(user, instance)


@BOTH
def test_what_was_typed_meanwhile_is_refused_and_comes_back(
    client: Client, make: Make, data: dict[str, str]
) -> None:
    instance, page = make()
    before = type(instance).objects.filter(pk=instance.pk).values().get()
    client.force_login(make_user("Editors"))
    response = client.post(edit_url(instance), data)
    assert response.status_code == 200
    document = BeautifulSoup(response.content, "html.parser")
    assert "was not changed: it appears on" in document.select_one(".messages").get_text()
    typed = document.select_one("#id_title, #id_name")
    assert next(iter(data.values())) in (typed.get("value") or typed.get_text())
    assert not typed.has_attr("disabled")
    assert document.select("#w-editor-form [type=submit]:not([disabled])")
    assert type(instance).objects.filter(pk=instance.pk).values().get() == before
    page.unpublish()
    assert client.post(edit_url(instance), data).status_code == 302


@BOTH
@pytest.mark.parametrize("state", ["unused", "draft", "unpublished"])
def test_what_no_reader_sees_is_changed_as_ever(
    client: Client, make: Make, data: dict[str, str], state: str
) -> None:
    instance, page = make()
    if state == "unpublished":
        page.unpublish()
    else:
        page.delete()
    if state == "draft":
        make_draft(body=[claim_block(sources=[instance])] if make is cited_source else [], title="Later")
        make_draft(authors=[instance] if make is shown_person else [])
    client.force_login(make_user("Editors"))
    response = client.get(edit_url(instance))
    assert "You can&#x27;t change" not in response.content.decode()
    assert BeautifulSoup(response.content, "html.parser").select("#w-editor-form [type=submit]")
    assert client.post(edit_url(instance), data).status_code == 302
    assert str(type(instance).objects.get(pk=instance.pk)).endswith(next(iter(data.values())))


@BOTH
def test_moderators_and_superusers_change_it(client: Client, make: Make, data: dict[str, str]) -> None:
    instance, _ = make()
    for user in (make_user("Moderators"), make_user(is_superuser=True)):
        assert may_change(user, instance)
        client.force_login(user)
        assert client.post(edit_url(instance), data).status_code == 302


def test_whoever_may_publish_and_may_not_change_sources_gains_nothing(client: Client) -> None:
    source, _ = cited_source()
    user = make_user(publishes=[Page.get_first_root_node()])
    assert not may_change(user, source)
    inactive = make_user("Moderators", is_active=False)
    assert not may_change(inactive, source)


@BOTH
def test_an_alias_elsewhere_shows_it_too(make: Make, data: dict[str, str]) -> None:
    first, second = make_index(), make_index()
    instance, page = make(parent=first)
    user = make_user("Editors", publishes=[first])
    assert may_change(user, instance)
    alias = page.create_alias(parent=second)
    assert alias.live
    assert not may_change(user, instance)
    ReferenceIndex.objects.all().delete()  # It is updated by a task, which may lag.
    assert not may_change(user, instance)
    alias.unpublish()
    assert may_change(user, instance)


@BOTH
def test_no_door_is_open(make: Make, data: dict[str, str]) -> None:
    instance, _ = make()
    user = make_user("Editors")
    with pytest.raises(EditPermissionError):
        EditAction(instance, user=user).execute()
    assert AdminURLFinder(user).get_edit_url(instance) is None
    moderator = make_user("Moderators")
    assert AdminURLFinder(moderator).get_edit_url(instance) == edit_url(instance)
    EditAction(instance, user=moderator).execute()


def test_pages_that_are_out_of_sight_are_counted_not_named(client: Client) -> None:
    source, _ = cited_source(title="Secret")
    group = Group.objects.create(name="Librarians")
    group.permissions.add(
        *Permission.objects.filter(codename__in=["access_admin", "change_source", "change_person"])
    )
    client.force_login(make_user("Librarians"))
    text = client.get(edit_url(source)).content.decode()
    assert "it appears on 1 page, which" in text
    assert "Secret" not in text


def test_long_lists_of_pages_are_cut(client: Client) -> None:
    source = make_source()
    for number in range(7):
        make_article(title=f"Article no. {number}", body=[claim_block(sources=[source])])
    client.force_login(make_user("Editors"))
    message = BeautifulSoup(client.get(edit_url(source)).content, "html.parser").select_one(".messages")
    assert len(message.select("a")) == 5
    assert "and 2 other pages, which you may not publish" in message.get_text()


def test_pages_with_the_same_title_are_told_apart(client: Client) -> None:
    source = make_source()
    one, other = (make_article(title="Namesake", body=[claim_block(sources=[source])]) for _ in range(2))
    make_article(title="Alone", body=[claim_block(sources=[source])])
    client.force_login(make_user("Editors"))
    message = BeautifulSoup(client.get(edit_url(source)).content, "html.parser").select_one(".messages")
    assert {link.get_text() for link in message.select("a")} == {
        f"Namesake (ID {one.pk})",
        f"Namesake (ID {other.pk})",
        "Alone",
    }


@pytest.mark.parametrize("pages", [1, 10, 100])
def test_the_number_of_queries_does_not_grow_with_the_pages(
    django_assert_num_queries: DjangoAssertNumQueries, pages: int
) -> None:
    source = make_source()
    make_many(pages, body=lambda _: [claim_block(sources=[source])])
    policy = policy_registry.get_by_type(Source)
    user = make_user("Editors")
    policy.user_has_permission_for_instance(user, "change", source)  # Rights and content types are kept.
    with django_assert_num_queries(4):
        assert not policy.user_has_permission_for_instance(user, "change", source)
    with django_assert_num_queries(4):
        assert not policy.instances_user_has_permission_for(user, "change").exists()
    with django_assert_num_queries(7):
        assert not policy.users_with_permission_for_instance("change", source).filter(pk=user.pk).exists()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_right_is_that_to_publish_each_live_page(data: st.DataObject) -> None:
    with transaction.atomic(), without_indexes():
        sections = [site_root(), make_index()]
        sections.append(make_index(sections[1]))
        sections.append(make_index())
        some = st.lists(st.sampled_from(range(4)), unique=True, max_size=3)
        user = make_user("Editors", publishes=[sections[place] for place in data.draw(some)])
        source = make_source()
        pages = [
            make_article(sections[place], body=[claim_block(sources=[source])]) for place in data.draw(some)
        ]
        for place in data.draw(some):
            make_draft(sections[place], body=[claim_block(sources=[source])])
        for page in pages:
            if data.draw(st.booleans()):
                page.unpublish()
        user = User.objects.get(pk=user.pk)
        live = [page for page in pages if Page.objects.get(pk=page.pk).live]
        expected = all(page.permissions_for_user(user).can_publish() for page in live)
        assert may_change(user, source) == expected
        transaction.set_rollback(True)
