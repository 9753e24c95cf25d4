"""The rules that a new comment goes through: one file a rule, in the order of ``STANDFIRST_COMMENTS_RULES``.

A rule of another app needs nothing but a ``code`` and a method ``check``, as ``Rule`` has them.
"""

from .rules import Rule, Submission, Verdict

__all__ = ["Rule", "Submission", "Verdict"]
