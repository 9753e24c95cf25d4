"""Where the bakery sells."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import InlinePanel
from wagtail.models import Orderable, Page


class LocationPage(Page):
    address = models.TextField()

    content_panels = [*Page.content_panels, "address", InlinePanel("hours_of_operation", label="Hours")]


class LocationOperatingHours(Orderable):
    location = ParentalKey(LocationPage, related_name="hours_of_operation", on_delete=models.CASCADE)
    day = models.CharField(max_length=4)
    opening_time = models.TimeField()
