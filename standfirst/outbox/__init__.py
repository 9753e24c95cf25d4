"""Work that leaves the site after a commit, such as e-mails, and that no crash loses.

``enqueue`` writes a message in the caller's transaction. Once that is committed, a worker takes the message
on a lease, hands it to its kind, and tries again later if that fails. A kind is an object, registered with
``register``: ours is ``mail``, a site adds its own.
"""

from standfirst.outbox.errors import (
    InvalidPayload,
    PermanentFailure,
    TemporaryFailure,
    UncertainFailure,
    UnknownKind,
)
from standfirst.outbox.kinds import Delivery, Kind, register
from standfirst.outbox.writing import enqueue

__all__ = [
    "Delivery",
    "InvalidPayload",
    "Kind",
    "PermanentFailure",
    "TemporaryFailure",
    "UncertainFailure",
    "UnknownKind",
    "enqueue",
    "register",
]
