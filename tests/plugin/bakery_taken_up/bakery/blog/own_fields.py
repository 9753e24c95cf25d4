"""What the API says of a blog page beside what it says of every article."""

import datetime

from bakery.blog.models import BlogPage
from pydantic import BaseModel
from standfirst.articles.page_types import PageType


class BlogFields(BaseModel):
    """A page of the blog."""

    subtitle: str
    date_published: datetime.date | None


class BlogType(PageType):
    model = BlogPage
    name = "blog"
    fields = BlogFields

    def read(self, pages):
        return [BlogFields(subtitle=page.subtitle, date_published=page.date_published) for page in pages]
