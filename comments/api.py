"""The delivery API of this app: a router for anyone's NinjaAPI."""

import json
from collections.abc import Mapping
from typing import Any, TypeGuard, cast, get_args
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Query, Router, Status
from ninja.errors import ValidationError

from standfirst.anchors import Anchor
from standfirst.canonical import PublicAddresses
from standfirst.delivery.bodies import RefusalError
from standfirst.delivery.lists import decode_cursor, invalid_cursor, next_part
from standfirst.languages import words_for
from standfirst.visibility import anybody

from .anchor_items import describe_anchors
from .anchors import find_page_anchors
from .enums import Status as CommentStatus
from .errors import CommentRefused, DiscussionClosed
from .extra_fields import flat_choices
from .forms import NOTES, TITLE, CommentForm, find_form_class
from .items import describe_page, item_writer
from .listed import ListedComment
from .models import Comment
from .page_types import as_its_type, takes_comments
from .paths import InvalidCursorError
from .paths import decode_cursor as decode_path
from .presentation import blank_form
from .schemas import (
    CommentAuthor,
    CommentFormChoice,
    CommentFormDescription,
    CommentFormField,
    CommentFormQuery,
    CommentList,
    CommentListQuery,
    CommentReceipt,
    CommentSubmission,
    DiscussionLabels,
    InputType,
    ReaderComment,
    RemovedComment,
)
from .services import (
    InvalidComment,
    get_shown_comment,
    list_comments,
    loaded_discussion,
    receive_comment,
    with_discussion,
)
from .visitors import read_visitor

router = Router(tags=["comments"])


@router.get(
    "/comments/",
    response=CommentList,
    operation_id="listComments",
    url_name="list_comments",
    summary="List the comments of a page",
)
def list_page_comments(request: HttpRequest, query: Query[CommentListQuery]) -> HttpResponse:
    """Return the comments under a page in reading order."""
    base = _get_page(request, query.page)
    discussion, page = loaded_discussion(base), as_its_type(base)
    key = decode_cursor(request, query.cursor, tuple[str])
    try:
        after = decode_path(key[0]) if key else ""
    except InvalidCursorError:
        raise invalid_cursor() from None
    # No comment can have such an anchor: databases refuse NUL.
    anchor = query.anchor.replace("\0", "\N{REPLACEMENT CHARACTER}")
    found = list_comments(discussion=discussion, limit=query.limit, after=after, anchor=anchor)
    is_open = discussion is None or discussion.is_open
    with words_for(page):
        addresses = PublicAddresses(request)
        anchors = find_page_anchors(page, found.comments)
        write = item_writer(addresses, page, labels=_words_of(anchors), can_reply=is_open)
        answer = {
            "items": [write(comment) for comment in found.comments],
            **next_part(request, (found.next_cursor,) if found.next_cursor else None),
            "count": found.count,
            "is_open": is_open,
            "anchors": [part.model_dump() for part in describe_anchors(addresses, page, anchors)],
            "labels": _describe_words(found.count).model_dump(),
        }
    # Written as it is: validating 50 comments takes several times as long as reading them.
    return HttpResponse(json.dumps(answer), content_type="application/json; charset=utf-8")


@router.get(
    "/comments/form/",
    response=CommentFormDescription,
    operation_id="describeCommentForm",
    url_name="comment_form",
    summary="Describe the comment form",
)
def describe_form(request: HttpRequest, query: Query[CommentFormQuery]) -> CommentFormDescription:
    """Return the fields, notes and address of the form that takes comments on a page."""
    pages = anybody(request).discussed_pages()
    base = _get_page(request, query.page)
    discussion, page = loaded_discussion(base), as_its_type(base)
    form = blank_form(page=page, pages=pages)
    addresses = PublicAddresses(request)
    with words_for(page):
        return CommentFormDescription(
            page=describe_page(addresses, page),
            is_open=discussion is None or discussion.is_open,
            title=str(TITLE),
            notes=[str(note) for note in NOTES],
            submit_label=_("Post comment"),
            closed_label=str(DiscussionClosed.sentence),
            fields=[
                _describe_field(
                    name, field, form.get_initial_for_field(field, name), is_extra=name in form.extra_fields()
                )
                for name, field in form.fields.items()
                if name in {*CommentSubmission.model_fields, *form.extra_fields()}
            ],
            submit_url=request.build_absolute_uri(_reverse(request, "post_comment")),
        )


@router.get(
    "/comments/{uuid:uid}/",
    response=ReaderComment | RemovedComment,
    operation_id="getComment",
    url_name="get_comment",
    summary="Get a comment",
)
def get_comment(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """Return an approved comment, or the place of a removed one that has approved replies."""
    try:
        comment, page = get_shown_comment(uid=uid, viewer=anybody(request))
    except Comment.DoesNotExist as error:
        raise Http404 from error
    page, listed = as_its_type(page), ListedComment.of(comment)
    with words_for(page):
        write = item_writer(
            PublicAddresses(request),
            page,
            labels=_words_of(find_page_anchors(page, [listed])),
            can_reply=comment.discussion.is_open,
        )
        return write(listed)


@router.post(
    "/comments/",
    response={201: CommentReceipt},
    operation_id="postComment",
    url_name="post_comment",
    summary="Post a comment",
)
def post_comment(
    request: HttpRequest, response: HttpResponse, submission: CommentSubmission
) -> Status[CommentReceipt]:
    """Accept a comment, which then awaits moderation. The author is always anonymous: no session is read."""
    if submission.errors:
        raise ValidationError(
            [
                {"type": error["type"], "loc": ["body", *error["loc"]], "msg": error["msg"]}
                for error in submission.errors
            ]
        )
    values = submission.model_dump(mode="json")
    form = find_form_class()({**values.pop("extra"), **values}, pages=anybody(request).discussed_pages())
    try:
        comment = receive_comment(form=form, visitor=read_visitor(request, trust_session=False))
    except InvalidComment as error:
        raise _form_errors(error.form) from error
    except CommentRefused as error:
        raise RefusalError(
            error.http_status, str(error), code=error.code, retry_after=error.retry_after
        ) from error
    response["Location"] = request.build_absolute_uri(_reverse(request, "get_comment", uid=comment.uid))
    addresses = PublicAddresses(request)
    receipt = CommentReceipt(
        uid=comment.uid,
        # Whoever sends spam isn't told that it was seen through.
        status="pending" if comment.status == CommentStatus.SPAM else cast("Any", comment.status),
        page=describe_page(addresses, form.cleaned_data["page"]),
        parent=comment.parent.uid if comment.parent else None,
        anchor=comment.anchor or None,
        author=CommentAuthor(
            name=comment.author_name, url=comment.author_link or None, is_editor=comment.is_by_editor
        ),
        body=comment.body,
        created_at=comment.created_at,
        message=_("Your comment awaits moderation."),
    )
    return Status(201, receipt)


def _get_page(request: HttpRequest, page_id: int) -> Any:
    """Return a public page that takes comments, with its locale and discussion. Raises ``Http404``."""
    pages = with_discussion(anybody(request).discussed_pages()).select_related("locale")
    page = get_object_or_404(pages, pk=page_id)
    if not takes_comments(page):
        raise Http404
    return page


def _words_of(anchors: Mapping[str, Anchor]) -> Mapping[str, str]:
    """Return what the parts of a page are called now."""
    return {anchor: part.words for anchor, part in anchors.items()}


def _describe_words(count: int) -> DiscussionLabels:
    heading = ngettext("%(counter)s comment", "%(counter)s comments", count) % {"counter": count}
    return DiscussionLabels(
        heading=heading if count else _("Comments"),
        empty=_("No comments yet. Yours would be the first."),
        closed=str(DiscussionClosed.sentence),
        removed=_("This comment has been removed."),
        reply=_("Reply"),
        editor=_("Editor"),
    )


def _describe_field(name: str, field: forms.Field, initial: Any, *, is_extra: bool) -> CommentFormField:
    widget = field.widget
    kind = (
        "textarea"
        if isinstance(widget, forms.Textarea)
        else str(widget.attrs.get("type") or getattr(widget, "input_type", "text"))
    )
    return CommentFormField(
        name=name,
        label=str(field.label or ""),
        is_extra=is_extra,
        input_type=cast("InputType", kind if kind in get_args(InputType) else "text"),
        is_multiple=isinstance(field, forms.MultipleChoiceField),
        choices=[
            CommentFormChoice(value=value, label=text, group=group or None)
            for value, text, group in (flat_choices(field) if _has_choices(field) else ())
        ],
        required=field.required,
        max_length=getattr(field, "max_length", None),
        autocomplete=widget.attrs.get("autocomplete"),
        help=str(field.help_text) or None,
        value=_describe_initial(initial),
    )


def _has_choices(field: forms.Field) -> TypeGuard[forms.ChoiceField]:
    """Return whether a field is one to choose in; that of the page is, too, but among all of the site."""
    return isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField)


def _describe_initial(initial: Any) -> str | list[str] | None:
    if isinstance(initial, bool):
        return "true" if initial else None
    if isinstance(initial, list | tuple | set):
        return [str(value) for value in initial]
    return None if initial in (None, "") else str(initial)


def _form_errors(form: CommentForm) -> ValidationError:
    """Return the form's errors, each with the same code and words as in the HTML form."""
    return ValidationError(
        [
            {
                "type": error.code or "invalid",
                "loc": ["body", "extra", name] if name in form.extra_fields() else ["body", name],
                "msg": " ".join(error.messages),
            }
            for name, errors in form.errors.as_data().items()
            for error in errors
        ]
    )


def _reverse(request: HttpRequest, name: str, **kwargs: object) -> str:
    """Return the address of an operation of this router in the API that the request came to."""
    match = request.resolver_match
    namespace = match.namespace if match else ""
    return reverse(f"{namespace}:{name}" if namespace else name, kwargs=kwargs)
