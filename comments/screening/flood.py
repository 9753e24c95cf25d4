"""The rule that nobody posts faster than a person writes."""

import math
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from .. import conf
from ..errors import TooManyComments
from ..models import Comment
from .rules import Outcome, Submission, Verdict


class Flood:
    """Refuse a comment if the same e-mail, address or user wrote anywhere a moment ago."""

    code = TooManyComments.code
    needs_lock = True

    def check(self, submission: Submission) -> Verdict:
        seconds = conf.flood_seconds()
        if seconds <= 0:
            return Verdict.accept()
        same_author = Q(author_email__iexact=submission.author_email)
        if submission.ip_address:
            same_author |= Q(ip_address=submission.ip_address)
        if submission.user is not None:
            same_author |= Q(user_id=submission.user.pk)
        now = timezone.now()
        window = timedelta(seconds=seconds)
        # Clocks of several machines differ a little; a date further ahead was written by a clock that was
        # wrong, and would lock its author's address out until that date.
        recent = Comment.objects.filter(created_at__gt=now - window, created_at__lt=now + window)
        last = recent.filter(same_author).order_by("-created_at").values_list("created_at", flat=True).first()
        if last is None:
            return Verdict.accept()
        retry_after = max(1, math.ceil((last + window - now).total_seconds()))
        return Verdict(Outcome.REFUSE, refusal=TooManyComments(retry_after=retry_after))
