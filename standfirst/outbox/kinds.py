"""The kinds of messages, ours and those of others, in one registry."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from standfirst.outbox.errors import InvalidPayload, UnknownKind

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Payload = TypeVar("Payload", bound=BaseModel)
NAME_MAX_LENGTH = 100
# With the pauses of standfirst.outbox.back_off these are spread over two and a half days.
DEFAULT_MAX_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a kind is told of a message beside its payload.

    ``uid`` stays the same over all attempts: with it, a receiver can tell that it has a message already.
    ``attempt`` counts from 1.
    """

    uid: UUID
    attempt: int
    created_at: datetime


class Kind(ABC, Generic[Payload]):
    """One kind of message: what its payload is, and how it is delivered.

    ``payload_model`` is a pydantic model whose values JSON can hold; it is checked when a message is written
    and again before each delivery, since a newer version of the code may read what an older one wrote.
    """

    name: ClassVar[str]
    label: "ClassVar[_StrOrPromise]"
    payload_model: type[Payload]
    max_attempts: ClassVar[int] = DEFAULT_MAX_ATTEMPTS

    @abstractmethod
    def deliver(self, payload: Payload, *, delivery: Delivery) -> None:
        """Send the message; return once the other side has taken it.

        Raise ``PermanentFailure`` if it is refused for good, ``UncertainFailure`` if it may have arrived, and
        any other error if it didn't: then it is tried again after a pause, up to ``max_attempts`` times. What
        waits for the network must have a timeout, shorter than the lease.
        """

    def describe(self, payload: Payload) -> "list[tuple[_StrOrPromise, str]]":
        """Return what the admin shows of the payload to those who may read it: labels and texts."""
        return [(name, str(value)) for name, value in payload.model_dump(mode="json").items()]

    def summarise(self, payload: Payload) -> str:
        """Return a line by which the admin's list tells messages of this kind apart, for the same people."""
        return ""

    def clean(self, payload: Mapping[str, Any] | BaseModel) -> Payload:
        """Return the payload as its model. Raises ``InvalidPayload``."""
        values = payload.model_dump(mode="json") if isinstance(payload, BaseModel) else payload
        try:
            return self.payload_model.model_validate(values)
        except ValidationError as error:
            # Without the values: the text is logged, and shown to people who may not read the message.
            faults = error.errors(include_input=False, include_url=False, include_context=False)
            text = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'payload'}: {fault['msg']}" for fault in faults
            )
            raise InvalidPayload(text) from None


_kinds: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    """Add a kind, as an app does in its ``ready()``. Raises ``ValueError`` if another one has its name."""
    other = _kinds.get(kind.name)
    if other is not None and type(other) is not type(kind):
        raise ValueError(f"There are two kinds of messages called “{kind.name}”.")
    if not 0 < len(kind.name) <= NAME_MAX_LENGTH:
        raise ValueError(f"The name of a kind of messages has 1 to {NAME_MAX_LENGTH} characters.")
    _kinds[kind.name] = kind


def find_kind(name: str) -> Kind[Any]:
    """Return the kind of this name. Raises ``UnknownKind``."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"No kind of messages called “{name}” is registered.") from None


def all_kinds() -> list[Kind[Any]]:
    """Return every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
