"""The pages that ask for a password or an account, in the site's own style."""

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from articles.models import ArticleIndexPage
from cms.models import HomePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def private(home: HomePage) -> ArticleIndexPage:
    page = ArticleIndexPage(title="Secret plans", slug="private", search_description="What we intend")
    return home.add_child(instance=page)


def restrict(page: ArticleIndexPage, kind: str, password: str = "") -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password=password)


def read(response: HttpResponse) -> BeautifulSoup:
    """Return a page that asks to be let in, having checked what all of them have in common."""
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    text = response.content.decode()
    assert "Secret plans" not in text
    assert "What we intend" not in text
    soup = BeautifulSoup(text, "html.parser")
    assert soup.select_one('meta[name="robots"][content="noindex"]')
    assert len(soup.select("h1")) == 1
    assert soup.select_one(".site-name").get_text() == settings.WAGTAIL_SITE_NAME
    assert soup.select_one('link[href*="site/site"]')
    assert soup.select_one('main a[href="/"]')
    for field in soup.select("form input:not([type=hidden])"):
        assert soup.select_one(f'label[for="{field["id"]}"]')
        assert field["autocomplete"] in ("username", "current-password")
        for described in field.get("aria-describedby", "").split():
            assert soup.find(id=described)
    return soup


def test_a_page_asks_for_its_password_and_is_shown(client: Client, private: ArticleIndexPage) -> None:
    restrict(private, "password", "open sesame")
    form = read(client.get("/private/")).form
    back = form.select_one("[name=return_url]")["value"]
    wrong = read(client.post(form["action"], {"password": "wrong", "return_url": back}))
    assert "not correct" in wrong.select_one("[role=alert]").get_text()
    assert wrong.title.get_text().startswith("Error:")
    assert wrong.select_one("[name=password]")["aria-invalid"] == "true"
    assert wrong.select_one("[name=password]").get("value") is None
    assert wrong.select_one("[name=return_url]")["value"] == back
    right = client.post(form["action"], {"password": "open sesame", "return_url": back}, follow=True)
    assert "Secret plans" in right.content.decode()


def test_a_password_sent_without_the_way_back(client: Client, private: ArticleIndexPage) -> None:
    restrict(private, "password", "open sesame")
    action = read(client.get("/private/")).form["action"]
    assert read(client.post(action, {"password": "open sesame"})).select_one("[role=alert]")


def test_a_document_asks_for_its_password(client: Client) -> None:
    collection = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(
        collection=collection, restriction_type="password", password="open sesame"
    )
    document = get_document_model().objects.create(title="D", file="documents/d.txt", collection=collection)
    soup = read(client.get(document.url))
    assert "document" in soup.main.p.get_text()


def test_a_page_for_accounts_asks_to_log_in_and_is_shown(client: Client, private: ArticleIndexPage) -> None:
    restrict(private, "login")
    User.objects.create_user("ana", password="open sesame")
    form = read(client.get("/private/", follow=True)).form
    data = {"username": "ana", "password": "wrong", "next": form.select_one("[name=next]")["value"]}
    wrong = read(client.post(form["action"], data))
    assert wrong.select_one("[role=alert]")
    assert wrong.select_one("[name=username]")["value"] == "ana"
    assert wrong.select_one("[name=next]")["value"] == "/private/"
    right = client.post(form["action"], {**data, "password": "open sesame"}, follow=True)
    assert "Secret plans" in right.content.decode()


def test_fields_left_empty_are_named(client: Client, private: ArticleIndexPage) -> None:
    soup = read(client.post(reverse("wagtailcore_login"), {"next": "/private/"}))
    assert len(soup.select(".access-form__error")) == 2


def test_an_account_that_may_not_read_the_page_is_told(client: Client, private: ArticleIndexPage) -> None:
    restrict(private, "groups")
    client.force_login(User.objects.create_user("ana"))
    assert "may not read this page" in read(client.get("/private/", follow=True)).main.get_text()
