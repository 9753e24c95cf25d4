"""The plugin in a site of its own: what a stranger who follows the how-to page ends up with."""

import re

import pytest

from tests.plugin.http_client import Answer, HttpClient
from tests.plugin.projects import PASSWORD, Project

STATEMENT = "Microneedling opens channels that a serum passes through."
COMMENT = "Which needle length was used in the trials?"


def log_in(site: str, user: str = "editor") -> HttpClient:
    """Return a client that is logged in to the admin, through its login form."""
    client = HttpClient(site)
    page = client.get("/admin/login/")
    answer = client.submit(page, page.form(method="post"), username=user, password=PASSWORD)
    assert answer.url == f"{site}/admin/", answer.text
    return client


def publish(editor: HttpClient, model: str, parent: str, **values: str) -> str:
    """Publish a page through the form of Wagtail's admin; return its id."""
    page = editor.get(f"/admin/pages/add/{model}/{parent}/")
    form = page.form(id="page-edit-form")
    answer = editor.submit(page, form, **values, **{"action-publish": "action-publish"})
    assert answer.url.endswith(f"/admin/pages/{parent}/"), answer.text
    return max(re.findall(r"/admin/pages/(\d+)/edit/", answer.text), key=int)


def approve_first(editor: HttpClient) -> Answer:
    """Approve the comment that waits, with the button in the moderators' list."""
    queue = editor.get("/admin/standfirst/comments/")
    return editor.submit(queue, queue.form(**{"class": "sf-comment-decisions"}), status="approved")


@pytest.mark.long
def test_from_article_to_approved_comment(project: Project, site: str) -> None:
    """An article is published, a reader comments, a moderator approves, and everyone sees it."""
    home = project.run(
        "python",
        "manage.py",
        "shell",
        "-v0",
        "-c",
        "from home.models import *; print(HomePage.objects.get().pk)",
    )
    editor = log_in(site)
    index = publish(editor, "standfirst_articles/articleindexpage", home, title="Articles", slug="articles")
    article = publish(
        editor,
        "standfirst_articles/articlepage",
        index,
        title="Microneedling",
        slug="microneedling",
        standfirst="What is known.",
        **{
            "body-count": "1",
            "body-0-deleted": "",
            "body-0-order": "0",
            "body-0-type": "claim",
            "body-0-id": "",
            "body-0-value-statement": STATEMENT,
            "body-0-value-certainty": "low",
            "body-0-value-direction": "supports",
            "body-0-value-citations-count": "0",
            "body-0-value-caveat": "",
        },
    )

    reader = HttpClient(site)
    page = reader.get("/articles/microneedling/")
    assert page.status == 200
    assert STATEMENT in page.text
    answer = reader.get(f"/api/v1/articles/{article}/")
    assert STATEMENT in answer.text
    assert reader.get("/api/v1/claims/").data["items"][0]["statement"] == STATEMENT

    revalidated = reader.get(f"/api/v1/articles/{article}/", If_None_Match=answer.headers["ETag"])
    assert revalidated.status == 304
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert reader.get("/api/v1/articles/?tga=x").data["code"] == "invalid"
    assert reader.get("/own-api/things/").data == {"things": []}
    assert reader.get("/own-api/things/?tga=x").status == 200
    assert reader.get("/api/v2/pages/").status == 200

    incomplete = {"comment": COMMENT, "email": "reader@example.org"}
    refused = reader.submit(page, page.form(id="comment-form"), **incomplete)
    assert refused.status == 422
    assert COMMENT in refused.text
    accepted = reader.submit(refused, refused.form(id="comment-form"), name="A reader")
    assert accepted.status == 200
    assert "moderation" in accepted.text
    comments = f"/api/v1/comments/?page={article}"
    assert reader.get(comments).data["items"] == []

    assert "Comments (1)" in editor.get("/admin/").text
    assert approve_first(editor).status == 200
    (comment,) = reader.get(comments).data["items"]
    assert (comment["author"]["name"], comment["body"]) == ("A reader", COMMENT)
    assert "reader@example.org" not in str(comment)
    assert COMMENT in reader.get("/articles/microneedling/").text
