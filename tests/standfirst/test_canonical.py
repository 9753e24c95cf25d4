"""Where pages are for the public: on the host of their site, or on the frontend that draws it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from wagtail.models import Page, Site

from articles.models import ArticlePage
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, submit_comment
from standfirst.canonical import PublicAddresses, canonical_url
from standfirst.models import FrontendSettings
from tests.articles.builders import claim_block, make_article

pytestmark = pytest.mark.django_db

FRONTEND = "https://www.example.org"


@pytest.fixture
def site() -> Site:
    site = Site.objects.get()
    site.hostname, site.port = "cms.example.org", 443
    site.save()
    return site


@pytest.fixture
def frontend(site: Site) -> str:
    FrontendSettings.objects.create(site=site, base_url=f"{FRONTEND}/")
    return FRONTEND


def discussed_article() -> tuple[ArticlePage, Comment]:
    """Return an article, and a comment that is shown under it."""
    page = make_article(slug="discussed")
    comment = submit_comment(page=page, body="Words", author_name="Ada", author_email="ada@example.org")
    set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
    return page, comment


def get(client: Client, path: str, host: str = "cms.example.org") -> Any:
    response = client.get(f"/api/v1{path}", headers={"Host": host})
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture(autouse=True)
def any_host(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]


class TestWithoutFrontend:
    @pytest.mark.parametrize("host", ["cms.example.org", "internal", "internal:8080"])
    def test_addresses_are_those_of_the_site_whatever_host_was_asked(
        self, client: Client, site: Site, host: str
    ) -> None:
        page = make_article(slug="needling", body=[claim_block("It helps.")])
        detail = get(client, f"/articles/{page.pk}/", host)
        assert (detail["path"], detail["url"]) == ("/needling/", "https://cms.example.org/needling/")
        (claim,) = get(client, "/claims/", host)["items"]
        assert claim["url"] == f"https://cms.example.org/needling/#claim-{claim['uid']}"
        assert claim["path"] == f"/needling/#claim-{claim['uid']}"
        found = get(client, "/resolve/?path=/needling/", host)
        assert found["url"] == "https://cms.example.org/needling/"

    def test_the_way_on_is_where_the_api_was_reached(self, client: Client, site: Site) -> None:
        for _ in range(2):
            make_article()
        assert get(client, "/articles/?limit=1", "internal")["next"].startswith("http://internal/api/v1/")


class TestWithFrontend:
    def test_pages_are_there_and_forms_on_the_site(self, client: Client, frontend: str) -> None:
        discussed, comment = discussed_article()
        detail = get(client, f"/articles/{discussed.pk}/")
        assert (detail["path"], detail["url"]) == ("/discussed/", f"{frontend}/discussed/")
        (item,) = get(client, f"/comments/?page={discussed.pk}")["items"]
        assert item["page"]["url"] == f"{frontend}/discussed/"
        assert item["url"] == f"{frontend}/discussed/#comment-{comment.uid}"
        assert item["path"] == f"/discussed/#comment-{comment.uid}"
        form = get(client, f"/comments/form/?page={discussed.pk}")
        assert form["submit_url"] == "http://cms.example.org/api/v1/comments/"

    def test_permanent_addresses_of_comments_lead_there(self, client: Client, frontend: str) -> None:
        _page, comment = discussed_article()
        response = client.get(f"/comments/comment/{comment.uid}/", headers={"Host": "cms.example.org"})
        assert (response.status_code, response["Location"]) == (
            302,
            f"{frontend}/discussed/#comment-{comment.uid}",
        )

    def test_so_do_canonical_links(self, frontend: str) -> None:
        page = make_article(slug="needling")
        assert canonical_url(page) == f"{frontend}/needling/"
        request = RequestFactory().get("/", headers={"Host": "cms.example.org"})
        assert canonical_url(page, request=request, query="?page=2") == f"{frontend}/needling/?page=2"

    def test_it_may_be_below_a_path(self, client: Client, site: Site) -> None:
        FrontendSettings.objects.create(site=site, base_url="https://www.example.org/science")
        page = make_article(slug="needling")
        detail = get(client, f"/articles/{page.pk}/")
        assert (detail["path"], detail["url"]) == (
            "/needling/",
            "https://www.example.org/science/needling/",
        )

    def test_a_site_that_serves_no_pages_has_paths_all_the_same(
        self, client: Client, frontend: str, settings: Any
    ) -> None:
        settings.ROOT_URLCONF = "tests.standfirst.urls_without_pages"
        page = make_article(slug="needling")
        detail = client.get(f"/api/v1/articles/{page.pk}/", headers={"Host": "cms.example.org"}).json()
        assert (detail["path"], detail["url"]) == ("/needling/", f"{frontend}/needling/")
        found = client.get("/api/v1/resolve/?path=/needling/", headers={"Host": "cms.example.org"}).json()
        assert found["id"] == page.pk

    def test_each_site_has_its_own(self, client: Client, frontend: str) -> None:
        root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
        Site.objects.create(hostname="other.example.org", root_page=root)
        page = make_article(parent=root, slug="elsewhere")
        detail = get(client, f"/articles/{page.pk}/", "other.example.org")
        assert detail["url"] == "http://other.example.org/elsewhere/"

    def test_costs_one_query(self, frontend: str, django_assert_num_queries: Any) -> None:
        pages = [make_article() for _ in range(10)]
        request = RequestFactory().get("/", headers={"Host": "cms.example.org"})
        addresses = PublicAddresses(request)
        addresses.of_page(pages[0])
        with django_assert_num_queries(0):
            assert len({addresses.of_page(page).url for page in pages}) == 10


class TestTheSetting:
    @pytest.mark.parametrize(
        "address",
        ["www.example.org", "ftp://x.org", "https://a@example.org", "https://x.org/?a", "https://x.org/#a"],
    )
    def test_what_is_no_address_of_pages_is_refused(self, site: Site, address: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            FrontendSettings(site=site, base_url=address).full_clean()
        assert set(refusal.value.message_dict) == {"base_url"}

    @pytest.mark.parametrize("address", ["", "https://www.example.org", "http://localhost:3000/blog/"])
    def test_other_addresses_are_taken(self, site: Site, address: str) -> None:
        FrontendSettings(site=site, base_url=address).full_clean()

    def test_it_is_edited_in_the_admin(self, admin_client: Client, site: Site) -> None:
        address = f"/admin/settings/standfirst/frontendsettings/{site.pk}/"
        page = admin_client.get(address)
        assert (page.status_code, b"address of the frontend" in page.content.lower()) == (200, True)
        admin_client.post(address, {"base_url": FRONTEND})
        assert FrontendSettings.objects.get().base_url == FRONTEND
