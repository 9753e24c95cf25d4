"""What wraps every response of the project."""

from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponseBase,
)
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse
from django.utils import translation
from wagtail.api.v3.auth import BearerTokenAuth

from standfirst.delivery.middleware import without_body
from standfirst.delivery.problems import problem_response
from standfirst.visibility import is_multilingual

MANAGEMENT_API_PREFIX = "/api/wagtail/v3/"
API_PREFIX = "/api/"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Send the strict policy with the public site and Wagtail's looser one with its admin."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(reverse("wagtailadmin_home")):
            parts.replace = settings.ADMIN_CONTENT_SECURITY_POLICY
        return parts


class LanguageMiddleware:
    """Activate the language that a page's address names, on a site with several.

    Django's own middleware also asks the browser and its cookies, so that one address would have an answer a
    reader, and caches would have to keep them all.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_multilingual():
            return self.get_response(request)
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            return self.get_response(request)


class HeadMiddleware:
    """Answer HEAD with the headers of GET and no body."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        response = self.get_response(request)
        return without_body(response) if is_head else response


class PublicGZipMiddleware(GZipMiddleware):
    """Compress what is the same for everybody, and nothing else.

    Compression reveals secrets that are in a page beside what a visitor sent (the BREACH attack). A public
    answer holds none; the admin's pages do.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "public" not in response.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)


class ManagementApiMiddleware:
    """Ask for an API token at every address of Wagtail's management API, reads included.

    By default, it answers anonymous reads with fields that are meant for editors, and treats a wrong token
    as no token. Its documentation pages are for whoever may use the admin.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.authenticate = BearerTokenAuth()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(MANAGEMENT_API_PREFIX):
            return self.get_response(request)
        if self._is_documentation(request) and request.user.has_perm("wagtailadmin.access_admin"):
            return self.get_response(request)
        if not self.authenticate(request):
            response = problem_response(
                status=401, detail="Send a Wagtail API token: 'Authorization: Bearer …'."
            )
            response["WWW-Authenticate"] = "Bearer"
            return response
        return self.get_response(request)

    def _is_documentation(self, request: HttpRequest) -> bool:
        return request.path.removeprefix(MANAGEMENT_API_PREFIX) in ("docs/", "openapi.json")
