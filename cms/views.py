"""Views of the project itself: errors, and uploads if no web server serves them."""

import posixpath

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.defaults import server_error as html_server_error
from django.views.static import serve

from cms.middleware import API_PREFIX
from cms.problems import problem_response

# Where Wagtail keeps documents, those of private collections among them (AbstractDocument.file.upload_to).
DOCUMENTS_FOLDER = "documents"


@csrf_exempt
def api_not_found(request: HttpRequest) -> HttpResponse:
    """Answer an unknown address under ``/api/`` in the API's own format."""
    return problem_response(status=404, detail="There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer an unexpected error: as problem+json under ``/api/``, else as a page."""
    if request.path.startswith(API_PREFIX):
        return problem_response(status=500, detail="Something went wrong on our side. Try again later.")
    return html_server_error(request)


@require_safe
def serve_upload(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an image. Documents are left to Wagtail's own address, which checks who may have them."""
    parts = posixpath.normpath(path).lstrip("/").split("/")
    if parts[0].lower() == DOCUMENTS_FOLDER:
        raise Http404
    try:
        return serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except (OSError, ValueError, SuspiciousFileOperation) as error:  # Not the name of a file there.
        raise Http404 from error
