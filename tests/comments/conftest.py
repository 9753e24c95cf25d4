"""What the tests of the comments app share: a plain page, a quick hand for comments, and an API."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import Page, Site

from comments.enums import Status
from comments.models import Comment, Discussion
from comments.services import set_comment_status, submit_comment

MakePage = Callable[..., Page]
MakeComment = Callable[..., Comment]

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
# Fixed: test ids must be the same in every worker process.
NO_SUCH_UID = "5b3714f8-f620-4e56-b6da-4bb74f6cdc85"


@pytest.fixture(autouse=True)
def own_urls(settings: Any) -> None:
    """Run with only what a site that adopts comments alone would mount."""
    settings.ROOT_URLCONF = "tests.comments.urls"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 0
    settings.STANDFIRST_COMMENTS_PAGE_TYPES = ["wagtailcore.Page"]


@pytest.fixture
def root_page(db: None) -> Page:
    """Return the front page of the site."""
    return Site.objects.get(is_default_site=True).root_page


@pytest.fixture
def make_page(root_page: Page) -> MakePage:
    """Return a function that makes a page of Wagtail's own plain type, live unless told otherwise."""

    def make(title: str = "A page", **fields: Any) -> Page:
        parent = Page.objects.get(pk=fields.pop("parent", root_page).pk)
        return parent.add_child(instance=Page(title=title, **fields))

    return make


@pytest.fixture
def plain_page(make_page: MakePage) -> Page:
    """Return a live page with no comments."""
    return make_page("The page", slug="the-page")


@pytest.fixture
def make_comment(plain_page: Page) -> MakeComment:
    """Return a function that submits a comment, and gives it a status where that is not "pending"."""
    number = 0

    def make(
        body: str = "", *, on: Page | None = None, status: Status = Status.PENDING, **fields: Any
    ) -> Comment:
        nonlocal number
        number += 1
        parent: Comment | None = fields.pop("parent", None)
        values: dict[str, Any] = {
            "author_name": f"Reader {number}",
            "author_email": f"reader{number}@example.org",
            "parent_uid": parent.uid if parent else None,
            **fields,
        }
        comment = submit_comment(page=on or plain_page, body=body or f"Comment number {number}.", **values)
        if status != Status.PENDING:
            set_comment_status(uids=[comment.uid], status=status, actor=None)
        comment.refresh_from_db()
        return comment

    return make


@pytest.fixture
def approved(make_comment: MakeComment) -> MakeComment:
    """Return a function that makes an approved comment."""

    def make(body: str = "", **fields: Any) -> Comment:
        return make_comment(body, status=Status.APPROVED, **fields)

    return make


@pytest.fixture
def form_data(plain_page: Page) -> dict[str, str]:
    """Return what a reader who fills in everything sends."""
    return {
        "comment": "The dose is missing.",
        "name": "Ada Byron",
        "email": "ada@example.org",
        "website": "https://ada.example.org/",
        "page": str(plain_page.pk),
        "parent": "",
        "anchor": "",
    }


@pytest.fixture
def json_data(form_data: dict[str, str], plain_page: Page) -> dict[str, Any]:
    """Return the same comment as a program sends it."""
    return {**form_data, "page": plain_page.pk, "parent": None}


@pytest.fixture
def post(client: Client) -> Callable[..., Any]:
    """Return a function that sends the form as a browser on the site does."""

    def send(data: dict[str, Any], **options: Any) -> Any:
        headers = {**SAME_ORIGIN, **options.pop("headers", {})}
        return client.post("/comments/post/", data, headers=headers, **options)

    return send


@pytest.fixture
def post_json(client: Client) -> Callable[..., Any]:
    """Return a function that sends a comment to the API."""

    def send(data: Any, **options: Any) -> Any:
        return client.post("/api/comments/", data, content_type="application/json", **options)

    return send


@pytest.fixture
def moderator_client(db: None) -> Client:
    """Return the browser of a member of Wagtail's Moderators group."""
    user = get_user_model().objects.create_user("moderator", "moderator@example.org", "secret")
    user.groups.add(Group.objects.get(name="Moderators"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor_client(db: None) -> Client:
    """Return the browser of somebody who may enter the admin, but moderates nothing."""
    user = get_user_model().objects.create_user("editor", "editor@example.org", "secret")
    user.groups.add(Group.objects.get(name="Editors"))
    client = Client()
    client.force_login(user)
    return client


def uids_in(payload: dict[str, Any]) -> list[UUID]:
    """Return the uids of the items of an API list."""
    return [UUID(item["uid"]) for item in payload["items"]]


def insert_comments(page: Page, number: int) -> None:
    """Store approved comments in threads of five, without the services' many small steps."""
    discussion, _ = Discussion.objects.get_or_create(page=page)
    comments: list[Comment] = []
    for index in range(number):
        comment = Comment(
            discussion=discussion, status=Status.APPROVED, author_name="Ada", author_email="ada@example.org"
        )
        comment.body = f"Comment {index}"
        comment.anchor = "part-1"
        root = comments[index - index % 5] if index % 5 else None
        comment.path = (root.path if root else "") + comment.uid.hex
        comment.depth = 1 if root else 0
        comment.parent = root
        comment.save()
        comments.append(comment)
    discussion.approved_count = discussion.comments.count()
    discussion.save()
