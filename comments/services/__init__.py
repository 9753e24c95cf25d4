"""Every act on comments, one function each, for form, API, admin and commands alike."""

from .counts import Counter
from .discussions import (
    find_discussion,
    find_discussion_page_id,
    loaded_discussion,
    recount_discussions,
    set_discussion_open,
    with_discussion,
)
from .intake import InvalidComment, Visitor, receive_comment
from .moderation import find_overtaking_decisions, set_comment_status
from .reading import CommentSlice, get_shown_comment, list_comments, locate_comment
from .rendering import render_comments
from .submission import submit_comment

__all__ = [
    "CommentSlice",
    "Counter",
    "InvalidComment",
    "Visitor",
    "find_discussion",
    "find_discussion_page_id",
    "find_overtaking_decisions",
    "get_shown_comment",
    "list_comments",
    "loaded_discussion",
    "locate_comment",
    "receive_comment",
    "recount_discussions",
    "render_comments",
    "set_comment_status",
    "set_discussion_open",
    "submit_comment",
    "with_discussion",
]
