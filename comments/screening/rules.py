"""What a rule is given, what it answers, and what it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable
from uuid import UUID

from django.utils.functional import Promise

from ..errors import CommentRefused, RefusedByRule

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Every status that a refusal may have: those that the delivery API documents.
REFUSAL_STATUSES: Final = frozenset({403, 409, 422, 429})


class Outcome(IntEnum):
    """What becomes of a comment, the most severe last: of several rules, the most severe counts."""

    ACCEPT = 0
    HOLD = 1
    SPAM = 2
    REFUSE = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a comment. Make one with ``accept``, ``hold``, ``spam`` or ``refuse``.

    ``note`` is for the moderation history, where moderators read it; ``refusal`` is raised.
    """

    outcome: Outcome
    note: str = ""
    refusal: CommentRefused | None = None

    @classmethod
    def accept(cls) -> "Verdict":
        """Return that the rule has no objection. The comment then waits for a moderator, as any."""
        return cls(Outcome.ACCEPT)

    @classmethod
    def hold(cls, note: str = "") -> "Verdict":
        """Return that a moderator should look: the comment waits, with the rule's code as the reason."""
        return cls(Outcome.HOLD, note=note)

    @classmethod
    def spam(cls, note: str = "") -> "Verdict":
        """Return that the comment is spam. It is stored as such, and its author is not told."""
        return cls(Outcome.SPAM, note=note)

    @classmethod
    def refuse(
        cls, sentence: str | Promise, *, http_status: int = 403, retry_after: int | None = None
    ) -> "Verdict":
        """Return that the comment isn't taken. Its author is told the ``sentence`` and keeps the text.

        ``http_status`` is one of ``REFUSAL_STATUSES``, and ``retry_after`` is in seconds, if trying again
        later will help. Programs are told the rule's code. Raises ``ValueError`` for any other status.
        """
        if http_status not in REFUSAL_STATUSES:
            raise ValueError(f"A comment is refused with one of {sorted(REFUSAL_STATUSES)}.")
        refusal = RefusedByRule(sentence, http_status=http_status, retry_after=retry_after)
        return cls(Outcome.REFUSE, refusal=refusal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A valid comment that is about to be stored, and who sent it. A rule can read it and change nothing.

    ``page`` is of its own type; for an alias, it is the alias. ``parent_uid`` is the comment that is replied
    to, ``anchor`` the part of the page, and ``extra`` has the values of the site's own fields. ``user`` is
    None for somebody who isn't logged in.
    """

    page: Any
    body: str
    author_name: str
    author_email: str
    author_url: str
    parent_uid: UUID | None
    anchor: str
    user: "User | None"
    ip_address: str | None
    user_agent: str
    written_at: datetime
    #: Equal for the same words by the same author in the same place.
    fingerprint: str
    #: None before the first comment of a page.
    discussion_id: int | None
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@runtime_checkable
class Rule(Protocol):
    """What looks at each new comment. It is made once, without arguments, and asked by several threads.

    A rule that counts what is stored, so that two comments at once mustn't both pass, has besides
    ``needs_lock = True``: it is asked again within the transaction that stores the comment, while nobody
    else can write to the discussion, and mustn't ask anything outside the database.
    """

    #: Stable, at most 50 characters: the reason in the moderation history, and a refusal's code.
    code: str

    def check(self, submission: Submission) -> Verdict:
        """Return what the rule says of a comment. If it raises, the error is logged and the comment held."""
        ...
