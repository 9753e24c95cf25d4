"""Pages in two languages, as lists, menus and links between them show them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.visibility.conftest import FIRST, SECOND, World, alias, fresh

API = "/api/v1"
ROOT = Path(__file__).parent.parent.parent


def get(client: Client, address: str, *, host: str = FIRST, **query: Any) -> Any:
    return client.get(address, query, headers={"host": host})


def ids(answer: Any) -> list[int]:
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.django_db
class TestLists:
    @pytest.fixture
    def pair(self, world: World) -> tuple[Any, Any]:
        english = world.article(world.index)
        german = english.copy_for_translation(world.german_home.locale)
        german.latest_revision.publish()
        return english, fresh(german)

    def test_one_language_at_a_time(self, client: Client, pair: tuple[Any, Any]) -> None:
        english, german = pair
        assert ids(get(client, f"{API}/articles/")) == [english.pk]
        assert ids(get(client, f"{API}/articles/", locale="en-gb")) == [english.pk]
        assert ids(get(client, f"{API}/articles/", locale="de")) == [german.pk]
        assert ids(get(client, f"{API}/articles/", parent=german.get_parent().pk)) == [german.pk]
        assert ids(get(client, f"{API}/articles/", parent=german.get_parent().pk, locale="en-gb")) == []
        claims = get(client, f"{API}/claims/", locale="de").json()["items"]
        assert [(claim["locale"], claim["article"]["id"]) for claim in claims] == [("de", german.pk)]
        assert [claim["locale"] for claim in get(client, f"{API}/claims/").json()["items"]] == ["en-gb"]
        (claim,) = get(client, f"{API}/claims/", article=german.pk).json()["items"]
        assert claim["locale"] == "de"

    @pytest.mark.parametrize("path", ["/articles/", "/claims/", "/sources/"])
    def test_an_unknown_language_is_refused(self, client: Client, world: World, path: str) -> None:
        answer = get(client, f"{API}{path}", locale="fr")
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {
                "loc": ["query", "locale"],
                "code": "unknown_locale",
                "msg": "The site has no such language.",
            }
        ]

    def test_translations_name_each_other(self, client: Client, pair: tuple[Any, Any]) -> None:
        english, german = pair
        (item,) = get(client, f"{API}/articles/").json()["items"]
        detail = get(client, f"{API}/articles/{german.pk}/").json()
        assert item["path"] == "/index/finding/"
        assert detail["path"] == "/de/index/finding/"
        assert (item["locale"], detail["locale"]) == ("en-gb", "de")
        assert item["translations"] == [
            {
                "type": "translation",
                "locale": "de",
                "id": german.pk,
                "title": german.title,
                "url": f"http://{FIRST}/de/index/finding/",
                "path": "/de/index/finding/",
            }
        ]
        assert [other["id"] for other in detail["translations"]] == [english.pk]
        german.unpublish()
        assert get(client, f"{API}/articles/{english.pk}/").json()["translations"] == []

    def test_so_do_translated_claims(self, client: Client, pair: tuple[Any, Any]) -> None:
        _english, german = pair
        (claim,) = get(client, f"{API}/claims/").json()["items"]
        (other,) = get(client, f"{API}/claims/", locale="de").json()["items"]
        assert claim["translations"] == [
            {
                "type": "claim_translation",
                "locale": "de",
                "uid": other["uid"],
                "path": f"/de/index/finding/#claim-{other['uid']}",
                "url": f"http://{FIRST}/de/index/finding/#claim-{other['uid']}",
            }
        ]
        assert [item["uid"] for item in other["translations"]] == [claim["uid"]]
        assert get(client, f"{API}/claims/{claim['uid']}/").json() == claim
        german.unpublish()
        (alone,) = get(client, f"{API}/claims/").json()["items"]
        assert alone["translations"] == []

    def test_sources_of_one_language(self, client: Client, pair: tuple[Any, Any]) -> None:
        _english, german = pair
        (source,) = get(client, f"{API}/sources/").json()["items"]
        assert source["claim_count"] == 2
        assert get(client, f"{API}/sources/", locale="de").json()["items"] == [source]
        german.unpublish()
        assert ids(get(client, f"{API}/sources/")) == [source["id"]]
        assert ids(get(client, f"{API}/sources/", locale="de")) == []

    def test_both_paths_resolve(self, client: Client, pair: tuple[Any, Any]) -> None:
        for page, path in zip(pair, ("/index/finding/", "/de/index/finding/"), strict=True):
            assert get(client, f"{API}/resolve/", path=path).json()["id"] == page.pk
            assert get(client, path).status_code == 200

    def test_each_language_has_its_menu_and_lists(self, client: Client, pair: tuple[Any, Any]) -> None:
        for index, other in ((pair[0].get_parent(), pair[1]), (pair[1].get_parent(), pair[0])):
            index.show_in_menus = True
            index.save()
            assert f'href="{other.get_url()}"' not in get(client, index.get_url()).content.decode()
        german = get(client, "/de/").content.decode()
        assert 'href="/de/index/"' in german
        assert 'href="/index/"' not in german
        assert '<a class="site-name" href="/de/">' in german
        assert 'href="/index/"' in get(client, "/").content.decode()

    def test_the_address_alone_chooses_the_language(self, client: Client, world: World) -> None:
        client.cookies["django_language"] = "de"
        answer = client.get("/", headers={"host": FIRST, "accept-language": "de"})
        assert "Accept-Language" not in answer.get("Vary", "")
        assert 'lang="de"' not in answer.content.decode().partition("<body")[0]


@pytest.mark.django_db
def test_what_is_on_another_site_has_that_sites_addresses(client: Client, world: World) -> None:
    copy = alias(world.article(world.index), world.second_index)
    (claim,) = get(client, f"{API}/claims/", host=SECOND).json()["items"]
    assert claim["url"].startswith(f"http://{SECOND}/index/{copy.slug}/#claim-")
    assert claim["article"]["id"] == copy.pk
    (source,) = get(client, f"{API}/sources/", host=SECOND).json()["items"]
    assert source["claim_count"] == 1


CHECK = """
import json, django
django.setup()
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page
with translation.override("de"):
    path = reverse("wagtail_serve", args=["a/"])
print(json.dumps([settings.WAGTAIL_I18N_ENABLED, settings.WAGTAIL_CONTENT_LANGUAGES, path]))
"""


def run_project(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STANDFIRST_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "cms.settings",
        "STANDFIRST_SECRET_KEY": "key",
        "STANDFIRST_DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-c", CHECK],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class TestVariable:
    def test_turns_languages_on(self, tmp_path: Path) -> None:
        answer = run_project(tmp_path, STANDFIRST_LANGUAGES="en-gb,de")
        assert json.loads(answer.stdout or "null") == [
            True,
            [["en-gb", "British English"], ["de", "German"]],
            "/de/a/",
        ], answer.stderr

    def test_is_off_with_one(self, tmp_path: Path) -> None:
        answer = run_project(tmp_path)
        assert json.loads(answer.stdout or "null") == [False, [["en-gb", "British English"]], "/a/"]

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [("en-gb,xx", "names 'xx', which Django does not know"), ("de,fr", "lacks 'en-gb'")],
    )
    def test_says_what_is_wrong(self, tmp_path: Path, value: str, sentence: str) -> None:
        answer = run_project(tmp_path, STANDFIRST_LANGUAGES=value)
        assert answer.returncode
        assert sentence in answer.stderr
