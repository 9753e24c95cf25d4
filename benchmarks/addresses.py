"""What is measured, and the figures that it is compared with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from benchmarks.bare import BARE_PREFIX, WRAPPED_PREFIX
from benchmarks.seeds import Seeds

PAGE_SIZE = 50
WHOLE_DISCUSSION = 200
GAUGE = "gauge"
GAUGE_BYTES = 5_000
JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What share of the bare view's speed an address should reach, made anew and from the origin cache."""

    cold: float | None = None
    warm: float | None = None


@dataclass(frozen=True, kw_only=True)
class Address:
    """One address to measure. ``page_size`` is how many comments its server shows at once."""

    name: str
    title: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    content: str = ""
    status: int = 200
    page_size: int = PAGE_SIZE
    # Sent with the ETag of the answer, which then says that nothing has changed.
    is_conditional: bool = False
    # For a POST: what the script of wrk needs to make comments of its own.
    posts_to: int | None = None
    # How SQLite makes sure of what is written; another database knows its own.
    synchronous: str = "FULL"
    goal: Goal = Goal()

    @property
    def is_cacheable(self) -> bool:
        """Return whether the origin cache keeps the answer: not what is written, nor what a token opens."""
        return self.method == "GET" and "Authorization" not in self.headers

    @property
    def bare_path(self) -> str:
        """Return the path at which the bare view gives the same answer."""
        return f"{BARE_PREFIX}{self.name}/"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure for another system, measured elsewhere, and the address that should reach it."""

    title: str
    requests_per_second: float
    shown: str
    address: str


# 5 kB by a bare view on the machine that the other figures are from: says how far machines can be compared.
GAUGE_ELSEWHERE = 3_700
FIGURES = (
    Figure(title="Wagtail's API v3, one page", requests_per_second=257, shown="257", address="article-json"),
    Figure(
        title="WordPress's REST API, one post", requests_per_second=90, shown="90", address="article-json"
    ),
    Figure(
        title="WordPress's REST API, 50 comments", requests_per_second=43, shown="43", address="comments-json"
    ),
    Figure(
        title="Comment apps for Django, an article page with 200 comments",
        requests_per_second=22,
        shown="16 to 22",
        address="article-whole",
    ),
    Figure(title="isso, a comment posted", requests_per_second=354, shown="354", address="comment-post"),
)


def list_addresses(seeds: Seeds) -> list[Address]:
    """Return everything that is measured on a site filled with ``seeds``, in the order of the report."""
    article = seeds.discussed_path
    api = f"/api/v1/articles/{seeds.discussed_id}/"
    return [
        Address(
            name="article-page",
            goal=Goal(cold=0.03, warm=0.6),
            title=f"Article page, {seeds.comments} comments: the first {PAGE_SIZE}, a link to the rest",
            path=article,
        ),
        Address(
            name="article-whole",
            title=f"Article page with all {seeds.comments} comments at once",
            path=article,
            page_size=WHOLE_DISCUSSION,
        ),
        Address(
            name="article-304",
            goal=Goal(warm=0.6),
            title="The first of these, asked for again: 304",
            path=article,
            status=304,
            is_conditional=True,
        ),
        Address(name="article-quiet", title="Article page without comments", path=seeds.quiet_path),
        Address(
            name="article-json",
            goal=Goal(cold=0.08, warm=0.6),
            title="Article as JSON",
            path=api,
        ),
        Address(
            name="article-json-304",
            goal=Goal(warm=0.6),
            title="The same, asked for again: 304",
            path=api,
            status=304,
            is_conditional=True,
        ),
        Address(
            name="article-list",
            goal=Goal(cold=0.06, warm=0.6),
            title="List of 20 articles as JSON",
            path="/api/v1/articles/?limit=20",
        ),
        Address(
            name="article-bodies",
            title="The same 20 with their bodies",
            path="/api/v1/articles/?limit=20&include=body",
        ),
        Address(name="claim-list", title="List of 20 claims as JSON", path="/api/v1/claims/?limit=20"),
        Address(
            name="article-index",
            title="Page with a list of articles",
            path=f"{seeds.quiet_path.rstrip('/').rpartition('/')[0]}/",
        ),
        Address(
            name="comments-json",
            goal=Goal(cold=0.10, warm=0.6),
            title=f"{PAGE_SIZE} comments as JSON",
            path=f"/api/v1/comments/?page={seeds.discussed_id}&limit={PAGE_SIZE}",
        ),
        *_list_posts(seeds),
        Address(
            name="wagtail-v3",
            title="For comparison: the same article from Wagtail's API v3, without its body",
            path=f"/api/wagtail/v3/pages/{seeds.discussed_id}/",
            headers={"Authorization": f"Bearer {seeds.management_token}"},
        ),
    ]


def _list_posts(seeds: Seeds) -> list[Address]:
    """Return the posting of a comment, on SQLite with both of the ways to make sure of what is written."""
    submission = {
        "page": seeds.posted_to_id,
        "name": "Reader",
        "email": "reader@example.org",
        "comment": "The first one, which the others are compared with. " * 8,
    }
    posted = Address(
        name="comment-post",
        title="A comment posted as JSON",
        path="/api/v1/comments/",
        method="POST",
        headers={"Content-Type": JSON},
        content=json.dumps(submission),
        status=201,
        posts_to=seeds.posted_to_id,
    )
    if not seeds.is_embedded:
        return [replace(posted, goal=Goal(cold=0.10))]
    return [
        replace(posted, title=f"{posted.title}, synchronous=FULL as delivered"),
        replace(
            posted,
            name="comment-post-normal",
            title=f"{posted.title}, synchronous=NORMAL",
            # Another text: the same one would be refused as a duplicate.
            content=json.dumps({**submission, "comment": "The second one, for the second server. " * 10}),
            synchronous="NORMAL",
            goal=Goal(cold=0.10),
        ),
    ]


def gauge_addresses() -> tuple[Address, Address]:
    """Return the bare view with 5 kB to answer, without middleware and behind the project's."""
    return (
        Address(name=GAUGE, title="Bare view, 5 kB", path=f"{BARE_PREFIX}{GAUGE}/"),
        Address(name=GAUGE, title="The same, behind the site's middleware", path=f"{WRAPPED_PREFIX}{GAUGE}/"),
    )
