"""Pictures and people of the bakery, and its front page."""

from django.db import models
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from .blocks import BaseStreamBlock


class CustomImage(AbstractImage):
    credit = models.CharField(max_length=100)

    admin_form_fields = (*Image.admin_form_fields, "credit")


class CustomRendition(AbstractRendition):
    image = models.ForeignKey(CustomImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("image", "filter_spec", "focal_point_key"), name="base_unique_rendition"
            )
        ]


@register_snippet
class Person(models.Model):
    """Who writes for the bakery."""

    first_name = models.CharField(max_length=254)
    last_name = models.CharField(max_length=254)
    job_title = models.CharField(max_length=254)
    image = models.ForeignKey(
        "base.CustomImage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    panels = [
        MultiFieldPanel([FieldRowPanel([FieldPanel("first_name"), FieldPanel("last_name")])], "Name"),
        FieldPanel("job_title"),
        FieldPanel("image"),
    ]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self):
        return f"{self.first_name} {self.last_name}"


class HomePage(Page):
    hero_text = models.CharField(max_length=255)
    body = StreamField(BaseStreamBlock(), blank=True)

    content_panels = [*Page.content_panels, "hero_text", "body"]
