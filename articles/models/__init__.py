"""The app's models."""

from .article_types import article_page_models
from .claims import Claim, ClaimCitation
from .mixins import ArticleMixin
from .pages import ArticleAuthor, ArticleIndexPage, ArticlePage, ArticleTag
from .people import Person
from .renderings import BodyRendering
from .sources import Source

__all__ = [
    "ArticleAuthor",
    "ArticleIndexPage",
    "ArticleMixin",
    "ArticlePage",
    "ArticleTag",
    "BodyRendering",
    "Claim",
    "ClaimCitation",
    "Person",
    "Source",
    "article_page_models",
]
