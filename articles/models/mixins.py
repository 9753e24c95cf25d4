"""What makes a page an article, in our own page type and in a site's."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Protocol

from django.db import models
from django.db.models.signals import class_prepared
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string
from wagtail.search import index

from standfirst.going_live import acting
from standfirst.page_rows import renew
from standfirst.plain_migrations import plain_in_migrations
from standfirst.publishing import publishing
from standfirst.write_lock import writing

from ..body.blocks import ArticleBodyBlock
from ..body.fingerprints import take_page_fingerprint
from ..body.gathering import gather
from ..body.kept import KeptReading, mark_claims
from ..body.naming import read_names
from ..body.reading import read_article
from ..body.streams import own_streams
from ..claims.naming import name_claim

_GATHERED = "_standfirst_gathered"
_OF_ONE_REQUEST = {"reading", "served_to", _GATHERED, "_standfirst_known", "_standfirst_linked"}


class ArticleAuthor(Protocol):
    """Someone in the byline of an article. A site's own object needs a name.

    It may also have ``pk`` (a number), ``slug``, ``credentials``, ``role``, ``bio`` and ``url``.
    """

    @property
    def name(self) -> str: ...


class ArticleTag(Protocol):
    """A tag of an article."""

    @property
    def name(self) -> str: ...

    @property
    def slug(self) -> str: ...


@plain_in_migrations
class ArticleMixin(models.Model):
    """The fields and behaviour of an article.

    Put it before the page class: ``class Story(ArticleMixin, Page)``, and add ``Story.article_panels`` to the
    content panels and ``Story.article_search_fields`` to the search fields. Pages of such a type have graded
    claims that are indexed when they are published, and whose anchors readers can comment on.
    """

    standfirst = models.TextField(
        _("standfirst"),
        blank=True,
        max_length=600,
        help_text=_("The paragraph under the headline: what the article finds, in plain words."),
    )
    hero_image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    hero_alt = models.CharField(
        _("alternative text"),
        max_length=255,
        blank=True,
        help_text=_("What the image shows, for readers who can't see it. Leave empty if it is decorative."),
    )
    hero_caption = models.CharField(_("caption"), max_length=500, blank=True)
    hero_credit = models.CharField(_("credit"), max_length=250, blank=True)
    updated_at = models.DateTimeField(
        _("updated"),
        null=True,
        blank=True,
        help_text=_("When the substance of the article last changed. Leave empty if it hasn't."),
    )
    body = StreamField(ArticleBodyBlock, verbose_name=_("body"), blank=True)

    # The StreamField that readers read as the article's body.
    article_body: ClassVar[str] = "body"
    # The relations that authors and tags are read from: a list of articles fetches them for all at once.
    article_relations: ClassVar[Sequence[str]] = ()
    is_standfirst_article: ClassVar[bool] = True
    article_panels: ClassVar[Sequence[Any]] = [
        FieldPanel("standfirst"),
        MultiFieldPanel(
            [
                FieldPanel("hero_image"),
                FieldPanel("hero_alt"),
                FieldPanel("hero_caption"),
                FieldPanel("hero_credit"),
            ],
            heading=_("Lead image"),
        ),
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldPanel("first_published_at"), FieldPanel("updated_at")],
            heading=_("Dates shown to readers"),
            classname="collapsed",
        ),
    ]
    article_search_fields: ClassVar[Sequence[Any]] = [
        index.SearchField("standfirst"),
        index.SearchField("body"),
    ]

    # The request that the page was last served to, for blocks that are rendered without a context.
    served_to: HttpRequest | None = None

    class Meta:
        abstract = True

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy, or a cache, is given of the page: it reads its body anew."""
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name not in _OF_ONE_REQUEST}

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the template's context. A block rendered without one finds the request on the page."""
        self.served_to = request
        names = read_names(self)
        self.__dict__[_GATHERED] = names, gather([self], names=[names], with_renderings=True)
        # Whatever was read before was read without it.
        self.__dict__.pop("reading", None)
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        return context

    def publish(self, revision: Any, user: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Publish a revision as Wagtail does, in one transaction with all that follows.

        Raises ``standfirst.publishing.StaleRevisionError`` if another revision was published since this one
        was begun. Pass ``previous_revision``, as Wagtail does to go back to an older version, to replace it.
        """
        guarded = {name: kwargs[name] for name in ("log_action", "previous_revision") if name in kwargs}
        with publishing(revision, user=user, **guarded) as is_due:
            return super().publish(revision, user, *args, **kwargs) if is_due else None  # type: ignore[misc]

    def unpublish(
        self, set_expired: bool = False, commit: bool = True, user: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Take the page offline as Wagtail does, in one transaction with all that follows."""
        with writing(), acting(user):
            renew(self)
            return super().unpublish(set_expired, commit, user, *args, **kwargs)  # type: ignore[misc]

    @property
    def published_at(self) -> datetime | None:
        """Return when the article first appeared; None if it hasn't yet."""
        moment: datetime | None = self.first_published_at  # type: ignore[attr-defined]
        return moment

    @property
    def article_authors(self) -> Sequence[ArticleAuthor]:
        """Return the people who wrote the article, in the order of the byline."""
        return []

    @property
    def article_tags(self) -> Sequence[ArticleTag]:
        """Return the tags of the article."""
        return []

    @classmethod
    def find_by_author(cls, author: str) -> models.QuerySet[Any] | None:
        """Return the pages of this type by the author with this slug or id; None if it can't tell."""
        return None

    @classmethod
    def find_by_tag(cls, slug: str) -> models.QuerySet[Any] | None:
        """Return the pages of this type that have the tag with this slug in any case; None without tags."""
        return None

    @property
    def body_stream(self) -> Any:
        """Return the value of the StreamField that is the article's body; empty if there is none."""
        return getattr(self, self.article_body, None) or ()

    @cached_property
    def reading(self) -> Any:
        """Return what a reader is shown of the body: claims, outline, pictures and bibliography.

        It is a ``Reading`` or, when the page is served and its body was rendered ahead, a ``KeptReading``.
        """
        names, gathered = self.__dict__.pop(_GATHERED, (None, None))
        rendering = gathered.renderings.get(self.pk) if gathered is not None else None
        if rendering is not None and rendering.page_fingerprint:
            fingerprint = take_page_fingerprint(self, names=names, gathered=gathered)
            if fingerprint == rendering.page_fingerprint:
                return KeptReading(rendering.page_content, partial(read_article, self))
        return read_article(self)

    def get_comment_anchors(self) -> dict[str, str]:
        """Return the parts that can be commented on: each claim's uid, with its number and first words.

        A live page that was loaded without its body asks the index of claims, which follows what is saved, by
        one query; any other reads its body.
        """
        claims: Iterable[tuple[Any, int, str]]
        if self.article_body in self.get_deferred_fields() and self.live and not self.alias_of_id:  # type: ignore[attr-defined]
            rows = self.indexed_claims.order_by("position")  # type: ignore[attr-defined]
            claims = rows.values_list("uid", "position", "statement")
        else:
            claims = ((claim.uid, claim.position, claim.statement) for claim in mark_claims(self.reading))
        return {
            str(uid): name_claim(position=position, statement=statement)
            for uid, position, statement in claims
        }

    def get_comment_anchor_url(self, anchor: str) -> str:
        """Return the address of a claim on this page. Takes a key of ``get_comment_anchors``."""
        return f"{self.get_url() or ''}#claim-{anchor}"  # type: ignore[attr-defined]


def _own_streams(sender: type[models.Model], **kwargs: Any) -> None:
    if issubclass(sender, ArticleMixin) and not sender._meta.abstract:
        own_streams(sender)


# Page types are made when their modules are imported, all of them after this one.
class_prepared.connect(_own_streams, dispatch_uid="standfirst_articles.own_streams")
