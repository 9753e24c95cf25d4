"""What a site may have before it takes up ours: apps, models, templates and settings of the same names.

``django-contrib-comments`` is a package that many sites have; the rest stands for what they wrote themselves.
"""

from pathlib import Path

PACKAGES = (
    "django-ninja",
    "django-contrib-comments==2.2.0",
)
# Before Wagtail's own, so that what is looked up by name is found here first.
SETTINGS = """
INSTALLED_APPS = ["django.contrib.sites", "django_comments", "articles", "comments", *INSTALLED_APPS]
INSTALLED_APPS += ["wagtail.api.v2", "rest_framework"]
SITE_ID = 1
ARTICLES_PAGE_SIZE = COMMENTS_PAGE_SIZE = COMMENTS_MAX_DEPTH = "none of yours"
"""

FILES = {
    "mysite/api.py": """
from ninja import NinjaAPI
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet

api = NinjaAPI(title="The site's own")
pages_api = WagtailAPIRouter("wagtailapi")
pages_api.register_endpoint("pages", PagesAPIViewSet)


@api.get("/things/")
def get_things(request):
    return {"things": []}
""",
    "articles/__init__.py": "",
    "articles/models.py": """
from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.models import Orderable, Page
from wagtail.snippets.models import register_snippet


class ArticleIndexPage(Page):
    pass


class ArticleTag(TaggedItemBase):
    content_object = ParentalKey(
        "articles.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class ArticlePage(Page):
    tags = ClusterTaggableManager(through=ArticleTag, blank=True)


@register_snippet
class Person(models.Model):
    name = models.CharField(max_length=100)


@register_snippet
class Source(models.Model):
    title = models.CharField(max_length=100)


class ArticleAuthor(Orderable):
    page = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="bylines")
    person = models.ForeignKey(Person, on_delete=models.CASCADE)


class Claim(models.Model):
    page = models.ForeignKey(Page, on_delete=models.CASCADE)

    class Meta:
        permissions = [("moderate_comment", "A permission of the site")]


class ClaimCitation(models.Model):
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="citations")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="citations")
""",
    "articles/templates/articles/article_page.html": "An article of the site",
    "articles/templates/articles/base.html": "No frame of yours",
    "articles/static/articles/articles.css": "body { display: none }",
    "articles/templatetags/__init__.py": "",
    "articles/templatetags/articles_tags.py": "from django import template\nregister = template.Library()\n",
    "articles/management/__init__.py": "",
    "articles/management/commands/__init__.py": "",
    "articles/management/commands/rebuild_claims.py": "",
    "comments/__init__.py": "",
    "comments/models.py": """
from django.conf import settings
from django.db import models
from wagtail.models import Page


class Discussion(models.Model):
    page = models.OneToOneField(Page, on_delete=models.CASCADE)


class Comment(models.Model):
    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="comments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)


class ModerationEntry(models.Model):
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="moderation_entries")
""",
    "comments/urls.py": "app_name = 'comments'\nurlpatterns = []\n",
    "comments/templates/comments/base.html": "No frame of yours",
    "comments/templates/comments/form.html": "No form of yours",
    "comments/static/comments/comments.css": "body { display: none }",
    "comments/templatetags/__init__.py": "",
    "comments/templatetags/comments_tags.py": "from django import template\nregister = template.Library()\n",
}


# Before ours, as a site has them that takes ours up.
URLS = """
from mysite.api import api, pages_api

urlpatterns = [path("own-api/", api.urls), path("api/v2/", pages_api.urls), *urlpatterns]
"""


def write_apps(folder: Path) -> None:
    """Put the apps and their settings into a site that ``wagtail start`` has made."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with (folder / "mysite" / "settings" / "base.py").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    with (folder / "mysite" / "urls.py").open("a", encoding="utf-8") as file:
        file.write(URLS)
