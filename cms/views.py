"""Views of the project itself: errors, and uploads if no web server serves them."""

import posixpath
import sys

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.defaults import server_error as html_server_error
from django.views.static import serve

from cms.middleware import API_PREFIX
from standfirst.delivery.problems import problem_response
from standfirst.outages import RETRY_SECONDS, is_outage

# Where Wagtail keeps documents, those of private collections among them (AbstractDocument.file.upload_to).
DOCUMENTS_FOLDER = "documents"


@csrf_exempt
def api_not_found(request: HttpRequest) -> HttpResponse:
    """Answer an unknown address under ``/api/`` in the API's own format."""
    return problem_response(status=404, detail="There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer an unexpected error: as problem+json under ``/api/``, else as a page.

    Django calls this while it handles the exception. One that says that the database or the disk is away is
    answered 503, so that clients try again and caches go on showing what they have.
    """
    outage = is_outage(sys.exception())
    if not request.path.startswith(API_PREFIX):
        response = _unavailable() if outage else html_server_error(request)
        patch_cache_control(response, no_store=True)
        return response
    if outage:
        return problem_response(
            status=503, detail="The site can't answer at the moment. Try again.", retry_after=RETRY_SECONDS
        )
    return problem_response(status=500, detail="Something went wrong on our side. Try again later.")


def _unavailable() -> HttpResponse:
    # Without the request: no context processor may ask the database.
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


@require_safe
def serve_upload(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an image. Documents are left to Wagtail's own address, which checks who may have them."""
    parts = posixpath.normpath(path).lstrip("/").split("/")
    if parts[0].lower() == DOCUMENTS_FOLDER:
        raise Http404
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except (OSError, ValueError, SuspiciousFileOperation) as error:  # Not the name of a file there.
        if is_outage(error):
            raise
        raise Http404 from error
    # As the API's answers, which name these files: scripts of a frontend on another origin may read them.
    response["Access-Control-Allow-Origin"] = "*"
    return response
