"""Fills a new bakery with the content that it had before it took anything up."""

import datetime
from io import BytesIO

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.core.management import BaseCommand
from PIL import Image as Picture
from wagtail.models import Page, Site

from bakery.base.models import CustomImage, HomePage, Person
from bakery.blog.models import BlogIndexPage, BlogPage, BlogPersonRelationship
from bakery.locations.models import LocationPage


class Command(BaseCommand):
    def handle(self, *args, **options):
        file = BytesIO()
        Picture.new("RGB", (1200, 800), (146, 84, 32)).save(file, "JPEG")
        image = CustomImage(title="A loaf", file=ImageFile(file, name="loaf.jpg"), credit="Baker & Son")
        image.save()

        users = get_user_model().objects
        users.create_superuser("owner@bakery.example.org", "only for this test")
        moderator = users.create_user(
            "mona@bakery.example.org", "only for this test", first_name="Mona", trade="miller"
        )
        moderator.groups.add(Group.objects.get(name="Moderators"))
        users.create_user("reader@bakery.example.org", "only for this test", first_name="Rita")

        root = Page.objects.get(depth=1)
        home = root.add_child(instance=HomePage(title="The bakery", slug="bakery", hero_text="Warm bread"))
        Site.objects.update(root_page=home)
        Page.objects.get(slug="home").delete()
        home.add_child(instance=LocationPage(title="The mill", slug="mill", address="1 Mill Lane"))
        blog = home.add_child(instance=BlogIndexPage(title="Blog", slug="blog"))
        author = Person.objects.create(first_name="Ada", last_name="Crumb", job_title="Baker", image=image)
        for number, title in enumerate(("Wild yeast", "Rye and wheat"), 1):
            page = BlogPage(
                title=title,
                slug=title.lower().replace(" ", "-"),
                subtitle=f"Part {number}",
                introduction="What a starter does.",
                image=image,
                date_published=datetime.date(2019, 2, number),
                body=[
                    ("heading_block", {"heading_text": "How it rises", "size": "h2"}),
                    ("paragraph_block", "<p>Flour, water, time.</p>"),
                    ("image_block", {"image": image, "caption": "Crust", "attribution": ""}),
                    ("block_quote", {"text": "Be patient.", "attribute_name": "A. Crumb"}),
                ],
            )
            page.tags.add("Bread", "Yeast")
            page.blog_person_relationship = [BlogPersonRelationship(person=author)]
            blog.add_child(instance=page)
            page.save_revision().publish()
