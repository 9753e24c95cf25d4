"""A bakery's site, and how it takes Standfirst up.

``bakery/`` has the shape of Wagtail's own demonstration: a base template of its own, blog pages with
a body of its own blocks, and places. It also has people, tags, a user model without user names, an image
model, and SQLite as Django sets it up. What its owners change is below; the files that they add are in
``bakery_taken_up/``; what every site does is taken from the how-to page.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from tests.plugin.followed_docs import FileStep, read_steps
from tests.plugin.projects import Project, follow
from tests.postgres import USER, find_programs, throwaway_server

HERE = Path(__file__).parent
APPS = ("accounts", "base", "blog", "locations")
# In one process: to start a second one takes as long as to migrate.
MIGRATE = """
import importlib
from django.core.management import call_command
call_command("makemigrations", *{apps}, verbosity=0)
importlib.invalidate_caches()
call_command("migrate", verbosity=0)
"""
OWNER, MODERATOR, READER = (f"{name}@bakery.example.org" for name in ("owner", "mona", "reader"))

BLOG_PAGE = """class BlogPage(ArticleMixin, Page):
    # What it has a field or a word of its own for; `body` is its own, too.
    hero_alt = hero_caption = hero_credit = None
    article_relations = ("blog_person_relationship__person", "tagged_items__tag")

    @property
    def standfirst(self):
        return self.introduction

    @property
    def hero_image(self):
        return self.image

    @property
    def article_authors(self):
        return [relation.person for relation in self.blog_person_relationship.all()]

    @property
    def article_tags(self):
        return [item.tag for item in self.tagged_items.all()]

    @classmethod
    def find_by_author(cls, author):
        return cls.objects.filter(blog_person_relationship__person__last_name__iexact=author)

    @classmethod
    def find_by_tag(cls, slug):
        return cls.objects.filter(tags__slug__iexact=slug)

"""
READY = """AutoField"

    def ready(self):
        from standfirst.articles.page_types import register_page_type

        from bakery.blog.own_fields import BlogType

        register_page_type(BlogType())
"""
BLOG_HEAD = """{% block css %}<link rel="stylesheet" href="{% static 'standfirst_articles/articles.css' %}">
<link rel="stylesheet" href="{% static 'standfirst_comments/comments.css' %}">{% endblock %}
{% block after_content %}{% discussion page %}{% endblock %}
{% block js %}<script src="{% static 'standfirst_comments/comments.js' %}" defer></script>{% endblock %}
{% block content %}
"""
REFERENCES = """{% if page.reading.references %}
{% include "standfirst_articles/references.html" with references=page.reading.references %}
{% endif %}
<ul>{% for tag"""
# What is replaced by what, by file; each text is there once.
EDITS = {
    "bakery/base/blocks.py": {
        "from wagtail.images.blocks import": (
            "from standfirst.articles.body import ClaimBlock\nfrom wagtail.images.blocks import"
        ),
        "    block_quote = BlockQuote()\n": (
            "    block_quote = BlockQuote()\n\n\n"
            "class BlogStreamBlock(BaseStreamBlock):\n    claim = ClaimBlock()\n"
        ),
    },
    "bakery/base/models.py": {
        "    def __str__(self):": (
            "    @property\n    def name(self):\n        return str(self)\n\n    def __str__(self):"
        ),
    },
    "bakery/blog/models.py": {
        "from bakery.base.blocks import BaseStreamBlock\n": (
            "from standfirst.articles.models import ArticleMixin\n\n"
            "from bakery.base.blocks import BlogStreamBlock\n"
        ),
        "StreamField(BaseStreamBlock()": "StreamField(BlogStreamBlock()",
        "class BlogPage(Page):\n": BLOG_PAGE,
    },
    "bakery/blog/apps.py": {'AutoField"\n': READY},
    # All comments of a test come from one address.
    "bakery/settings/dev.py": {"DEBUG = True\n": "DEBUG = True\nSTANDFIRST_COMMENTS_FLOOD_SECONDS = 0\n"},
    "bakery/templates/base.html": {
        "{% block content %}{% endblock %}": (
            "{% block content %}{% endblock %}{% block after_content %}{% endblock %}"
        ),
    },
    "bakery/templates/blog/blog_page.html": {
        "{% load wagtailimages_tags %}": "{% load static wagtailimages_tags standfirst_comments_tags %}",
        "{% block content %}\n": BLOG_HEAD,
        "<ul>{% for tag": REFERENCES,
    },
    "bakery/templates/locations/location_page.html": {
        "{% block content %}": "{% load standfirst_comments_tags %}{% block content %}",
        "</address>": "</address>{% discussion page %}",
    },
}


class Bakeries:
    """Makes bakeries on SQLite and PostgreSQL: copies of one that has run without Standfirst so far."""

    def __init__(self, environment: Project, *, not_run: Callable[[str], None]) -> None:
        self._environment = environment
        self._not_run = not_run
        self._folder = environment.folder / "bakeries"
        self._first: dict[str, Project] = {}
        self._until_the_end = ExitStack()
        self._socket: Path | None = None

    @contextmanager
    def opened(self) -> Iterator["Bakeries"]:
        with self._until_the_end:
            yield self

    def copy(self, name: str, database: str) -> Project:
        """Return a bakery of that name; ``database`` is "sqlite" or "postgres". Skips without PostgreSQL."""
        first = self._provide_first(database)
        project = replace(first, folder=self._folder / f"{name}-{database}")
        shutil.copytree(first.folder, project.folder)
        if database == "postgres":
            self._execute(f'CREATE DATABASE "{name}" TEMPLATE "first"')
            project = replace(project, variables={**first.variables, "PGDATABASE": name})
        return project

    def _provide_first(self, database: str) -> Project:
        if database not in self._first:
            project = replace(self._environment, folder=self._folder / f"first-{database}")
            if database == "postgres":
                variables = {"PGHOST": str(self._start_postgres()), "PGUSER": USER, "PGDATABASE": "first"}
                self._execute("CREATE DATABASE first")
                project = replace(project, variables={**project.variables, **variables})
            shutil.copytree(HERE / "bakery", project.folder, ignore=shutil.ignore_patterns("__pycache__"))
            project.shell(MIGRATE.format(apps=APPS) + 'call_command("load_initial_data")')
            self._first[database] = project
        return self._first[database]

    def _start_postgres(self) -> Path:
        programs = find_programs()
        if programs is None:
            self._not_run("there is no initdb on this machine.")
        assert programs is not None
        url = self._until_the_end.enter_context(throwaway_server(programs))
        self._socket = Path(url.removeprefix(f"postgres://{USER}@/").removesuffix("/postgres"))
        return self._socket

    def _execute(self, statement: str) -> None:
        with psycopg.connect(host=str(self._socket), user=USER, dbname="postgres", autocommit=True) as server:
            server.execute(statement)


def take_up(project: Project, guide: Path) -> None:
    """Have a bakery take Standfirst up, by its owners' changes and by the files of the installation page."""
    for name, edits in EDITS.items():
        path = project.folder / name
        text = path.read_text(encoding="utf-8")
        for old, new in edits.items():
            assert text.count(old) == 1, f"{name} has {old!r} {text.count(old)} times"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    added = HERE / "bakery_taken_up"
    shutil.copytree(added, project.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for step in read_steps(guide):
        if isinstance(step, FileStep):
            path, text = (words.replace("mysite/", "bakery/") for words in (step.path, step.text))
            follow(FileStep(str(path), text), project)
    migrate(project)


def migrate(project: Project) -> None:
    """Make the migrations of the bakery's own apps, and run all, and check."""
    check = 'call_command("check", databases=["default"], fail_level="WARNING")'
    project.shell(MIGRATE.format(apps=APPS) + check)
