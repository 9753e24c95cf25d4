"""What the rule costs: as many queries however many restrictions, aliases and translations there are."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from standfirst.visibility import Viewer, anybody, visitor
from tests.articles.builders import make_index, without_indexes
from tests.visibility.conftest import FIRST, World, alias, approved_comment, fresh, restrict

pytestmark = pytest.mark.django_db
API = "/api/v1"


def grow(world: World, number: int) -> None:
    """Add restricted pages, aliases of them, and aliases of open ones."""
    group, _ = Group.objects.get_or_create(name="Readers")
    for count in range(number):
        slug = f"page-{fresh(world.home).numchild}"
        closed = make_index(fresh(world.home), title=f"Closed {count}", slug=slug)
        if count % 2:
            restrict(closed)
        else:
            restrict(closed, "groups").groups.add(group)
        alias(closed, world.home)
        alias(world.index, world.home, update_slug=f"open-{slug}")


def test_queries_do_not_grow_with_restrictions_and_aliases(client: Client, world: World) -> None:
    page = alias(world.article(world.index), world.home)
    approved_comment(page)
    member = Client()
    member.force_login(get_user_model().objects.create_user("member"))
    addresses = [
        f"{API}/articles/",
        f"{API}/articles/{page.pk}/",
        f"{API}/claims/?article={page.pk}",
        f"{API}/sources/",
        f"{API}/comments/?page={page.pk}",
        f"/comments/page/{page.pk}/",
        f"/comments/form/?page={page.pk}",
        world.index.get_url(),
        page.get_url(),
    ]
    counts: dict[int, list[int]] = {}
    there = 0
    for number in (1, 10, 100):
        with without_indexes():
            grow(world, number - there)
        there = number
        counts[number] = []
        for reader in (client, member):
            for address in addresses:
                reader.get(address, headers={"host": FIRST})  # Whatever is cached is cached now.
                with CaptureQueriesContext(connection) as queries:
                    assert reader.get(address, headers={"host": FIRST}).status_code == 200, address
                counts[number].append(len(queries))
    assert counts[10] == counts[1]
    assert counts[100] == counts[1]


@pytest.mark.parametrize(("is_member", "status"), [(True, 200), (False, 404)])
def test_a_group_passes_and_is_read_once_for_all_restrictions(
    client: Client, world: World, is_member: bool, status: int
) -> None:
    group = Group.objects.create(name="Readers")
    reader = get_user_model().objects.create_user("reader")
    reader.groups.set([group] if is_member else [])
    client.force_login(reader)
    closed: list[Any] = []
    counts = []
    for number in (1, 6):
        while len(closed) < number:
            closed.append(make_index(fresh(world.home)))
            restrict(closed[-1], "groups").groups.add(group)
        if number == 1:
            page = world.article(closed[0])
        client.get(world.index.get_url(), headers={"host": FIRST})  # Whatever is cached is cached now.
        with CaptureQueriesContext(connection) as queries:
            answer = client.get("/comments/form/", {"page": page.pk}, headers={"host": FIRST})
        assert answer.status_code == status
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_restrictions_are_read_once_a_request(world: World) -> None:
    restrict(world.index)
    request = RequestFactory().get("/", headers={"host": FIRST})
    assert anybody(request) is anybody(request)
    # Without a session cookie there is nobody to tell apart.
    assert visitor(request) is anybody(request)
    viewer = anybody(request)
    list(viewer.pages())
    with CaptureQueriesContext(connection) as queries:
        list(viewer.pages())
        list(viewer.see(viewer.pages()))
        assert not viewer.is_open_to_all(world.index)
    assert len(queries) == 2


def test_forty_restricted_pages_are_one_condition(world: World) -> None:
    with without_indexes():
        for number in range(40):
            restrict(make_index(fresh(world.home), slug=f"closed-{number}"))
    sql = str(Viewer(site=None).see(type(world.home).objects.all()).query)
    assert sql.count("LIKE") + sql.count(" IN (") <= 2


def test_without_a_site_there_is_nothing(world: World) -> None:
    assert not Viewer(site=None).pages().exists()
