"""What a site might add to the comments: a form with a field of every kind, and rules."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db import connection

from comments.forms import CommentForm
from comments.models import Comment
from comments.screening import Submission, Verdict

FORM = f"{__name__}.SurveyForm"


class SurveyForm(CommentForm):
    """A field of every kind that can be kept."""

    topic = forms.ChoiceField(
        label="Topic",
        choices=[
            ("", "Choose one"),
            ("dose", "Dose"),
            ("Risks", [("harm", "Harm & pain"), ("cost", "Cost")]),
        ],
    )
    stars = forms.TypedChoiceField(
        label="Stars",
        choices=[(1, "One"), (2, "Two")],
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    devices = forms.MultipleChoiceField(
        label="Devices",
        help_text="All that you have used.",
        choices=[("pen", "Pen"), ("roller", "Roller"), ("stamp", "Stamp")],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    agreed = forms.BooleanField(label="I have read the rules", required=False)
    age = forms.IntegerField(label="Age", min_value=1, max_value=130, required=False)
    weight = forms.DecimalField(label="Weight", decimal_places=2, max_digits=6, required=False)
    ratio = forms.FloatField(required=False)
    treated_on = forms.DateField(
        label="Treated on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    treated_at = forms.TimeField(required=False)
    remarks = forms.CharField(label="Remarks", required=False, max_length=200, widget=forms.Textarea)
    source_code = forms.CharField(required=False, widget=forms.HiddenInput)

    public_fields: ClassVar[tuple[str, ...]] = ("topic", "devices", "agreed", "treated_on")


class Calm:
    """Has no objection to anything."""

    code = "calm"

    def check(self, submission: Submission) -> Verdict:
        return Verdict.accept()


class Words:
    """Goes by the words of a comment, and keeps the last one it was asked about."""

    code = "words"
    asked: ClassVar[list[tuple[Submission, bool]]] = []

    def check(self, submission: Submission) -> Verdict:
        self.asked.append((submission, connection.in_atomic_block))
        if "hold" in submission.body:
            return Verdict.hold("It says hold.")
        if "spam" in submission.body:
            return Verdict.spam("It says spam.")
        if "refuse" in submission.body:
            return Verdict.refuse("Not here, please.", http_status=409, retry_after=60)
        if "fail" in submission.body:
            raise RuntimeError("A rule of the site has a fault.")
        if "nothing" in submission.body:
            return None  # type: ignore[return-value]
        return Verdict.accept()


class LockedWords(Words):
    """The same within the transaction."""

    code = "locked_words"
    needs_lock = True


class BrokenQuery:
    """Spoils the transaction it is asked in."""

    code = "broken_query"
    needs_lock = True

    def check(self, submission: Submission) -> Verdict:
        Comment.objects.extra(where=["no_such_column = 1"]).exists()
        return Verdict.accept()


class Taken(CommentForm):
    """Has a field of ours in another shape, and publishes a field that it doesn't have."""

    email = forms.CharField(required=False)
    public_fields: ClassVar[tuple[str, ...]] = ("email", "nonsense")


class Without(CommentForm):
    """Lacks a field of ours."""

    website = None  # type: ignore[assignment]


class Uploading(CommentForm):
    """Asks for what can't be kept."""

    picture = forms.ImageField(required=False)
    scan = forms.FileField(required=False)
    friend = forms.ModelChoiceField(queryset=Comment.objects.none(), required=False)
    both = forms.SplitDateTimeField(required=False)
    anything = forms.Field(required=False)
    raw = forms.JSONField(required=False)


class Half:
    """No rule: it has no ``check``."""

    code = "half"


class Nameless(Calm):
    """No rule: its code is empty."""

    code = ""


class Long(Calm):
    """A rule whose code has all the characters that it may have."""

    code = "x" * 50


class Endless(Calm):
    """No rule: its code is one character too long."""

    code = "x" * 51


class Longest(Calm):
    """A rule with the longest code."""

    code = "x" * 50


class Impostor(Calm):
    """No rule: its code means that a moderator decided."""

    code = "moderator"


class Demanding(Calm):
    """No rule: it can't be made without arguments."""

    def __init__(self, words: list[str]) -> None:
        self.words = words


calm: Any = Calm()
WEIGHT = Decimal("61.50")
