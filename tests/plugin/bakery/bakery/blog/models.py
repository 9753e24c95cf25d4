"""The bakery's blog."""

from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase
from wagtail.admin.panels import FieldPanel, MultipleChooserPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from bakery.base.blocks import BaseStreamBlock


class BlogPersonRelationship(Orderable, models.Model):
    """Who wrote a page, in order."""

    page = ParentalKey("BlogPage", related_name="blog_person_relationship", on_delete=models.CASCADE)
    person = models.ForeignKey(
        "base.Person", related_name="person_blog_relationship", on_delete=models.CASCADE
    )
    panels = [FieldPanel("person")]

    def __str__(self):
        return str(self.person)


class BlogPageTag(TaggedItemBase):
    content_object = ParentalKey("BlogPage", related_name="tagged_items", on_delete=models.CASCADE)


class BlogPage(Page):
    introduction = models.TextField(blank=True)
    image = models.ForeignKey(
        "base.CustomImage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = StreamField(BaseStreamBlock(), verbose_name="Page body", blank=True)
    subtitle = models.CharField(blank=True, max_length=255)
    tags = ClusterTaggableManager(through=BlogPageTag, blank=True)
    date_published = models.DateField("Date article published", blank=True, null=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("subtitle"),
        FieldPanel("introduction"),
        FieldPanel("image"),
        FieldPanel("body"),
        FieldPanel("date_published"),
        MultipleChooserPanel("blog_person_relationship", chooser_field_name="person", label="Authors"),
        FieldPanel("tags"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("body")]
    parent_page_types = ["BlogIndexPage"]
    subpage_types = []

    def authors(self):
        return [relation.person for relation in self.blog_person_relationship.select_related("person")]


class BlogIndexPage(Page):
    introduction = models.TextField(blank=True)

    content_panels = [*Page.content_panels, "introduction"]
    subpage_types = ["BlogPage"]

    def get_context(self, request):
        context = super().get_context(request)
        context["posts"] = BlogPage.objects.descendant_of(self).live().order_by("-date_published")
        return context
