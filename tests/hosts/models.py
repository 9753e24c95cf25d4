"""Page types that a site had before it took up claims."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, ListBlock, RichTextBlock, StreamBlock, StructBlock, TextBlock
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from articles.body import ClaimBlock
from articles.body.kinds.heading import HeadingBlock
from articles.models import ArticleMixin


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

    place = models.CharField(max_length=100, blank=True)
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
