"""Rules for new comments: their order, what they are told, what they can say, and their faults."""

import dataclasses
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from comments.enums import Reason, Status
from comments.errors import CommentRefused, DiscussionClosed, DuplicateComment, TooManyComments
from comments.models import Comment, Discussion, ModerationEntry
from comments.screening import Rule, Submission, Verdict
from comments.screening.pipeline import DEFAULT_RULES, codes, load_rules
from comments.services import set_comment_status, set_discussion_open, submit_comment
from standfirst import parts
from tests.comments.extensions import BrokenQuery, Calm, LockedWords, Words

Make = Callable[..., Comment]
HERE = "tests.comments.extensions"


@pytest.fixture(autouse=True)
def forget() -> None:
    Words.asked.clear()


@pytest.fixture
def use(settings: Any) -> Callable[..., None]:
    """Return a function that sets the list of rules."""

    def set_rules(*names: str) -> None:
        settings.STANDFIRST_COMMENTS_RULES = [name if "." in name else f"{HERE}.{name}" for name in names]

    return set_rules


def submit(page: Page, body: str = "Words.", **fields: Any) -> Comment:
    return submit_comment(
        page=page, body=body, **{"author_name": "Ada", "author_email": "ada@example.org", **fields}
    )


def history() -> list[tuple[str, str, str]]:
    return [(entry.to_status, entry.reason, entry.note) for entry in ModerationEntry.objects.order_by("pk")]


def pending() -> int:
    return Discussion.objects.get().pending_count


class TestVerdicts:
    @pytest.mark.parametrize("name", ["Words", "LockedWords"])
    @pytest.mark.parametrize(
        ("body", "status", "note"),
        [("A hold.", Status.PENDING, "It says hold."), ("A spam.", Status.SPAM, "It says spam.")],
    )
    def test_stored(
        self, plain_page: Page, use: Callable[..., None], name: str, body: str, status: str, note: str
    ) -> None:
        use(name)
        comment = submit(plain_page, body)
        comment.refresh_from_db()
        code = Words.code if name == "Words" else LockedWords.code
        assert comment.status == status
        assert history() == [(status, code, note)]
        assert pending() == (status == Status.PENDING)

    @pytest.mark.parametrize("name", ["Words", "LockedWords"])
    def test_refused(self, plain_page: Page, use: Callable[..., None], name: str) -> None:
        use(name)
        with pytest.raises(CommentRefused) as caught:
            submit(plain_page, "I refuse.")
        refusal = caught.value
        assert (str(refusal), refusal.http_status, refusal.retry_after) == ("Not here, please.", 409, 60)
        assert refusal.code == (Words.code if name == "Words" else LockedWords.code)
        assert not Comment.objects.exists()

    def test_no_objection(self, plain_page: Page, use: Callable[..., None]) -> None:
        use("Calm")
        assert submit(plain_page).status == Status.PENDING
        assert history() == [(Status.PENDING, Reason.PREMODERATION, "")]

    @pytest.mark.parametrize("rules", [("Words", "LockedWords", "Calm"), ("LockedWords", "Calm", "Words")])
    def test_the_most_severe_counts_and_the_first_of_those(
        self, plain_page: Page, use: Callable[..., None], rules: tuple[str, ...]
    ) -> None:
        use(*rules)
        submit(plain_page, "hold")
        # What needs no lock is asked before, wherever it stands; all are asked then, in their order.
        assert history() == [
            (Status.PENDING, Words.code if rules[0] == "Words" else "locked_words", "It says hold.")
        ]
        submit(plain_page, "spam")
        assert Comment.objects.get(body="spam").status == Status.SPAM

    def test_spam_can_be_approved(self, plain_page: Page, use: Callable[..., None]) -> None:
        use("Words")
        comment = submit(plain_page, "spam")
        set_comment_status(uids=[comment.uid], status=Status.APPROVED, actor=None)
        discussion = Discussion.objects.get()
        assert (discussion.approved_count, discussion.pending_count) == (1, 0)

    @pytest.mark.parametrize(
        ("status", "is_possible"), [(403, True), (429, True), (404, False), (500, False)]
    )
    def test_statuses(self, status: int, is_possible: bool) -> None:
        if is_possible:
            assert Verdict.refuse("No.", http_status=status).refusal
        else:
            with pytest.raises(ValueError, match="A comment is refused with one of"):
                Verdict.refuse("No.", http_status=status)

    def test_what_a_rule_needs_not_say(self) -> None:
        assert (Verdict.hold().note, Verdict.spam().note, Verdict.accept().note) == ("", "", "")
        refusal = Verdict.refuse("No.").refusal
        assert refusal is not None
        assert (refusal.http_status, refusal.retry_after) == (403, None)

    def test_the_codes_of_the_api(self, use: Callable[..., None]) -> None:
        assert codes() == {}
        use(*DEFAULT_RULES, "Calm", "Words")
        assert set(codes()) == {"calm", "words"}
        use("Missing")
        assert codes() == {}


class TestAsked:
    def test_what_it_is_told(self, plain_page: Page, use: Callable[..., None], approved: Make) -> None:
        parent = approved(anchor="part-1")
        use("Words", "LockedWords")
        submit(
            plain_page,
            parent_uid=parent.uid,
            author_url="https://ada.example.org/",
            ip_address="192.0.2.1",
            user_agent="A browser",
            extra={"topic": "dose"},
        )
        # Both before the transaction, where no other service has to be waited for, and one again within it.
        assert len(Words.asked) == 3
        first = Words.asked[0][0]
        assert (first.page, first.body, first.author_name) == (plain_page, "Words.", "Ada")
        assert (first.author_email, first.author_url) == ("ada@example.org", "https://ada.example.org/")
        assert (first.parent_uid, first.anchor) == (parent.uid, "part-1")
        assert (first.user, first.ip_address, first.user_agent) == (None, "192.0.2.1", "A browser")
        assert first.extra == {"topic": "dose"}
        assert all(submission == first for submission, _ in Words.asked)

    def test_it_can_change_nothing(self, plain_page: Page, use: Callable[..., None]) -> None:
        use("Words")
        submit(plain_page, extra={"topic": "dose"})
        submission = Words.asked[0][0]
        with pytest.raises(dataclasses.FrozenInstanceError):
            submission.body = "Other words."  # type: ignore[misc]
        with pytest.raises(TypeError):
            submission.extra["topic"] = "cost"  # type: ignore[index]

    @pytest.mark.django_db(transaction=True)
    def test_before_the_transaction_and_within_it(self, plain_page: Page, use: Callable[..., None]) -> None:
        use("Words")
        submit(plain_page)
        use("LockedWords")
        submit(plain_page, "More words.")
        use("LockedWords", "Words")
        submit(plain_page, "Even more.")
        # The first list has nothing to ask within, the second nothing to ask before.
        assert [within for _, within in Words.asked] == [False, True, False, False, True]

    def test_nobody_is_asked_about_a_closed_discussion(
        self, plain_page: Page, use: Callable[..., None]
    ) -> None:
        use("Words", "LockedWords")
        set_discussion_open(page=plain_page, is_open=False)
        with pytest.raises(DiscussionClosed):
            submit(plain_page)
        assert Words.asked == []

    def test_what_is_refused_first_costs_no_question(
        self, plain_page: Page, use: Callable[..., None], settings: Any
    ) -> None:
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 15
        use(*DEFAULT_RULES, "Words")
        submit(plain_page)
        Words.asked.clear()
        with pytest.raises(DuplicateComment):
            submit(plain_page)
        with pytest.raises(TooManyComments):
            submit(plain_page, "More.")
        assert Words.asked == []


class TestFaults:
    @pytest.mark.parametrize("body", ["I fail.", "I say nothing."])
    @pytest.mark.parametrize("name", ["Words", "LockedWords"])
    def test_a_rule_that_fails_holds_the_comment(
        self,
        plain_page: Page,
        use: Callable[..., None],
        caplog: pytest.LogCaptureFixture,
        name: str,
        body: str,
    ) -> None:
        use(name, "Calm")
        with caplog.at_level(logging.ERROR):
            comment = submit(plain_page, body)
        code = Words.code if name == "Words" else LockedWords.code
        assert comment.status == Status.PENDING
        assert history() == [(Status.PENDING, Reason.RULE_FAILED, code)]
        assert f"The rule “{code}” failed; the comment is held." in caplog.text
        assert pending() == 1

    def test_the_rules_after_it_are_asked(self, plain_page: Page, use: Callable[..., None]) -> None:
        use("BrokenQuery", "Words")
        assert submit(plain_page, "spam").status == Status.SPAM

    def test_a_spoiled_transaction_is_mended(self, plain_page: Page, use: Callable[..., None]) -> None:
        use("BrokenQuery")
        submit(plain_page)
        assert history() == [(Status.PENDING, Reason.RULE_FAILED, BrokenQuery.code)]

    def test_without_the_database_nothing_is_pretended(
        self, plain_page: Page, use: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(self: Any, submission: Submission) -> Verdict:
            raise OperationalError("the server closed the connection unexpectedly")

        monkeypatch.setattr(LockedWords, "check", fail)
        use("LockedWords")
        with pytest.raises(OperationalError):
            submit(plain_page)

    def test_a_refusal_of_ours_that_is_raised(
        self, plain_page: Page, use: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(self: Any, submission: Submission) -> Verdict:
            raise TooManyComments(retry_after=5)

        monkeypatch.setattr(Words, "check", refuse)
        use("Words")
        with pytest.raises(TooManyComments):
            submit(plain_page)


class TestDefault:
    def test_the_list(self, settings: Any) -> None:
        assert [rule.code for rule in load_rules()] == ["duplicate_comment", "too_many_comments"]
        settings.STANDFIRST_COMMENTS_RULES = []
        assert load_rules() == ()
        assert isinstance(Calm(), Rule)

    def test_a_site_can_do_without(self, plain_page: Page, use: Callable[..., None], settings: Any) -> None:
        settings.STANDFIRST_COMMENTS_FLOOD_SECONDS = 15
        use()
        submit(plain_page)
        submit(plain_page)
        assert Comment.objects.count() == 2

    def test_what_asking_early_costs(self, plain_page: Page, use: Callable[..., None]) -> None:
        submit(plain_page)
        with CaptureQueriesContext(connection) as default:
            submit(plain_page, "Second.")
        use(*DEFAULT_RULES, "Calm")
        with CaptureQueriesContext(connection) as with_one_more:
            submit(plain_page, "Third.")
        # The discussion, and whether there is a duplicate: once more before the transaction. The other two
        # are a savepoint, since this test has a transaction around it.
        assert len(with_one_more) == len(default) + 4


class TestToldToTheAuthor:
    def test_by_the_form(
        self, post: Callable[..., Any], form_data: dict[str, str], use: Callable[..., None]
    ) -> None:
        use("Words")
        answer = post({**form_data, "comment": "I refuse <b>."})
        assert (answer.status_code, answer["Retry-After"]) == (409, "60")
        assert "Not here, please." in answer.content.decode()
        assert "I refuse &lt;b&gt;." in answer.content.decode()

    def test_by_the_api(
        self,
        post_json: Callable[..., Any],
        json_data: dict[str, Any],
        use: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use("Words")
        monkeypatch.setattr(parts._offers, "problem_codes", dict(parts.offered_problem_codes()))
        answer = post_json({**json_data, "comment": "I refuse."})
        assert answer.status_code == 409
        assert answer.json()["detail"] == "Not here, please."
        # Clients were promised a complete list of codes: the setting counts as it was at startup.
        assert answer.json()["code"] == "conflict"
        parts.offer_problem_codes(codes())
        assert post_json({**json_data, "comment": "I refuse."}).json()["code"] == Words.code

    def test_whoever_sends_spam_is_not_told(
        self,
        post: Callable[..., Any],
        form_data: dict[str, str],
        post_json: Callable[..., Any],
        json_data: dict[str, Any],
        use: Callable[..., None],
    ) -> None:
        use("Words")
        taken = post_json({**json_data, "comment": "No harm."}).json()
        spam = post_json({**json_data, "comment": "This is spam."}).json()
        assert (spam["status"], spam["message"]) == (taken["status"], taken["message"])
        assert Comment.objects.get(uid=spam["uid"]).status == Status.SPAM
        taken_page = post({**form_data, "comment": "No harm here."})
        spam_page = post({**form_data, "comment": "More spam."})
        assert (spam_page.status_code, spam_page["Location"]) == (
            taken_page.status_code,
            taken_page["Location"],
        )
