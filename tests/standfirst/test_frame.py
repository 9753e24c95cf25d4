"""What is read once a request, and that the site is the one that Wagtail would choose."""

from itertools import combinations

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from standfirst.frame import Frame, frame_of
from standfirst.visibility import anybody, find_site

pytestmark = pytest.mark.django_db

SITES = [
    ("one.example", 80, True),
    ("one.example", 8080, False),
    ("two.example", 80, False),
    ("two.example", 81, False),
]
HOSTS = ["one.example", "one.example:8080", "one.example:9", "two.example", "two.example:82", "else.example"]


@pytest.mark.parametrize("chosen", [c for n in range(1, 5) for c in combinations(SITES, n)])
@pytest.mark.parametrize("with_default", [True, False])
def test_the_site_is_the_one_that_wagtail_chooses(
    chosen: tuple[tuple[str, int, bool], ...], with_default: bool
) -> None:
    root = Site.objects.get().root_page
    Site.objects.all().delete()
    for host, port, is_default in chosen:
        Site.objects.create(
            hostname=host, port=port, root_page=root, is_default_site=is_default and with_default
        )
    for host in HOSTS:
        request = RequestFactory().get("/", headers={"host": host})
        assert Frame().find_site(request) == Site._find_for_request(request), host


def test_all_of_it_costs_one_query() -> None:
    request = RequestFactory().get("/", headers={"host": "localhost"})
    with CaptureQueriesContext(connection) as queries:
        frame = frame_of(request)
        assert frame.sites
        assert frame.locales
        assert not frame.frontends
        assert not frame.restrictions
        assert not frame.has_aliases
        assert find_site(request) == anybody(request).site
        assert Site.find_for_request(request) is find_site(request)
        assert frame.sites[0].root_page.locale.language_code
    assert len(queries) == 1


def test_the_roots_of_sites_are_those_that_wagtail_finds() -> None:
    root = Site.objects.get().root_page
    Site.objects.create(hostname="b.example", port=80, root_page=root)
    Site.objects.create(hostname="a.example", port=80, root_page=root.get_root())
    Site.clear_site_root_paths_cache()
    assert Frame().root_paths == Site.get_site_root_paths()
