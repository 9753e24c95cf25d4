"""What comments say of the claims that they are about: articles answer, and neither app knows the other."""

from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from articles.models import ArticlePage
from comments.enums import Status
from comments.models import Comment
from comments.services import set_comment_status, submit_comment
from standfirst import parts
from standfirst.anchors import Anchor, AnchorGrade, Place, find_editors
from standfirst.models import FrontendSettings
from tests.articles.builders import claim_block, make_article, make_draft, make_index, site_root

pytestmark = pytest.mark.django_db

QUEUE = "/admin/standfirst/comments/"


def uid_of(page: Any, number: int = 0) -> str:
    return list(page.get_comment_anchors())[number]


def base(page: Any) -> Page:
    """Return a page as a list of pages of all types has it."""
    return Page.objects.get(pk=page.pk)


def comment_on(page: Any, anchor: str, status: Status = Status.APPROVED) -> Comment:
    number = Comment.objects.count()
    comment = submit_comment(
        page=page,
        body=f"Comment {number}",
        author_name="Ada",
        author_email=f"ada{number}@example.org",
        anchor=anchor,
    )
    set_comment_status(uids=[comment.uid], status=status, actor=None)
    return comment


@pytest.fixture
def article() -> ArticlePage:
    return make_article(
        slug="needling", body=[claim_block("It helps."), claim_block("It is safe.", certainty="high")]
    )


@pytest.fixture
def moderator() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("moderator"))
    return client


@pytest.fixture
def _without_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the core know what it would if the app wasn't installed."""
    monkeypatch.setattr(parts._offers, "anchors", [])


@pytest.fixture
def _without_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts._offers, "last_anchors", [])
    monkeypatch.setattr(parts._offers, "comment_counter", None)


class TestAnswers:
    @pytest.mark.usefixtures("_without_comments")
    def test_words_grade_and_address(self, article: ArticlePage) -> None:
        first, second = uid_of(article), uid_of(article, 1)
        found = parts.find_anchors([Place(base(article), second), Place(article, first)])
        assert found == {
            (article.pk, first): Anchor(
                words="Claim 1: It helps.",
                grade=AnchorGrade(value="low", label="Low certainty"),
                url=f"/needling/#claim-{first}",
            ),
            (article.pk, second): Anchor(
                words="Claim 2: It is safe.",
                grade=AnchorGrade(value="high", label="High certainty"),
                url=f"/needling/#claim-{second}",
            ),
        }

    def test_what_is_not_there_is_left_out(self, article: ArticlePage) -> None:
        other = make_article(body=[claim_block("Elsewhere.")])
        uid = uid_of(article)
        strange = ["", "x", "\0", str(uuid4()), uid.upper(), uid.replace("-", ""), f"{{{uid}}}"]
        places = [Place(article, anchor) for anchor in [*strange, uid_of(other)]]
        places += [Place(make_index(), uid), Place(base(site_root()), uid)]
        assert parts.find_anchors(places) == {}
        article.unpublish()
        assert parts.find_anchors([Place(article, uid)]) == {}

    def test_an_alias_has_the_claims_of_its_original(self, article: ArticlePage) -> None:
        alias = article.create_alias(update_slug="alias")
        again = alias.create_alias(update_slug="again")
        uid = uid_of(article)
        found = parts.find_anchors([Place(base(page), uid) for page in (article, alias, again)])
        assert [found[page.pk, uid].url for page in (article, alias, again)] == [
            f"/needling/#claim-{uid}",
            f"/alias/#claim-{uid}",
            f"/again/#claim-{uid}",
        ]

    def test_the_words_follow_the_claim(self, article: ArticlePage) -> None:
        uid = uid_of(article)
        block_id = article.body.raw_data[0]["id"]
        changed = claim_block("It may help.", certainty="moderate", id=block_id)
        field: Any = article._meta.get_field("body")
        article.body = field.to_python([changed])
        article.save_revision().publish()
        found = parts.find_anchors([Place(article, uid)])[article.pk, uid]
        assert (found.words, found.grade) == (
            "Claim 1: It may help.",
            AnchorGrade(value="moderate", label="Moderate certainty"),
        )

    @pytest.mark.parametrize("number", [1, 10, 100])
    def test_costs_a_query_however_many_there_are(self, number: int, django_assert_num_queries: Any) -> None:
        places = [
            Place(base(page), uid_of(page))
            for page in (make_article(body=[claim_block("It helps.")]) for _ in range(min(number, 10)))
        ] * (number // min(number, 10))
        Site.get_site_root_paths()
        with django_assert_num_queries(1):
            assert len(parts.find_anchors(places)) == min(number, 10)

    def test_a_type_with_parts_of_its_own_is_asked_as_well(self, article: ArticlePage) -> None:
        uid = uid_of(article)

        def both(page: Any) -> dict[str, str]:
            return {"method": "How it was done", uid: "Claim"}

        with mock.patch.object(ArticlePage, "get_comment_anchors", both):
            found = parts.find_anchors([Place(base(article), anchor) for anchor in ("method", uid, "gone")])
        assert found[article.pk, "method"].words == "How it was done"
        assert found[article.pk, uid].grade is not None
        assert (article.pk, "gone") not in found

    def test_an_article_is_not_read_for_a_claim_that_is_gone(self, article: ArticlePage) -> None:
        with mock.patch.object(ArticlePage, "reading", property(lambda page: pytest.fail("read"))):
            assert parts.find_anchors([Place(base(article), str(uuid4()))]) == {}


class TestEditors:
    def user(self, name: str, **fields: Any) -> Any:
        return get_user_model().objects.create_user(name, **fields)

    def test_who_wrote_the_latest_and_the_live_version_and_who_owns_it(self) -> None:
        writer, publisher, owner = (self.user(name) for name in ("writer", "publisher", "owner"))
        page = make_draft(body=[claim_block("It helps.")], owner=owner)
        page.save_revision(user=publisher).publish()
        page = ArticlePage.objects.get(pk=page.pk)
        page.save_revision(user=writer)
        alias = page.create_alias(update_slug="alias")
        uid = uid_of(page)
        found = parts.find_anchors([Place(base(page), uid), Place(alias, uid)], with_editors=True)
        assert found[page.pk, uid].editors == (writer, publisher, owner)
        assert found[alias.pk, uid].editors == (writer, publisher, owner)
        assert parts.find_anchors([Place(page, uid)])[page.pk, uid].editors == ()

    def test_each_once_and_only_active_accounts(self) -> None:
        gone, ada = self.user("gone", is_active=False), self.user("ada")
        page = make_draft(owner=ada)
        page.save_revision(user=gone).publish()
        ArticlePage.objects.get(pk=page.pk).save_revision(user=ada)
        nobody = make_article()
        assert find_editors([page, nobody]) == {page.pk: [ada], nobody.pk: []}

    @pytest.mark.parametrize("number", [1, 10])
    def test_costs_two_queries(self, number: int, django_assert_num_queries: Any) -> None:
        pages = [make_draft(owner=self.user(f"owner{place}")) for place in range(number)]
        with django_assert_num_queries(2):
            assert all(find_editors(pages).values())


class TestModerators:
    def context(self, answer: Any) -> list[str]:
        soup = BeautifulSoup(answer.content, "html.parser")
        return [" ".join(item.text.split()) for item in soup.select(".sf-comment-context li")]

    def test_the_queue_shows_words_grade_and_place(self, moderator: Client, article: ArticlePage) -> None:
        uid = uid_of(article, 1)
        comment = comment_on(article, uid)
        for address in (
            QUEUE,
            f"/admin/bulk/standfirst_comments/comment/trash/?id={comment.pk}&next={QUEUE}",
        ):
            answer = moderator.get(address)
            assert self.context(answer) == ["About Claim 2: It is safe. (High certainty)"], address
            assert f'href="/needling/#claim-{uid}"' in answer.content.decode()

    def test_a_comment_that_was_decided_meanwhile(self, moderator: Client, article: ArticlePage) -> None:
        comment = comment_on(article, uid_of(article))
        data = {"status": "spam", "seen": "pending"}
        answer = moderator.post(f"{QUEUE}decide/{comment.pk}/", data)
        assert answer.status_code == 409
        assert self.context(answer) == ["About Claim 1: It helps. (Low certainty)"]

    def test_a_comment_in_full(self, moderator: Client, article: ArticlePage) -> None:
        uid = uid_of(article)
        text = moderator.get(f"{QUEUE}inspect/{comment_on(article, uid).pk}/").content.decode()
        link = f'<a href="/needling/#claim-{uid}"><bdi>Claim 1: It helps.</bdi></a> (Low certainty)'
        assert link in text
        assert "no longer there" not in text

    def test_a_claim_that_is_gone_is_called_what_it_was(
        self, moderator: Client, article: ArticlePage
    ) -> None:
        comment = comment_on(article, uid_of(article))
        article.body = []
        article.save_revision().publish()
        answer = moderator.get(QUEUE)
        assert self.context(answer) == ["About Claim 1: It helps."]
        assert "#claim-" not in answer.content.decode()
        text = moderator.get(f"{QUEUE}inspect/{comment.pk}/").content.decode()
        assert "<bdi>Claim 1: It helps.</bdi> (a part that is no longer there)" in text

    def test_a_claim_of_a_page_that_was_taken_offline_is_not_gone(
        self, moderator: Client, article: ArticlePage
    ) -> None:
        comment = comment_on(article, uid_of(article))
        article.unpublish()
        text = moderator.get(f"{QUEUE}inspect/{comment.pk}/").content.decode()
        assert "<bdi>Claim 1: It helps.</bdi>" in text
        assert "no longer there" not in text
        assert "#claim-" not in text

    @pytest.mark.usefixtures("_without_articles")
    def test_without_the_app_of_articles(self, moderator: Client, article: ArticlePage) -> None:
        """The page's own methods answer then, as those of any page type: no grade, the same place."""
        uid = uid_of(article)
        comment = comment_on(article, uid)
        answer = moderator.get(QUEUE)
        assert self.context(answer) == ["About Claim 1: It helps."]
        assert f'href="/needling/#claim-{uid}"' in answer.content.decode()
        assert moderator.get(f"{QUEUE}inspect/{comment.pk}/").status_code == 200

    def test_words_are_escaped(self, moderator: Client) -> None:
        page = make_article(body=[claim_block("<script>alert(1)</script> & more")])
        comment_on(page, uid_of(page))
        text = moderator.get(QUEUE).content.decode()
        assert "<script>alert(1)" not in text
        assert "Claim 1: &lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in text

    def test_queries_do_not_grow(self, moderator: Client) -> None:
        counts = []
        Site.get_site_root_paths()
        moderator.get(QUEUE)
        for number in (1, 9, 90):
            for place in range(number):
                if place % 10 == 0:
                    page = make_article(body=[claim_block("It helps.")])
                    uid = uid_of(page)
                comment_on(page, uid, Status.TRASH)
            with CaptureQueriesContext(connection) as queries:
                assert b"Low certainty" in moderator.get(QUEUE).content
            counts.append(len(queries))
        assert counts == [counts[0]] * 3


class TestAPI:
    def anchors(self, client: Client, page: Any) -> Any:
        return client.get("/api/v1/comments/", {"page": page.pk}).json()["anchors"]

    def expected(self, uid: str, where: str = "http://localhost") -> dict[str, Any]:
        return {
            "type": "comment_anchor",
            "anchor": uid,
            "label": "Claim 1: It helps.",
            "grade": {"type": "comment_anchor_grade", "value": "low", "label": "Low certainty"},
            "path": f"/needling/#claim-{uid}",
            "url": f"{where}/needling/#claim-{uid}",
        }

    def test_a_list_says_each_part_once(self, client: Client, article: ArticlePage) -> None:
        uid = uid_of(article)
        assert self.anchors(client, article) == []
        for anchor in (uid, uid, ""):
            comment_on(article, anchor)
        assert self.anchors(client, article) == [self.expected(uid)]
        claim = client.get(f"/api/v1/claims/{uid}/").json()
        assert claim["url"] == self.expected(uid)["url"]
        assert claim["certainty"]["value"] == "low"

    def test_a_part_that_is_gone_is_left_out(self, client: Client, article: ArticlePage) -> None:
        comment_on(article, uid_of(article))
        article.body = []
        article.save_revision().publish()
        assert self.anchors(client, article) == []
        (item,) = client.get("/api/v1/comments/", {"page": article.pk}).json()["items"]
        assert item["anchor_label"] == "Claim 1: It helps."

    def test_at_the_address_of_a_frontend(self, client: Client, article: ArticlePage) -> None:
        FrontendSettings.objects.create(site=Site.objects.get(), base_url="https://front.example.org")
        comment_on(article, uid_of(article))
        assert self.anchors(client, article) == [
            self.expected(uid_of(article), "https://front.example.org"),
        ]

    def test_an_alias_has_an_address_of_its_own(self, client: Client, article: ArticlePage) -> None:
        uid = uid_of(article)
        comment_on(article, uid)
        (found,) = self.anchors(client, article.create_alias(update_slug="alias"))
        assert found["path"] == f"/alias/#claim-{uid}"

    @pytest.mark.usefixtures("_without_articles")
    @pytest.mark.parametrize(
        ("address", "path", "url"),
        [
            ("/needling/#p", "/needling/#p", "http://localhost/needling/#p"),
            ("", "/needling/", "http://localhost/needling/"),
            ("/needling/2/?x=1#p", "/needling/2/?x=1#p", "http://localhost/needling/2/?x=1#p"),
            ("https://other.example/a#p", "/a#p", "https://other.example/a#p"),
        ],
    )
    def test_parts_that_a_page_names_itself(
        self, client: Client, article: ArticlePage, address: str, path: str, url: str
    ) -> None:
        with (
            mock.patch.object(ArticlePage, "get_comment_anchors", return_value={"p": "The part"}),
            mock.patch.object(ArticlePage, "get_comment_anchor_url", return_value=address),
        ):
            comment_on(article, "p")
            (found,) = self.anchors(client, article)
        assert found == {
            "type": "comment_anchor",
            "anchor": "p",
            "label": "The part",
            "grade": None,
            "path": path,
            "url": url,
        }

    def test_does_not_read_the_article(self, client: Client, article: ArticlePage) -> None:
        comment_on(article, uid_of(article))
        with mock.patch.object(ArticlePage, "reading", property(lambda page: pytest.fail("read"))):
            assert self.anchors(client, article)
