"""Which bodies the API reads: JSON, uncompressed, of a known length."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError

_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


class RefusalError(HttpError):
    """A request that is refused, with a stable ``code`` and, if waiting helps, ``retry_after`` seconds."""

    def __init__(
        self, status_code: int, message: str, *, code: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(status_code, message)
        self.code = code
        self.retry_after = retry_after


def check_body(request: HttpRequest) -> None:
    """Raise ``RefusalError`` for a body that the API doesn't read.

    A page on another site can make a browser send forms and plain text anywhere; JSON only if CORS allows.
    WSGI has no way to say that a body without a length has come to its end: Django reads none of it.
    """
    if request.method in _WITHOUT_BODY:
        return
    if request.content_type != "application/json":
        raise RefusalError(415, _("Send the values as application/json."))
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise RefusalError(415, _("Send the body uncompressed."))
    if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
        raise RefusalError(411, _("Send the body with its length, not in chunks."))
