"""The delivery as a Django task.

The module reads ``STANDFIRST_OUTBOX_TASKS_BACKEND`` and ``TASKS`` when it is imported, so it is imported when
a task is started or run, not before.
"""

from django_tasks import task

from standfirst.outbox import conf
from standfirst.outbox.delivering import deliver_due

# A worker that is told to stop ends its task first: within this time and that of one delivery.
SECONDS = 5.0


@task(backend=conf.tasks_backend())
def deliver_outbox() -> None:
    """Deliver for a few seconds; hand over to another task if more is due."""
    if deliver_due(seconds=SECONDS).is_more_due:
        deliver_outbox.enqueue()
