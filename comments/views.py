"""The pages and form targets for readers."""

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import swapper
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.forms import UUIDField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from standfirst.canonical import PublicAddresses
from standfirst.outages import RETRY_SECONDS, is_outage
from standfirst.visibility import anybody, visitor

from . import conf
from .anchors import anchor_labels, anchor_url
from .enums import Status
from .errors import CommentRefused
from .forms import CommentForm, find_form_class
from .models import Comment, Discussion
from .origin import Origin, check_origin
from .page_types import as_its_type, pages_with_discussion
from .paths import InvalidCursorError, decode_cursor
from .presentation import blank_form, discussion_context, form_context
from .remembering import (
    RememberedAuthor,
    forget_author,
    is_received,
    note_received,
    recall_author,
    remember_author,
)
from .services import (
    InvalidComment,
    find_discussion,
    get_shown_comment,
    loaded_discussion,
    locate_comment,
    receive_comment,
    with_discussion,
)
from .visitors import read_visitor

logger = logging.getLogger("standfirst.comments")


class SeeOther(HttpResponseRedirect):
    """A redirect after a POST (RFC 9110, section 15.4.4): the browser gets the address with GET."""

    status_code = HTTPStatus.SEE_OTHER


class NoUploads(FileUploadHandler):
    """Discards files: the form has none, and nobody should fill the disk with them."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Drop a part of a file."""

    def file_complete(self, file_size: int) -> None:
        """Return no file."""


# The form carries no per-visitor token, so that pages can be cached; check_origin stands in for it.
@csrf_exempt
@require_POST
def post_comment(request: HttpRequest) -> HttpResponse:
    """Accept a comment and send its author back to the page, or show the form again with everything kept."""
    try:
        return _post_comment(request)
    except Exception as error:
        if not is_outage(error):
            raise
        logger.error("A comment could not be saved: %s", error)
        return _unavailable(request)


def _post_comment(request: HttpRequest) -> HttpResponse:
    request.upload_handlers = [NoUploads(request)]
    try:
        request.POST  # noqa: B018 - reads the body, which may turn out too large
    except RequestDataTooBig:
        # What was typed is still in the browser, one step back; here it is never read.
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return _private(render(request, "standfirst_comments/too_large.html", status=status))
    origin = check_origin(request)
    trust_session = origin is Origin.TRUSTED
    viewer = visitor(request) if trust_session else anybody(request)
    form = find_form_class()(request.POST, pages=viewer.discussed_pages())
    if origin is Origin.FOREIGN:
        refusal = _("This comment was sent from another website. If you wrote it, please post it from here.")
        return _form_again(request, form, status=HTTPStatus.FORBIDDEN, refusal=refusal)
    try:
        comment = receive_comment(form=form, visitor=read_visitor(request, trust_session=trust_session))
    except InvalidComment:
        return _form_again(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except CommentRefused as error:
        response = _form_again(request, form, status=error.http_status, refusal=str(error))
        if error.retry_after is not None:
            response["Retry-After"] = str(error.retry_after)
        return response
    response = _accepted(request, comment, page=form.cleaned_data["page"])
    if form.cleaned_data["remember"]:
        author = RememberedAuthor(
            name=comment.author_name, email=comment.author_email, website=comment.author_url
        )
        remember_author(request, response, author)
    else:
        forget_author(request, response)
    return response


@require_safe
def show_form(request: HttpRequest) -> HttpResponse:
    """Show the form on a page of its own, for readers without JavaScript.

    Query parameters: ``page`` (id), ``parent`` (uid of the comment that is replied to), ``anchor``.
    """
    pages = pages_with_discussion(visitor(request).discussed_pages())
    page = _get_page(pages, request.GET.get("page", ""))
    discussion = find_discussion(page)
    parent = _find_parent(discussion, request.GET.get("parent", ""))
    notice = ""
    if request.GET.get("parent") and parent is None:
        # The page with the link may have been cached for a while.
        notice = _("The comment that you wanted to reply to is no longer available.")
    anchor = request.GET.get("anchor", "")
    author = recall_author(request)
    initial: dict[str, Any] = {**author, "remember": True} if author else {}
    if parent:
        initial["parent"] = parent.uid
    context = form_context(
        form=blank_form(page=page, pages=pages, **initial),
        page=page,
        discussion=discussion,
        parent=parent,
        anchor=anchor,
    )
    if context["anchor_label"]:
        context["form"].initial["anchor"] = anchor
    response = render(
        request,
        "standfirst_comments/form_page.html",
        {
            **context,
            "notice": notice,
            "back_url": _back_url(request, page, anchor=context["form"].initial.get("anchor"), parent=parent),
        },
    )
    return _private(response)


@require_safe
def show_received(request: HttpRequest, page_id: int) -> HttpResponse:
    """Thank an author whose browser runs no JavaScript; tell anybody else how comments appear on the page.

    Query parameters: ``parent`` and ``anchor``, as for the form, say where the way back leads.
    """
    pages = pages_with_discussion(visitor(request).discussed_pages())
    page = get_object_or_404(pages, pk=page_id).specific
    anchor = request.GET.get("anchor", "")
    context = {
        "page": page,
        "is_received": is_received(request, page_id=page_id),
        "anchor_label": anchor_labels(page).get(anchor, "") if anchor else "",
        "back_url": _back_url(
            request,
            page,
            anchor=anchor,
            parent=_find_parent(find_discussion(page), request.GET.get("parent", "")),
        ),
    }
    return _private(render(request, "standfirst_comments/received_page.html", context))


@require_safe
def show_remembered_author(request: HttpRequest) -> JsonResponse:
    """Return the author that this browser remembers, as JSON; an empty object if there is none."""
    author = recall_author(request) if check_origin(request) is not Origin.FOREIGN else None
    response = JsonResponse(author or {})
    patch_cache_control(response, no_store=True)
    return response


@require_safe
def show_comments(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the comments under a page, from the one after the cursor ``after`` on."""
    pages = with_discussion(pages_with_discussion(visitor(request).discussed_pages()))
    base = get_object_or_404(pages.select_related("locale"), pk=page_id)
    discussion, page = loaded_discussion(base), as_its_type(base)
    after = request.GET.get("after", "")
    try:
        path = decode_cursor(after) if after else ""
    except InvalidCursorError as error:
        raise Http404 from error
    context = discussion_context(page=page, discussion=discussion, after=path)
    return render(
        request,
        "standfirst_comments/list_page.html",
        {**context, "back_url": page.get_url(request), "is_continued": bool(path)},
    )


@require_safe
def go_to_comment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Redirect to a comment: under its page, or on a further page of the discussion."""
    try:
        comment, page = get_shown_comment(uid=uid, viewer=visitor(request))
    except Comment.DoesNotExist as error:
        raise Http404 from error
    addresses = PublicAddresses(request)
    if addresses.frontend:
        return HttpResponseRedirect(f"{addresses.of_page(page.specific).url}#{comment.element_id}")
    cursor = locate_comment(comment=comment, page_size=conf.page_size())
    if cursor is None:
        url = page.specific.get_url(request)
    else:
        url = f"{reverse('standfirst_comments:list', args=[page.pk])}?after={cursor}"
    return HttpResponseRedirect(f"{url}#{comment.element_id}")


def _accepted(request: HttpRequest, comment: Comment, *, page: Any) -> HttpResponse:
    """Tell the author what happens next: in place for our script, else on a page that is theirs alone."""
    if _wants_fragment(request):
        return render(request, "standfirst_comments/notice.html", status=HTTPStatus.CREATED)
    where = {"parent": comment.parent.uid} if comment.parent else {"anchor": comment.anchor}
    query = f"?{urlencode(where)}" if any(where.values()) else ""
    response = SeeOther(reverse("standfirst_comments:received", args=[page.pk]) + query)
    note_received(request, response, page_id=page.pk)
    return response


def _form_again(request: HttpRequest, form: CommentForm, *, status: int, refusal: str = "") -> HttpResponse:
    """Show a posted form with its errors and everything that was typed."""
    form.is_valid()
    page = form.cleaned_data.get("page")
    discussion = find_discussion(page) if page else None
    parent = _find_parent(discussion, form.cleaned_data.get("parent"))
    if page:
        # Other errors come before the parent is looked for: a dead one must not wait for the next post.
        if "parent" in form.errors or (form.cleaned_data.get("parent") and parent is None):
            form.drop_place("parent")
        if "anchor" in form.errors:
            form.drop_place("anchor")
    context = form_context(
        form=form,
        page=page,
        discussion=discussion,
        parent=parent,
        anchor=form.cleaned_data.get("anchor", ""),
        refusal=refusal,
    )
    template = (
        "standfirst_comments/form.html" if _wants_fragment(request) else "standfirst_comments/form_page.html"
    )
    context["back_url"] = (
        _back_url(request, page, anchor=form.cleaned_data.get("anchor"), parent=context["parent"])
        if page
        else ""
    )
    return _private(render(request, template, context, status=status))


def _unavailable(request: HttpRequest) -> HttpResponse:
    """Show a posted form while the database is away, so without asking it: unchecked, with every word."""
    try:
        content = _render_unchecked(request, find_form_class())
    except Exception as error:
        if not is_outage(error):
            raise
        # A field of the site's own asks the database for its choices.
        content = _render_unchecked(request, CommentForm)
    response = _private(HttpResponse(content, status=HTTPStatus.SERVICE_UNAVAILABLE))
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _render_unchecked(request: HttpRequest, form_class: type[CommentForm]) -> str:
    typed = {
        name: field.widget.value_from_datadict(request.POST, request.FILES, name)
        for name, field in form_class.base_fields.items()
    }
    pages = swapper.load_model("wagtailcore", "Page").objects.none()
    context = form_context(
        form=form_class(pages=pages, initial=typed),
        refusal=_("Your comment can't be saved at the moment. Please post it again in a minute."),
    )
    template = (
        "standfirst_comments/form.html"
        if _wants_fragment(request)
        else "standfirst_comments/unavailable.html"
    )
    # Without the request, no context processor of the host's asks the database either.
    return render_to_string(template, context)


def _back_url(request: HttpRequest, page: Any, *, anchor: str | None, parent: Comment | None) -> str:
    """Return the address of what was being read: a comment, a part of the page, or the page."""
    if parent:
        return reverse("standfirst_comments:comment", args=[parent.uid])
    return (anchor and anchor_url(page, anchor)) or page.get_url(request) or ""


def _get_page(pages: Any, page_id: str) -> Any:
    """Return the page of a textual id as its own type. Raises ``Http404``."""
    if not page_id.isascii() or not page_id.isdecimal() or len(page_id) > 18:
        raise Http404
    return get_object_or_404(pages, pk=int(page_id)).specific


def _find_parent(discussion: Discussion | None, uid: object) -> Comment | None:
    """Return the approved comment of a discussion that has a uid, None if there is no such comment."""
    try:
        value = UUIDField(required=False).clean(uid)
    except ValidationError:
        return None
    if discussion is None or value is None:
        return None
    return discussion.comments.filter(uid=value, status=Status.APPROVED).first()


def _wants_fragment(request: HttpRequest) -> bool:
    """Return whether our own script sent the form, and will put the answer into the page."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _private(response: HttpResponse) -> HttpResponse:
    """Keep an answer with what one person typed out of shared caches and search engines."""
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Cookie"])
    response["X-Robots-Tag"] = "noindex"
    return response
