"""The other how-to pages, each followed in a site that has nothing else of ours."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.plugin.conftest import NewSite
from tests.plugin.followed_docs import FileStep, read_steps
from tests.plugin.http_client import HttpClient
from tests.plugin.projects import Project, served
from tests.plugin.test_new_site import approve_first, log_in, publish

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
HOME = "from home.models import HomePage; print(HomePage.objects.get().pk)"
STATEMENT = "Cold water closes no pores."
COMMENT = "How cold was it?"
TABLES_LEFT = """
from django.db import connection
print([name for name in connection.introspection.table_names() if name.startswith("standfirst")])
"""

WITHOUT_PACKAGE = """
import os
import sys
from django.core.management import execute_from_command_line
sys.modules["standfirst"] = None
os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings.dev"
execute_from_command_line(sys.argv)
"""
COLUMNS_OF_STORIES = """
from django.db import connection
with connection.cursor() as cursor:
    columns = connection.introspection.get_table_description(cursor, "home_storypage")
print([column.name for column in columns])
"""
MAKE_ARTICLES = """
from home.models import HomePage
from standfirst.articles.models import ArticleIndexPage, ArticlePage
index = HomePage.objects.get().add_child(instance=ArticleIndexPage(title="Articles", slug="articles"))
index.add_child(instance=ArticlePage(title="One", slug="one", live=False)).save_revision().publish()
"""
DELETE_ARTICLES = """
from standfirst.articles.models import ArticleIndexPage, ArticlePage
from wagtail.models import Page
ArticleIndexPage.objects.get().delete()
print(Page.objects.filter(slug__in=["articles", "one"]).count() + ArticlePage.objects.count())
"""


@pytest.mark.parametrize(
    ("guide", "wanted", "unwanted"),
    [
        ("comments-only.md", "standfirst.comments", "standfirst.articles"),
        ("claims-on-your-page-type.md", "standfirst.articles", "standfirst.comments"),
    ],
)
def test_each_page_adds_one_app(guide: str, wanted: str, unwanted: str) -> None:
    """Neither page makes its reader install the app of the other."""
    steps = [step for step in read_steps(GUIDES / guide) if isinstance(step, FileStep)]
    (settings,) = [step.text for step in steps if step.path.endswith("base.py")]
    assert f'"{wanted}"' in settings
    assert f'"{unwanted}"' not in settings


@pytest.mark.long
def test_comments_on_a_page_type_of_the_site(new_site: NewSite) -> None:
    """A reader comments on the site's own home page, without articles and without any API."""
    project = new_site("comments-only.md")
    with served(project) as site:
        editor, reader = log_in(site), HttpClient(site)
        page = reader.get("/")
        assert "Leave a comment" in page.text
        assert "standfirst_comments/comments.css" in page.text
        refused = reader.submit(page, page.form(id="comment-form"), comment=COMMENT)
        assert refused.status == 422
        assert COMMENT in refused.text
        for asset in (
            "css/mysite.css",
            "standfirst_comments/comments.css",
            "standfirst_comments/comments.js",
        ):
            assert asset in refused.text  # The site's frame, and in it what the app puts there.
        accepted = reader.submit(
            refused, refused.form(id="comment-form"), name="A reader", email="reader@example.org"
        )
        assert accepted.status == 200
        assert accepted.url.startswith(f"{site}/comments/received/")
        assert "awaits moderation" in accepted.text
        assert COMMENT not in reader.get("/").text
        assert approve_first(editor).status == 200
        assert COMMENT in reader.get("/").text
    uninstall(project, ["standfirst_comments", "standfirst"])


def uninstall(project: Project, apps: Sequence[str]) -> None:
    """Take our apps out of the site again, as their page says: no table is left, and the site runs on."""
    for app in apps:
        project.run("python", "manage.py", "migrate", "--verbosity=0", app, "zero")
    shutil.rmtree(project.folder / "mysite")
    shutil.copytree(project.folder.parent.parent / "bare" / "mysite" / "mysite", project.folder / "mysite")
    project.run("python", "manage.py", "check")
    project.run("python", "manage.py", "migrate", "--verbosity=0")
    project.run("python", "manage.py", "remove_stale_contenttypes", "--noinput", "--include-stale-apps")
    assert project.shell(TABLES_LEFT) == "[]"
    # The site's own migrations stay, and need nothing of the package.
    for command in (["check"], ["migrate", "--check"], ["makemigrations", "--check"]):
        project.run("python", "-c", WITHOUT_PACKAGE, *command)
    with served(project) as site:
        assert "Leave a comment" not in HttpClient(site).get("/").text


@pytest.mark.long
def test_claims_on_a_page_type_of_the_site(new_site: NewSite) -> None:
    """An editor publishes a page of the site's own type with a claim, and it is shown, indexed and served."""
    project = new_site("claims-on-your-page-type.md")
    home = project.shell(HOME)
    with served(project) as site:
        story = publish(
            log_in(site),
            "home/storypage",
            home,
            title="Cold water",
            slug="cold-water",
            place="Reykjavík",
            standfirst="What is known.",
            **{
                "body-count": "1",
                "body-0-deleted": "",
                "body-0-order": "0",
                "body-0-type": "claim",
                "body-0-id": "",
                "body-0-value-statement": STATEMENT,
                "body-0-value-certainty": "moderate",
                "body-0-value-direction": "against",
                "body-0-value-citations-count": "0",
                "body-0-value-caveat": "",
            },
        )
        reader = HttpClient(site)
        page = reader.get("/cold-water/").text
        (claim,) = reader.get("/api/v1/claims/").data["items"]
        for shown in ("Reykjavík", STATEMENT, "Moderate certainty", f'id="claim-{claim["uid"]}"'):
            assert shown in page
        assert claim["statement"] == STATEMENT
        assert claim["article"]["id"] == int(story)
        (summary,) = reader.get("/api/v1/articles/").data["items"]
        assert (summary["title"], summary["claim_count"]) == ("Cold water", 1)
        assert reader.get(f"/api/v1/articles/{story}/").data["body"][0]["type"] == "claim"
    assert project.run("python", "manage.py", "standfirst_rebuild_claims", "--check")
    take_claims_out(project)
    uninstall(project, ["standfirst_articles", "standfirst"])
    assert "standfirst" not in project.shell(COLUMNS_OF_STORIES)
    with served(project) as site:
        page = HttpClient(site).get("/cold-water/").text
        assert "Reykjavík" in page
        assert STATEMENT not in page


def take_claims_out(project: Project) -> None:
    """Do to a page type of the site what the page says of the mixin; delete the pages of our own types."""
    home = project.folder / "home"
    project.shell(MAKE_ARTICLES)
    models = (home / "models.py").read_text()
    models = re.sub(r"^from standfirst.*\n", "", models, flags=re.MULTILINE)
    models = models.replace("(ArticleMixin, Page)", "(Page)")
    models = re.sub(r", \*ArticleMixin\.\w+\]", "]", models)
    assert "ArticleMixin" not in models
    (home / "models.py").write_text(models)
    (home / "own_fields.py").unlink()
    (home / "apps.py").write_text(
        "from django.apps import AppConfig\n\n\nclass HomeConfig(AppConfig):\n    name = 'home'\n"
    )
    (home / "templates" / "home" / "story_page.html").write_text("{{ page.title }}, {{ page.place }}\n")
    project.run("python", "manage.py", "makemigrations", "--verbosity=0", "home")
    project.run("python", "manage.py", "migrate", "--verbosity=0", "home")
    assert project.shell(DELETE_ARTICLES) == "0"


@pytest.mark.long
def test_comments_that_a_site_extends(new_site: NewSite) -> None:
    """A field and rules of the site's own, in the wheel as a stranger gets it."""
    project = new_site("comments-only.md", "extend-comments.md")
    project.run("python", "manage.py", "check", "--fail-level=ERROR")
    with served(project) as site:
        editor, reader = log_in(site), HttpClient(site)
        page = reader.get("/")
        assert "You write as" in page.text
        answers = {"name": "A reader", "email": "reader@example.org", "role": "patient"}
        refused = reader.submit(page, page.form(id="comment-form"), comment="Quack.", **answers)
        assert refused.status == 403
        assert "Please say it without that word." in refused.text
        accepted = reader.submit(refused, refused.form(id="comment-form"), comment=COMMENT)
        assert accepted.status == 200
        assert "A patient" in editor.get("/admin/standfirst/comments/").text
        assert approve_first(editor).status == 200
        assert "A patient" in reader.get("/").text
