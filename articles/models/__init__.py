"""The app's models."""

from articles.models.claims import Claim, ClaimCitation
from articles.models.mixins import ArticleMixin
from articles.models.pages import ArticleAuthor, ArticleIndexPage, ArticlePage, ArticleTag
from articles.models.people import Person
from articles.models.sources import Source

__all__ = [
    "ArticleAuthor",
    "ArticleIndexPage",
    "ArticleMixin",
    "ArticlePage",
    "ArticleTag",
    "Claim",
    "ClaimCitation",
    "Person",
    "Source",
]
