"""What other apps are told, once it is committed. docs/reference/signals.md lists each with its arguments.

Nothing of ours rests on them: whatever has to happen with a change is called within its transaction. A
receiver that raises is logged and passed over. The sender is the model, and nothing is sent for comments that
go with their page.
"""

from django.dispatch import Signal

#: A reader's comment has been stored: ``comment``.
comment_submitted = Signal()

#: A comment has another status: ``comment``, ``from_status``, ``to_status``, ``actor``, ``reason``, ``note``.
comment_status_changed = Signal()

#: A discussion has been opened or closed, or its counters or version have moved: ``discussion``, ``changed``.
discussion_changed = Signal()
