"""The fields of an imported article other than its body: title, standfirst, authors, tags, date."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from ..importing import ImportedArticle
from ..models import ArticleAuthor, ArticlePage, Person

Fields = dict[str, Any]


def describe_fields(*, article: ImportedArticle, notes: list[str]) -> Fields:
    """Return the fields as JSON can hold them; a future date is left out, and `notes` says so."""
    published_at = article.published_at
    if published_at is not None and published_at > timezone.now():
        notes.append("The file's date is in the future and was left out.")
        published_at = None
    return {
        "title": article.title,
        "standfirst": article.standfirst,
        "authors": list(article.authors),
        "tags": list(article.tags),
        "published_at": published_at.isoformat() if published_at else "",
    }


def write_fields(*, page: ArticlePage, fields: Fields, notes: list[str]) -> None:
    """Set the fields of a new page, which the caller saves. Missing people and tags are made."""
    page.title, page.draft_title = fields["title"], fields["title"]
    page.standfirst = fields["standfirst"]
    page.first_published_at = _read_moment(fields["published_at"])
    _set_authors(page, find_or_create_people(names=fields["authors"], notes=notes))
    page.tags.set(fields["tags"])


def merge_fields(*, page: ArticlePage, before: Fields, now: Fields, notes: list[str]) -> bool:
    """Apply what changed in the file since the last import; return whether the page changed.

    What an editor changed stays as the editor left it; if the file has changed as well, `notes` says so.
    Authors and tags are each added or removed one by one.
    """
    changed = False
    for name, label in (("title", "title"), ("standfirst", "standfirst")):
        if now[name] == before[name] or getattr(page, name) == now[name]:
            continue
        if getattr(page, name) != before[name]:
            notes.append(f"The {label} was changed both in the file and by an editor: the editor's was kept.")
            continue
        setattr(page, name, now[name])
        changed = True
    moment = _read_moment(now["published_at"])
    if now["published_at"] != before["published_at"] and moment and page.first_published_at != moment:
        if page.first_published_at in {None, _read_moment(before["published_at"])}:
            page.first_published_at = moment
            changed = True
        else:
            notes.append("The file's date has changed; the page kept the date that it shows.")
    return _merge_tags(page, before, now) | _merge_authors(page, before, now, notes) | changed


def find_or_create_people(*, names: Iterable[str], notes: list[str]) -> list[Person]:
    """Return a person for each name, made where nobody is called that. `notes` says who was new.

    What follows a comma is taken as credentials. If several people share a name, the first is taken.
    """
    people = []
    for byline in names:
        name, _, credentials = (piece.strip() for piece in byline.partition(","))
        namesakes = list(Person.objects.filter(name__iexact=name).order_by("pk")[:2])
        if len(namesakes) > 1:
            notes.append(f"Several people are called {name}: check that the right one is the author.")
        if not namesakes:
            notes.append(f"{name} was not known yet and was added to the people.")
            namesakes = [Person.objects.create(name=name[:200], credentials=credentials[:200])]
        people.append(namesakes[0])
    return people


def _merge_tags(page: ArticlePage, before: Fields, now: Fields) -> bool:
    standing = {tag.name for tag in page.tags.all()}
    wanted = (standing | (set(now["tags"]) - set(before["tags"]))) - (set(before["tags"]) - set(now["tags"]))
    if wanted == standing:
        return False
    page.tags.set(sorted(wanted))
    return True


def _merge_authors(page: ArticlePage, before: Fields, now: Fields, notes: list[str]) -> bool:
    if now["authors"] == before["authors"]:
        return False
    standing = [author.person for author in page.bylines.all() if author.person_id]
    gone = {
        name.partition(",")[0].strip().casefold() for name in before["authors"] if name not in now["authors"]
    }
    kept = [person for person in standing if person.name.casefold() not in gone]
    added = [name for name in now["authors"] if name not in before["authors"]]
    wanted = list(dict.fromkeys([*kept, *find_or_create_people(names=added, notes=notes)]))
    if wanted == standing:
        return False
    _set_authors(page, wanted)
    return True


def _set_authors(page: ArticlePage, people: Sequence[Person]) -> None:
    page.bylines.set([ArticleAuthor(person=person, sort_order=order) for order, person in enumerate(people)])


def _read_moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
