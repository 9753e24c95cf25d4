"""The bare view: Django answering with bytes that it has in memory. No page can be faster."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

# Without any middleware (see benchmarks.wsgi).
BARE_PREFIX = "/benchmark/bare/"
# Behind the project's middleware.
WRAPPED_PREFIX = "/benchmark/wrapped/"
FOLDER = "recorded"


def record(data_folder: Path, name: str, *, status: int, headers: Mapping[str, str], content: bytes) -> None:
    """Store an answer of the site under a name, for the bare view to serve."""
    folder = data_folder / FOLDER
    folder.mkdir(exist_ok=True)
    answer = {"status": status, "headers": dict(headers), "content": base64.b64encode(content).decode()}
    (folder / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")


def serve_recorded(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the recorded status, headers and bytes."""
    status, headers, content = _read(name)
    _ = request.body  # The request's body is read in either case.
    response = HttpResponse(content, status=status)
    if "Content-Type" not in headers:
        del response["Content-Type"]
    for header, value in headers.items():
        response[header] = value
    return response


@cache
def _read(name: str) -> tuple[int, dict[str, str], bytes]:
    """Return a recorded answer, read from the disk once in each worker process."""
    path = settings.DATA_DIR / FOLDER / f"{name}.json"
    if not path.is_file():
        raise Http404
    answer = json.loads(path.read_text(encoding="utf-8"))
    return answer["status"], answer["headers"], base64.b64decode(answer["content"])
