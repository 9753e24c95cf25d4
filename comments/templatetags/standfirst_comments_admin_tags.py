"""Template tags of the moderators' pages."""

from typing import Any

from django import template

from standfirst.shortening import shorten

from ..extra_fields import name_values
from ..forms import find_form_class
from ..models import Comment

register = template.Library()

# About a screenful: longer texts are folded.
FOLD_CHARACTERS = 1000
FOLD_LINES = 12
_EXCERPT_CHARACTERS = 400
_PARENT_CHARACTERS = 140


@register.inclusion_tag("standfirst_comments/admin/comment_text.html")
def comment_text(comment: Comment) -> dict[str, Any]:
    """Render all of a comment's text; more than a screenful is folded below its beginning."""
    lines = comment.body.splitlines()
    return {
        "comment": comment,
        "is_folded": len(comment.body) > FOLD_CHARACTERS or len(lines) > FOLD_LINES,
        "beginning": shorten(" ".join("\n".join(lines[:FOLD_LINES]).split()), _EXCERPT_CHARACTERS),
        "length": len(comment.body),
    }


@register.inclusion_tag("standfirst_comments/admin/comment_context.html")
def comment_context(comment: Comment) -> dict[str, Any]:
    """Render what a comment answers, what part it is about, its author's website, and the site's own fields.

    ``comment.parent`` should be loaded with the comment, and ``attach_anchors`` called for it. Nothing else
    is queried.
    """
    parent = comment.parent
    return {
        "comment": comment,
        "parent": parent,
        "parent_excerpt": shorten(" ".join(parent.body.split()), _PARENT_CHARACTERS) if parent else "",
        "extra": name_values(comment.extra, find_form_class().extra_fields()),
    }


@register.inclusion_tag("standfirst_comments/admin/comment_part.html")
def comment_part(comment: Comment) -> dict[str, Any]:
    """Render the part of the page that a comment is about: its words, linked to its place, and its grade.

    If it is not there now, it is called what it was called when the comment was written.
    """
    return {"found": comment.found_anchor, "words": comment.anchor_label or comment.anchor}
