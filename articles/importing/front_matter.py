"""The front matter of a Markdown file: YAML between `---`, or TOML between `+++`."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml

from .bylines import as_utc, read_date, split_names
from .characters import squeeze
from .errors import ArticleTooLargeError, UnreadableArticleError

# The parsers take seconds for more, such as a TOML key with ten thousand dots.
MAX_LENGTH = 16_000
_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_TITLE = ("title", "headline", "name")
_STANDFIRST = ("standfirst", "description", "summary", "excerpt", "subtitle", "lead", "deck")
_AUTHORS = ("author", "authors", "byline")
_TAGS = ("tags", "tag", "keywords")
_DATE = (
    "date",
    "published",
    "published_at",
    "pubdate",
    "publish_date",
    "publishdate",
    "datepublished",
    "created",
)
_SLUG = ("slug",)
_KNOWN = frozenset((*_TITLE, *_STANDFIRST, *_AUTHORS, *_TAGS, *_DATE, *_SLUG))
_FACT = re.compile(r"\s*[\w-]{1,40} *:")
_SLUG_FORM = re.compile(r"[\w-]{1,255}")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What an article can use of a file's front matter; every field may be empty."""

    title: str = ""
    standfirst: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published_at: datetime | None = None
    slug: str = ""
    notes: tuple[str, ...] = ()


def split_front_matter(text: str) -> tuple[FrontMatter | None, str]:
    """Return the front matter of `text`, None if there is none, and the text below it.

    Raises `UnreadableArticleError` if there is front matter that can't be read, and `ArticleTooLargeError` if
    it is longer than any real one.
    """
    text = text.lstrip("\n")
    fence, _, rest = text.partition("\n")
    ends = _FENCES.get(fence.rstrip())
    if ends is None:
        return None, text
    lines = rest.split("\n")
    end = next((index for index, line in enumerate(lines) if line.rstrip() in ends), None)
    if end is None:
        return None, text
    block = "\n".join(lines[:end])
    if len(block) > MAX_LENGTH:
        if fence.startswith("-") and not _FACT.match(block):
            # Two thematic breaks, with a part of the article between them.
            return None, text
        raise ArticleTooLargeError(
            f"The front matter has {len(block)} characters; it may have {MAX_LENGTH}. Shorten it."
        )
    facts = _parse(block, is_toml=fence.startswith("+"))
    if facts is None:
        # A thematic break, not a fence.
        return None, text
    return _read(facts), rest[len(block) + 1 + len(lines[end]) :] if block else rest[len(lines[end]) :]


def _parse(block: str, *, is_toml: bool) -> dict[str, Any] | None:
    if not block.strip():
        return {}
    try:
        facts = tomllib.loads(block) if is_toml else yaml.safe_load(block)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 2}" if mark else ""
        raise UnreadableArticleError(
            f"The front matter is not valid YAML{where}: {error.problem}."
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError, TypeError, AttributeError) as error:
        kind = "TOML" if is_toml else "YAML"
        raise UnreadableArticleError(f"The front matter is not valid {kind}.") from error
    return {str(key).lower(): value for key, value in facts.items()} if isinstance(facts, dict) else None


def _read(facts: dict[str, Any]) -> FrontMatter:
    slug = _text(_first(facts, _SLUG)).strip("/")
    notes = []
    moment = _moment(_first(facts, _DATE))
    if moment is None and _first(facts, _DATE) is not None:
        notes.append("The date in the front matter was not understood and was left out.")
    unused = sorted(key for key in facts if key not in _KNOWN)
    if unused:
        notes.append(f"Not used from the front matter: {', '.join(unused)[:300]}.")
    return FrontMatter(
        title=_text(_first(facts, _TITLE)),
        standfirst=_text(_first(facts, _STANDFIRST)),
        authors=tuple(dict.fromkeys(name for key in _AUTHORS for name in _names(facts.get(key)))),
        tags=tuple(tag for key in _TAGS for tag in _tags(facts.get(key))),
        published_at=moment,
        slug=slug if _SLUG_FORM.fullmatch(slug) else "",
        notes=tuple(notes),
    )


def _first(facts: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((facts[key] for key in keys if facts.get(key) not in (None, "", [])), None)


def _text(value: Any) -> str:
    return squeeze(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _names(value: Any) -> list[str]:
    match value:
        case str():
            return list(split_names(value))
        case list():
            return [name for item in value[:50] if not isinstance(item, list) for name in _names(item)]
        case dict():
            return [name] if (name := _text(value.get("name"))) else []
    return []


def _tags(value: Any) -> list[str]:
    if isinstance(value, str):
        return [tag.strip(" #") for tag in value.split(",")]
    return [_text(item) for item in value[:100]] if isinstance(value, list) else []


def _moment(value: Any) -> datetime | None:
    match value:
        case date():
            return as_utc(value)
        case str():
            return read_date(value)
    return None
