"""Markdown (CommonMark with tables, strikethrough and footnotes), with or without front matter."""

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from .article import ImportedArticle
from .errors import ArticleTooLargeError, MissingTitleError
from .finishing import finish
from .front_matter import FrontMatter, split_front_matter
from .html_parts import RawHeading, read_parts
from .html_tree import parse_html

# Ten times the blocks of an article. A line takes longer to read here than in plain text.
MAX_LINES = 20_000


def read_markdown(text: str) -> ImportedArticle:
    """Return the article in `text`, whose characters are tidy.

    The title is the front matter's, else the first heading if nothing precedes it.

    Raises `UnreadableArticleError` for front matter that can't be read, `MissingTitleError`,
    `EmptyArticleError` and `ArticleTooLargeError`.
    """
    facts, body = split_front_matter(text)
    facts = facts or FrontMatter()
    lines = body.count("\n") + 1
    if lines > MAX_LINES:
        raise ArticleTooLargeError(
            f"The file has {lines} lines; an article in Markdown may have {MAX_LINES}. Split it."
        )
    parts, left_out = read_parts(parse_html(_renderer().render(body)))
    title = facts.title
    if not title:
        first = parts[0] if parts else None
        if not isinstance(first, RawHeading):
            raise MissingTitleError("The file names no title: begin it with a line such as “# The title”.")
        title, parts = first.text, parts[1:]
    return finish(
        title=title,
        raw_parts=parts,
        standfirst=facts.standfirst,
        authors=facts.authors,
        tags=facts.tags,
        published_at=facts.published_at,
        slug=facts.slug,
        notes=[*facts.notes, *left_out.sentences()],
    )


def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(footnote_plugin)
