"""The rule that nobody posts the same comment twice."""

from ..enums import Status
from ..errors import DuplicateComment
from ..models import Comment
from .rules import Outcome, Submission, Verdict


class Duplicate:
    """Refuse what the same author has sent to the same place already, unless that is in the trash."""

    code = DuplicateComment.code
    needs_lock = True

    def check(self, submission: Submission) -> Verdict:
        if submission.discussion_id is None:
            return Verdict.accept()
        same = Comment.objects.filter(
            discussion_id=submission.discussion_id, fingerprint=submission.fingerprint
        )
        if same.exclude(status=Status.TRASH).exists():
            return Verdict(Outcome.REFUSE, refusal=DuplicateComment())
        return Verdict.accept()
