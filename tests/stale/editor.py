"""Does the acts one by one when it is told to, and knows every address that there is or has been.

It reads a line of JSON, the name of an act, an empty string for none, or a list of two, which follow each
other at once; and answers with a line: when the first act began and the last one ended
(``time.monotonic``, which is one clock for all processes), and the addresses.
"""

import json
import sys
import time
from collections.abc import Iterator

import django

django.setup()

from wagtail.models import Page, Site  # noqa: E402

from articles.models import ArticlePage, Claim, Source  # noqa: E402
from comments.models import Comment  # noqa: E402
from tests.stale.acts import ACTS, World  # noqa: E402

FIXED = (
    "/gone/",
    "/no-such-page/",
    "/sitemap.xml",
    "/api/v1/articles/",
    "/api/v1/articles/?limit=2",
    "/api/v1/articles/?author=ngozi-okafor",
    "/api/v1/claims/",
    "/api/v1/claims/?certainty=low",
    "/api/v1/sources/",
)
ON_ANY_SITE = ("/", "/api/v1/articles/")


def list_addresses() -> set[tuple[str, str]]:
    """Return host and path of what is public now, and of what must not be; of each kind a few."""
    found: set[tuple[str, str]] = set()
    for site in Site.objects.select_related("root_page"):
        paths = {*ON_ANY_SITE, *(FIXED + tuple(_list_api()) if site.is_default_site else ())}
        for page in Page.objects.filter(path__startswith=site.root_page.path):
            paths.add(page.url_path[len(site.root_page.url_path) - 1 :])
        found |= {(site.hostname, path) for path in paths}
    return found


def _list_api() -> Iterator[str]:
    ids = list(ArticlePage.objects.order_by("pk").values_list("pk", flat=True))
    yield from (f"/api/v1/articles/{pk}/" for pk in ids)
    yield from (f"/api/v1/comments/?page={pk}" for pk in ids)
    yield from (f"/api/v1/comments/form/?page={pk}" for pk in ids[2:4])
    yield f"/api/v1/claims/?article={ids[3]}"
    yield "/api/v1/resolve/?path=/articles/article-2/"
    yield from (f"/api/v1/claims/{uid}/" for uid in Claim.objects.values_list("uid", flat=True)[:2])
    cited = Source.objects.filter(citations__isnull=False).distinct().order_by("pk")
    yield from (f"/api/v1/sources/{pk}/" for pk in cited.values_list("pk", flat=True)[:2])
    comments = Comment.objects.order_by("-pk").values_list("uid", flat=True)
    yield from (f"/api/v1/comments/{uid}/" for uid in comments[:3])


def main() -> None:
    acts = {act.name: act for act in ACTS}
    world = World.of_seeded_site()
    for line in sys.stdin:
        told = json.loads(line)
        names = [told] if isinstance(told, str) else told
        before = list_addresses()
        began = time.monotonic()
        for name in filter(None, names):
            acts[name].perform(world)
        ended = time.monotonic()
        known = sorted(before | list_addresses())
        sys.stdout.write(json.dumps({"began": began, "ended": ended, "addresses": known}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
