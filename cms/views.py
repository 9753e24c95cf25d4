"""Views of the project itself: errors."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error as html_server_error

from cms.middleware import API_PREFIX
from cms.problems import problem_response


@csrf_exempt
def api_not_found(request: HttpRequest) -> HttpResponse:
    """Answer an unknown address under ``/api/`` in the API's own format."""
    return problem_response(status=404, detail="There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer an error that nobody foresaw: as problem+json under ``/api/``, else as a page."""
    if request.path.startswith(API_PREFIX):
        return problem_response(status=500, detail="Something went wrong on our side. Try again later.")
    return html_server_error(request)
