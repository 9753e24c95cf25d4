"""The delivery API: the routers of the installed apps and of the site, under one set of conventions."""

import inspect
import json
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.openapi.docs import Swagger, render_template
from ninja.operation import Operation
from pydantic import BaseModel

from standfirst import parts
from standfirst.delivery import conf
from standfirst.delivery.answers import JSONRenderer
from standfirst.delivery.bodies import check_body
from standfirst.delivery.middleware import NAMESPACE
from standfirst.delivery.openapi import complete_document
from standfirst.delivery.parameters import refuse_unknown_parameters
from standfirst.delivery.problems import FieldErrorDict, problem_response

VERSION = "1.0.0"
# As Django's `json_script` escapes them: to JSON they are the same characters.
_SAFE_IN_SCRIPTS = {ord(character): f"\\u{ord(character):04X}" for character in "<>&"}
DESCRIPTION = """
Articles whose claims stand up: pages, claims, sources and reader comments, for frontends.

Reading needs no token. Successful answers to `GET` may be cached and carry an `ETag`. Errors are
`application/problem+json` (RFC 9457) with a stable `code`; a 422 lists each field. Unknown query parameters
are refused with 422. What is absent is `null`, never an empty text.
"""


class DeliveryAPI(NinjaAPI):
    """A NinjaAPI whose operations all keep the conventions, whoever wrote their routers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._documents: dict[str, dict[str, Any]] = {}
        self.add_decorator(keep_conventions, mode="view")
        for error, answer in _ANSWERS.items():
            self.add_exception_handler(error, answer)

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Return the OpenAPI document, made once for each path that the API is mounted at."""
        prefix = kwargs.get("path_prefix")
        if prefix is None:
            prefix = self.get_root_path(kwargs.get("path_params") or {})
        if prefix not in self._documents:
            self._documents[prefix] = complete_document(super().get_openapi_schema(path_prefix=prefix))
        # Whoever changes it copies it first: a copy of all its parts costs more than sending it.
        return dict(self._documents[prefix])

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext]
    ) -> ValidationError:
        """Return the error without the names that our functions give to parameters and bodies.

        Ninja says ``query.query.limit`` and ``body.submission.name``; clients know ``limit`` and ``name``.
        """
        return ValidationError(
            [
                {**error, "loc": _public_location(error["loc"], context)}
                for context in error_contexts
                for error in super(DeliveryAPI, self).validation_error_from_error_contexts([context]).errors
            ]
        )


class DocsPage(Swagger):
    """Swagger UI without its choice of a server: there is one, and the element has no accessible name."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Return the page with the document in it, written so that no text of it ends the script element."""
        settings = {
            **self.settings,
            "url": self.get_openapi_url(api, kwargs),
            "spec": {**api.get_openapi_schema(path_params=kwargs), "servers": []},
        }
        context = {
            "swagger_settings": json.dumps(settings).translate(_SAFE_IN_SCRIPTS),
            "api": api,
            "add_csrf": False,  # Reading needs no account, and posting takes none.
        }
        return render_template(request, self.template, self.template_cdn, context)


@cache
def build_api() -> DeliveryAPI:
    """Return the site's delivery API: one for a process, whose documentation lists every router."""
    api = DeliveryAPI(
        title=conf.title(),
        version=VERSION,
        description=DESCRIPTION,
        urls_namespace=NAMESPACE,
        # Deep links would be links inside buttons, which screen readers can't reach.
        docs=DocsPage(settings={"defaultModelsExpandDepth": 0, "deepLinking": False}),
        docs_url="/docs/",
        openapi_url="/openapi.json",
        # Left to itself, ninja answers both with 200 whatever the method.
        docs_decorator=require_safe,
        renderer=JSONRenderer(),
        servers=[{"url": "/", "description": "The site that serves this document"}],
    )
    for path in (*parts.offered_routers(), *conf.routers()):
        api.add_router("", import_string(path))
    return api


def keep_conventions(run: Any) -> Callable[..., Any]:
    """Return ``Operation.run`` with a look at the request first: parameters that nobody knows, bodies.

    Ninja drops unknown parameters before a schema could refuse them; a filter that is misspelt would answer
    everything. Decorators of an API are the first, so that ``run`` is still the bound method.
    """
    operation: Operation = run.__self__
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__", model.model_fields)
    }

    def refuse(request: HttpRequest) -> HttpResponse | None:
        try:
            refuse_unknown_parameters(request, known)
            check_body(request)
        except (ValidationError, HttpError) as error:
            answer: HttpResponse = operation.api.on_exception(request, error)
            return answer
        return None

    if inspect.iscoroutinefunction(run):

        @wraps(run)
        async def run_async(request: HttpRequest, **kwargs: Any) -> Any:
            return refuse(request) or await run(request, **kwargs)

        return run_async

    @wraps(run)
    def run_sync(request: HttpRequest, **kwargs: Any) -> Any:
        return refuse(request) or run(request, **kwargs)

    return run_sync


def report_invalid(request: HttpRequest, exception: ValidationError) -> HttpResponse:
    """Answer 422 with one entry a field."""
    errors: list[FieldErrorDict] = [
        {
            "loc": [str(part) for part in error["loc"]],
            "code": str(error["type"]),
            "msg": str(error["msg"]),
        }
        for error in exception.errors
    ]
    return problem_response(status=422, detail=_("Some of the values can't be used."), errors=errors)


def report_http_error(request: HttpRequest, exception: HttpError) -> HttpResponse:
    """Answer with the error's own status, code and sentence."""
    return problem_response(
        status=exception.status_code,
        code=getattr(exception, "code", None),
        detail=str(exception),
        retry_after=getattr(exception, "retry_after", None),
    )


def report_not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """Answer 404 without the words of the exception, which may name models and values."""
    return problem_response(status=404, detail=_("There is nothing at this address."))


def report_too_big(request: HttpRequest, exception: RequestDataTooBig) -> HttpResponse:
    """Answer 413 to a body that is larger than Django takes."""
    return problem_response(status=413, detail=_("The request's body is too large."))


def report_bad_request(request: HttpRequest, exception: BadRequest) -> HttpResponse:
    """Answer 400 to a request that can't be parsed."""
    return problem_response(status=400, detail=str(exception) or _("The request can't be read."))


_ANSWERS: dict[type[Exception], Any] = {
    ValidationError: report_invalid,
    HttpError: report_http_error,
    Http404: report_not_found,
    RequestDataTooBig: report_too_big,
    BadRequest: report_bad_request,
}


def _public_location(location: Sequence[int | str], context: ValidationErrorContext) -> tuple[int | str, ...]:
    place, *path = location
    field = context.model.model_fields.get(str(path[0])) if path else None
    if field and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
        del path[0]
    return (place, *path)
