"""Asks the rules about a comment, in their order."""

import logging
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.db import connection, transaction
from django.utils.module_loading import import_string

from standfirst.outages import is_outage

from .. import conf
from ..enums import Reason
from ..errors import CommentRefused, RefusedByRule
from .rules import Outcome, Rule, Submission, Verdict

logger = logging.getLogger("standfirst.comments")

#: The rules of a site that names none.
DEFAULT_RULES: Final = (f"{__package__}.duplicate.Duplicate", f"{__package__}.flood.Flood")
CODE_MAX_LENGTH: Final = 50


@dataclass(frozen=True, slots=True)
class Screening:
    """What the rules say together: the most severe outcome, and the reason of the rule that said so first."""

    outcome: Outcome = Outcome.ACCEPT
    reason: str = Reason.PREMODERATION
    note: str = ""


def load_rules() -> tuple[Rule, ...]:
    """Return the rules of the site. Raises ``ImportError`` and ``TypeError`` for what is none."""
    paths = conf.rules()
    return _load_rules(DEFAULT_RULES if paths is None else paths)


def load_rule(path: str) -> Rule:
    """Return the rule at a dotted path: an object, or a class that is called without arguments.

    Raises ``ImportError`` if there is nothing at the path, and ``TypeError`` if it is no rule.
    """
    found = import_string(path)
    rule = found() if isinstance(found, type) else found
    if not isinstance(rule, Rule) or not callable(rule.check):
        raise TypeError("it has no “code” and “check”")
    if not isinstance(rule.code, str) or not 0 < len(rule.code) <= CODE_MAX_LENGTH:
        raise TypeError(f"its code is not a text of 1 to {CODE_MAX_LENGTH} characters")
    if rule.code in Reason.values:
        raise TypeError(f"its code “{rule.code}” has another meaning")
    return rule


def codes() -> dict[str, str]:
    """Return the codes of the site's own rules, each with a sentence. A check reports a list with a fault."""
    try:
        rules = load_rules()
    except Exception:
        return {}
    return {rule.code: "A rule of the site refused the comment." for rule in rules if not _is_ours(rule)}


def has_rules_without_lock() -> bool:
    """Return whether there is anything to ask before the transaction."""
    return not all(map(_needs_lock, load_rules()))


def screen_early(submission: Submission) -> Screening:
    """Ask all rules before the transaction that stores the comment. Raises ``CommentRefused``.

    Those that need the lock are asked, too, so that what they refuse doesn't cost a question to some service.
    """
    return _screen(submission, load_rules())


def screen_locked(submission: Submission, early: Screening) -> Screening:
    """Ask the rules that need the discussion's lock. Raises ``CommentRefused``.

    ``early`` is what was found before; the more severe of both is returned.
    """
    locked = _screen(submission, filter(_needs_lock, load_rules()))
    return locked if locked.outcome > early.outcome else early


def _screen(submission: Submission, rules: Iterable[Rule]) -> Screening:
    screening = Screening()
    for rule in rules:
        verdict = _ask(rule, submission)
        if isinstance(verdict, Screening):  # It failed.
            found = verdict
        elif verdict.refusal is not None:
            refusal = verdict.refusal
            if isinstance(refusal, RefusedByRule):
                refusal.code = rule.code
            raise refusal
        else:
            found = Screening(verdict.outcome, rule.code, verdict.note)
        if found.outcome > screening.outcome:
            screening = found
    return screening


def _ask(rule: Rule, submission: Submission) -> Verdict | Screening:
    """Return what a rule says; if it fails, that the comment is held.

    Our own rules fail with the database alone, and then nothing can be stored.
    """
    if _is_ours(rule):
        return rule.check(submission)
    try:
        # An error of the database would end the transaction around it.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            verdict = rule.check(submission)
        if not isinstance(verdict, Verdict):
            raise TypeError(f"A rule returns a Verdict, not {verdict!r}.")
    except CommentRefused:
        raise
    except Exception as error:
        # Within a transaction there is no going on without the database; before it, storing will tell.
        if connection.in_atomic_block and is_outage(error):
            raise
        logger.exception("The rule “%s” failed; the comment is held.", rule.code)
        return Screening(Outcome.HOLD, Reason.RULE_FAILED, rule.code)
    return verdict


def _needs_lock(rule: Rule) -> bool:
    return bool(getattr(rule, "needs_lock", False))


def _is_ours(rule: Rule) -> bool:
    return type(rule).__module__.startswith(f"{__package__}.")


@cache
def _load_rules(paths: tuple[str, ...]) -> tuple[Rule, ...]:
    return tuple(map(load_rule, paths))
