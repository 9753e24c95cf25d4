"""Starting a delivery where a worker of Django tasks runs."""

import logging
from importlib.util import find_spec
from typing import Any

from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


def start_delivery() -> None:
    """Have a worker deliver what is due, if the site has one.

    A backend that runs tasks at once is passed over: the reader who wrote a comment would wait for the mail
    server. Then, and if this fails, ``manage.py standfirst_deliver_outbox`` delivers. Raises nothing: what
    the caller committed stays committed.
    """
    try:
        from standfirst.outbox.tasks import deliver_outbox

        if not is_immediate(deliver_outbox.get_backend()):
            deliver_outbox.enqueue()
    except Exception:
        logger.exception("The delivery of outgoing messages could not be started")


def is_immediate(backend: Any) -> bool:
    """Return whether a backend of tasks runs them in the process that enqueues them."""
    libraries = [name for name in ("django_tasks", "django.tasks") if find_spec(name)]
    classes = [import_string(f"{name}.backends.immediate.ImmediateBackend") for name in libraries]
    return isinstance(backend, tuple(classes))
