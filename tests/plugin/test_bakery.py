"""A site with models, blocks and templates of its own takes Standfirst up: see ``bakery_site``."""

import json
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import find_chromium
from tests.plugin.bakery_site import MODERATOR, OWNER, READER
from tests.plugin.conftest import GUIDES, ROOT
from tests.plugin.http_client import Answer, HttpClient
from tests.plugin.projects import PASSWORD, Project, served
from tests.plugin.test_new_site import approve_first, log_in

pytestmark = pytest.mark.long
TIMES = 4
DECIDING_SECONDS = 120
STATEMENT = "Salt slows wild yeast down."
REWORDED = "Salt slows wild yeast down a little."
BLOG = "print(__import__('bakery.blog.models').blog.models.BlogIndexPage.objects.get().pk)"
REPUBLISH = """
from bakery.blog.models import BlogPage
BlogPage.objects.get(slug="wild-yeast").save_revision().publish()
from bakery.base.models import CustomRendition
print(sorted(CustomRendition.objects.values_list("filter_spec", flat=True)))
"""
CHECKS = """
from django.core.management import call_command
call_command("makemigrations", check_changes=True, dry_run=True)
call_command("standfirst_rebuild_claims", check=True)
call_command("standfirst_recount_discussions", check=True)
"""
# Who decided about the comments, in order.
DECISIONS = """
from standfirst.comments.models import ModerationEntry
print(*ModerationEntry.objects.values_list("to_status", "actor__email", "actor__trade"))
"""


@pytest.fixture(scope="module")
def site(bakery: Project) -> Iterator[str]:
    with served(bakery) as address:
        yield address


def claim(block_id: str = "", **values: str) -> dict[str, str]:
    """Return the fields of the form for a body of a paragraph and a claim of the bakery's own blog."""
    return {
        "body-count": "2",
        "body-0-deleted": "",
        "body-0-order": "1" if block_id else "0",
        "body-0-type": "block_quote",
        "body-0-id": "",
        "body-0-value-text": "Be patient.",
        "body-0-value-attribute_name": "A. Crumb",
        "body-1-deleted": "",
        "body-1-order": "0" if block_id else "1",
        "body-1-type": "claim",
        "body-1-id": block_id,
        "body-1-value-statement": STATEMENT,
        "body-1-value-certainty": "low",
        "body-1-value-direction": "against",
        "body-1-value-citations-count": "0",
        "body-1-value-caveat": "",
        **values,
    }


def publish(editor: HttpClient, address: str, **values: str) -> Answer:
    """Publish a page with the form of Wagtail's admin at an address."""
    page = editor.get(address)
    answer = editor.submit(
        page, page.form(id="page-edit-form"), **values, **{"action-publish": "action-publish"}
    )
    assert re.search(r"/admin/pages/\d+/$", answer.url), answer.text
    return answer


@pytest.fixture(scope="module")
def published_claim(bakery: Project, site: str) -> dict[str, Any]:
    """Return what the API says of the claim on a new page of the blog, at /blog/salt/."""
    address = f"/admin/pages/add/blog/blogpage/{bakery.shell(BLOG)}/"
    publish(log_in(site, OWNER), address, title="Salt", slug="salt", **claim())
    (indexed,) = [
        item
        for item in HttpClient(site).get("/api/v1/claims/").data["items"]
        if item["statement"] == STATEMENT
    ]
    return dict(indexed)


def assert_in_frame(answer: Answer) -> None:
    """Fail unless a page has the header and the footer of the bakery, once."""
    assert answer.status == 200, answer.url
    for mark in ('class="bakery-header"', "Baked since 1891"):
        assert answer.text.count(mark) == 1, answer.url


def comment(site: str, name: str) -> list[Answer]:
    """Read a page and comment on it, several times."""
    reader, answers = HttpClient(site), []
    for number in range(TIMES):
        page = reader.get("/blog/rye-and-wheat/")
        words = {"comment": f"{name} {number}", "name": name, "email": f"{name}@example.org"}
        answers += [page, reader.submit(page, page.form(id="comment-form"), **words)]
    return answers


def decide(site: str) -> list[Answer]:
    """Approve what waits until all comments of the two readers are on the page."""
    moderator, answers = log_in(site, MODERATOR), []
    deadline = time.monotonic() + DECIDING_SECONDS
    while time.monotonic() < deadline:
        with suppress(LookupError):  # Nothing waits at the moment.
            answers.append(approve_first(moderator))
        answers.append(moderator.get("/blog/rye-and-wheat/"))
        if answers[-1].text.count('class="sf-comment-text"') == 2 * TIMES:
            return answers
    pytest.fail("Not all comments have come.")


def edit(site: str, slug: str, blog: str) -> list[Answer]:
    """Make a page of the blog, and publish it again several times."""
    owner = log_in(site, OWNER)
    publish(owner, f"/admin/pages/add/blog/blogpage/{blog}/", title=slug, slug=slug, **claim())
    (page,) = [item for item in owner.get("/api/v1/articles/").data["items"] if item["slug"] == slug]
    return [
        publish(
            owner,
            f"/admin/pages/{page['id']}/edit/",
            **{**claim(), "body-1-value-statement": f"{slug} {number}"},
        )
        for number in range(TIMES)
    ]


def at_once(*acts: Callable[[], list[Answer]]) -> list[Answer]:
    """Do several things at the same time; return all answers."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [answer for answers in pool.map(lambda act: act(), acts) for answer in answers]


def test_what_was_there_goes_on(site: str) -> None:
    """Old pages look as before; those of the type with claims are in the API, with their own fields."""
    reader = HttpClient(site)
    for address in ("/", "/blog/", "/blog/wild-yeast/", "/mill/"):
        assert_in_frame(reader.get(address))
    page = reader.get("/blog/wild-yeast/").text
    for own in (
        '<p class="bakery-subtitle">Part 1</p>',
        "By Ada Crumb",
        'class="bakery-quote"',
        "<li>Bread</li>",
    ):
        assert own in page
    old = [item for item in reader.get("/api/v1/articles/").data["items"] if item["subtitle"]]
    assert [(item["type"], item["title"], item["subtitle"], item["date_published"]) for item in old] == [
        ("blog_summary", "Rye and wheat", "Part 2", "2019-02-02"),
        ("blog_summary", "Wild yeast", "Part 1", "2019-02-01"),
    ]
    for item in old:
        assert item["standfirst"] == "What a starter does."
        assert [author["name"] for author in item["authors"]] == ["Ada Crumb"]
        assert [tag["slug"] for tag in item["tags"]] == ["bread", "yeast"]
    found = reader.get("/api/v1/articles/?author=crumb&tag=BREAD").data["items"]
    assert [item["title"] for item in found] == ["Rye and wheat", "Wild yeast"]
    assert reader.get("/api/v1/articles/?author=nobody").data["items"] == []
    body = reader.get(f"/api/v1/articles/{old[1]['id']}/").data["body"]
    assert [(block["type"], block["block_type"]) for block in body] == [
        ("custom", name) for name in ("heading_block", "paragraph_block", "image_block", "block_quote")
    ]


def test_a_claim_among_the_blocks_of_the_site(
    bakery: Project, site: str, published_claim: dict[str, Any]
) -> None:
    """It keeps its id when it is moved and reworded; readers comment on it, and users of the site decide."""
    reader, indexed = HttpClient(site), published_claim
    number = indexed["article"]["id"]
    (_, block) = reader.get(f"/api/v1/articles/{number}/").data["body"]
    edited = claim(block["id"], **{"body-1-value-statement": REWORDED})
    publish(log_in(site, OWNER), f"/admin/pages/{number}/edit/", **edited)
    page = reader.get("/blog/salt/")
    assert_in_frame(page)
    assert f'id="claim-{indexed["uid"]}"' in page.text
    again = reader.get(f"/api/v1/claims/{indexed['uid']}/").data
    assert (again["uid"], again["statement"]) == (indexed["uid"], REWORDED)
    assert [block["type"] for block in reader.get(f"/api/v1/articles/{number}/").data["body"]] == [
        "claim",
        "custom",
    ]

    form = reader.get(f"/comments/form/?page={number}&anchor={again['uid']}")
    assert_in_frame(form)
    assert REWORDED in form.text
    words = {"comment": "How much salt?", "email": "visitor@example.org"}
    refused = reader.submit(form, form.form(id="comment-form"), **words)
    assert (refused.status, "Baked since 1891" in refused.text) == (422, True)
    assert_in_frame(reader.submit(refused, refused.form(id="comment-form"), name="A visitor"))
    member = HttpClient(site)
    page = member.get("/admin/login/")  # The admin refuses them, but they are logged in.
    member.submit(page, page.form(method="post"), username=READER, password=PASSWORD)
    page = member.get("/blog/salt/")
    words = {"comment": "I bake without.", "email": READER, "name": "Rita"}
    assert_in_frame(member.submit(page, page.form(id="comment-form"), **words))

    moderator = log_in(site, MODERATOR)
    for _ in range(2):
        assert approve_first(moderator).status == 200
    comments = reader.get(f"/api/v1/comments/?page={number}").data["items"]
    assert {(comment["author"]["name"], comment["body"]) for comment in comments} == {
        ("A visitor", "How much salt?"),
        ("Rita", "I bake without."),
    }
    about = reader.get(f"/api/v1/comments/?page={number}&anchor={again['uid']}").data["items"]
    assert [comment["body"] for comment in about] == ["How much salt?"]
    assert bakery.shell(DECISIONS).count(f"'{MODERATOR}', 'miller'") == 2


def test_comments_on_a_page_type_without_claims(site: str) -> None:
    reader = HttpClient(site)
    page = reader.get("/mill/")
    words = {"comment": "When do you open?", "name": "Rita", "email": READER}
    assert_in_frame(reader.submit(page, page.form(id="comment-form"), **words))
    assert approve_first(log_in(site, MODERATOR)).status == 200
    assert "When do you open?" in reader.get("/mill/").text


def test_the_pictures_of_the_image_model(bakery: Project, site: str) -> None:
    """Publishing makes renditions of the site's own model, which the API names and the site serves."""
    reader = HttpClient(site)
    (item,) = [item for item in reader.get("/api/v1/articles/").data["items"] if item["slug"] == "wild-yeast"]
    assert "'width-800'" in bakery.shell(REPUBLISH)
    picture = reader.get(f"/api/v1/articles/{item['id']}/").data["lead_image"]["picture"]
    assert [variant["width"] for variant in picture["variants"]] == [480, 800, 1200]
    for variant in picture["variants"]:
        answer = reader.get(urlsplit(variant["url"]).path)  # The host is that of Wagtail's site.
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_screen_of_the_admin_opens(site: str) -> None:
    """Those of the menu, and those of ours that they lead to; the editor of each page."""
    owner = log_in(site, OWNER)
    menu = set(re.findall(r'"url": "(/admin/[^"]*)"', owner.get("/admin/").text)) - {"/admin/logout/"}
    assert "/admin/standfirst/comments/" in menu
    screens = {address: owner.get(address) for address in sorted({*menu, "/admin/snippets/base/person/"})}
    further = {
        address
        for screen in screens.values()
        for address in re.findall(r'href="(/admin/[^"?#]*)"', screen.text)
        if re.match(r"/admin/(?!bulk/).*standfirst|/admin/pages/\d+/", address)
    }
    assert len(further) > 5
    screens |= {address: owner.get(address) for address in sorted(further - set(screens))}
    assert {screen.url: screen.status for screen in screens.values() if screen.status != 200} == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("published_claim")
def test_a_dark_browser_on_a_light_site(site: str, not_run: Callable[[str], None]) -> None:
    """The bakery says nothing of dark colours, so it is light whatever a reader prefers, and so are we."""
    if not find_chromium():
        not_run("there is no Chromium on this machine (on Debian: apt-get install chromium)")
    addresses = [f"{site}/blog/salt/", f"{site}/mill/"]
    command = [sys.executable, "-m", "tests.plugin.look_in_the_dark", *addresses]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {address: [] for address in addresses}


def test_two_processes_write_at_once(bakery: Project, site: str) -> None:
    """No reader and no moderator sees an error: on SQLite with deferred transactions, as on PostgreSQL."""
    with served(bakery) as second:
        answers = at_once(
            lambda: comment(site, "Anna"),
            lambda: comment(second, "Berta"),
            lambda: decide(site),
            lambda: decide(second),
        )
    assert {answer.status for answer in answers} == {200}


def test_two_processes_publish_at_once(bakery: Project) -> None:
    """Where transactions begin as the installation page says, editors don't see an error, either."""
    if "PGDATABASE" not in bakery.variables:
        with (bakery.folder / "bakery" / "settings" / "base.py").open("a", encoding="utf-8") as file:
            file.write(settings_of_the_page())
    blog = bakery.shell(BLOG)
    with served(bakery) as first, served(bakery) as second:
        answers = at_once(
            lambda: comment(first, "Clara"),
            lambda: edit(first, "pepper", blog),
            lambda: edit(second, "thyme", blog),
        )
    assert {answer.status for answer in answers} == {200}


def settings_of_the_page() -> str:
    """Return what the installation page says about SQLite."""
    page = (GUIDES / "install-the-plugin.md").read_text(encoding="utf-8")
    found = re.search(
        r'^    DATABASES\["default"\]\["OPTIONS"\] = \{\n.*?^    \}\n', page, re.MULTILINE | re.DOTALL
    )
    assert found
    return textwrap.dedent(found[0])


def test_nothing_is_left_to_do(bakery: Project) -> None:
    bakery.shell(CHECKS)
