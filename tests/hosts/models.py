"""Page types that a site had before it took up claims."""

from dataclasses import dataclass

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, ListBlock, RichTextBlock, StreamBlock, StructBlock, TextBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from articles.body import ClaimBlock
from articles.body.kinds.heading import HeadingBlock
from articles.models import ArticleMixin


class Writer(models.Model):
    """Who writes on the site: a name is all that it knows of them."""

    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Topic:
    """A tag that is no row."""

    name: str

    @property
    def slug(self) -> str:
        return self.name.lower()


class PairBlock(StructBlock):
    """Two claims side by side."""

    title = CharBlock(required=False)
    left = ClaimBlock()
    right = ClaimBlock()

    class Meta:
        template = "hosts/pair.html"


class BoxBlock(StructBlock):
    """A block without a template, with another inside."""

    pair = PairBlock()


class SectionBlock(StreamBlock):
    """A stream within the stream."""

    note = CharBlock()
    finding = ClaimBlock()
    pair = PairBlock()


class ReportPage(ArticleMixin, Page):
    """A page whose body has another name and other blocks."""

    body = None
    hero_caption = hero_credit = None
    article_body = "content"

    article_relations = ("writer",)
    place = models.CharField(max_length=100, blank=True)
    topic = models.CharField(max_length=100, blank=True)
    writer = models.ForeignKey(Writer, null=True, blank=True, on_delete=models.SET_NULL)
    sidebar = StreamField([("claim", ClaimBlock())], blank=True)
    content = StreamField(
        [
            ("title", HeadingBlock()),
            ("text", RichTextBlock()),
            ("code", TextBlock()),
            ("finding", ClaimBlock()),
            ("pair", PairBlock()),
            ("box", BoxBlock()),
            ("section", SectionBlock()),
        ],
        blank=True,
    )

    content_panels = [*Page.content_panels, FieldPanel("place"), FieldPanel("content"), FieldPanel("sidebar")]
    search_fields = [*Page.search_fields, index.SearchField("content")]
    template = "hosts/report_page.html"

    @property
    def standfirst(self) -> str:
        return f"Reported from {self.place}."

    @property
    def article_authors(self) -> list[Writer]:
        return [self.writer] if self.writer else []

    @property
    def article_tags(self) -> list[Topic]:
        return [Topic(self.topic)] if self.topic else []

    @classmethod
    def find_by_author(cls, author: str) -> models.QuerySet:
        return cls.objects.filter(writer__name__iexact=author)

    @classmethod
    def find_by_tag(cls, slug: str) -> models.QuerySet:
        return cls.objects.filter(topic__iexact=slug)


class ListingPage(ArticleMixin, Page):
    """A page type that the system check refuses."""

    findings = StreamField(
        [
            ("many", ListBlock(ClaimBlock())),
            ("deep", StructBlock([("inner", ListBlock(StructBlock([("claim", ClaimBlock())])))])),
            ("fine", SectionBlock()),
        ],
        blank=True,
    )


class PlainPage(Page):
    """A page type that is no article, and yet has a body that claims can be written in."""

    text = StreamField([("note", CharBlock()), ("pair", PairBlock())], blank=True)
    words = StreamField([("note", CharBlock())], blank=True)


class OldPage(ArticleMixin, Page):
    """A page type that had its bodies before it took up ours."""

    words = RichTextField(blank=True)
    story = StreamField(
        [
            ("heading", CharBlock()),
            ("text", RichTextBlock()),
            ("quote", StructBlock([("text", TextBlock()), ("attribution", CharBlock())])),
            ("claim", ClaimBlock()),
            ("code", TextBlock()),
            ("picture", StructBlock([("file", CharBlock())])),
        ],
        blank=True,
    )
