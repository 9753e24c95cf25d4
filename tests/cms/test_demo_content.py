"""The demonstration site: complete when it is built, and left alone afterwards."""

import json
import re
import shlex
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db.models import Model
from django.test import TestCase, override_settings
from django.utils import timezone
from PIL import Image as PillowImage
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, PageLogEntry, Revision, Site

from articles.enums import Certainty
from articles.models import ArticlePage, Claim, ClaimCitation, Person, Source
from cms.demo.artwork import CREDIT, DIAGRAMS, HEROES, draw_artwork
from cms.demo.bodies import BodyWriter
from cms.demo.build import build_demo
from cms.demo.data import CONTENT, DemoData
from cms.models import HomePage
from comments.enums import Status
from comments.models import Comment, Discussion, ModerationEntry
from tests.docs.markdown import ROOT

MAIN_ARTICLE = "/articles/microneedling-and-hyperpigmentation/"
# The works that were seen in print; the demonstration may cite no other.
KNOWN_DOIS = {
    "10.1155/2011/158241",
    "10.1186/s12895-017-0066-5",
    "10.1016/j.jaad.2021.03.116",
    "10.1097/dss.0000000000002763",
    "10.1097/01.dss.0000790428.70373.f6",
    "10.2147/ccid.s267192",
    "10.4103/0974-2077.118403",
    "10.1002/14651858.cd003583.pub2",
}
COUNTED: tuple[type[Model], ...] = (
    Page,
    Revision,
    Person,
    Source,
    Claim,
    ClaimCitation,
    Comment,
    Discussion,
    ModerationEntry,
    User,
    get_image_model(),
    Site,
    PageLogEntry,
)


@pytest.fixture(scope="session")
def data() -> DemoData:
    """Return the content as it is in the files."""
    return DemoData()


def run_command(*arguments: str, **environment: str) -> str:
    output = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DEMO_ADMIN_PASSWORD", raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        call_command("demo_content", *arguments, stdout=output)
    return output.getvalue()


def count_rows() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in COUNTED}


def walk_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from walk_texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from walk_texts(part)


def read_requests(name: str, *, page: Page, called: int) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield path and body of each `curl` in a page of docs/, where the page's id is ``called``."""
    text = (ROOT / "docs" / name).read_text("utf-8").replace("\\\n", " ")
    for line in re.findall(r"^curl .+", text, flags=re.MULTILINE):
        words = shlex.split(line.replace("$API", "http://localhost:8000/api/v1"))
        (address,) = (word for word in words if word.startswith("http://localhost:8000"))
        path = re.sub(rf"\b{called}\b", str(page.pk), address.removeprefix("http://localhost:8000"))
        yield path, {**json.loads(words[words.index("-d") + 1]), "page": page.pk} if "-d" in words else None


class DemoCase(TestCase):
    """Tests of the built demonstration: building it takes seconds, so a class shares one."""

    printed: str

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(TemporaryDirectory(prefix="standfirst-media-"))
        cls.enterClassContext(override_settings(MEDIA_ROOT=folder))
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        cls.printed = run_command(DEMO_ADMIN_PASSWORD="a long enough password")


class TestFiles:
    """What can be said of the content without a database."""

    def test_articles_are_as_long_as_a_reader_expects(self, data: DemoData) -> None:
        assert len(data.articles) == 5
        for article in data.articles:
            shown = [
                text
                for block in article.body
                for key, value in block.items()
                if key
                not in {"type", "key", "artwork", "alt", "certainty", "direction", "citations", "level"}
                for text in walk_texts(value)
            ]
            words = len(" ".join(shown).split())
            assert 600 <= words <= 1100, (article.slug, words)

    def test_an_article_links_to_older_articles_only(self, data: DemoData) -> None:
        written: set[str] = set()
        for article in data.articles:
            linked = {
                part.split('"', 1)[0]
                for text in walk_texts(article.body)
                for part in text.split('href="article:')[1:]
            }
            assert linked <= written, article.slug
            written.add(article.slug)

    def test_comments_are_written_between_publication_and_today(self, data: DemoData) -> None:
        for article in data.articles:
            hours = [comment.hours for comment in article.discussion.comments]
            assert all(0 < hour < 24 * article.published_days_ago - 6 for hour in hours), article.slug

    def test_a_slip_in_a_file_is_noticed(self, data: DemoData) -> None:
        article = data.articles[0]
        writer = BodyWriter(slug=article.slug, pages={}, sources={}, images={})
        claim = {
            "type": "claim",
            "key": "k",
            "statement": "s",
            "certainty": "low",
            "caveat": "c",
            "citations": [{"source": "no such source", "relation": "supports"}],
        }
        with pytest.raises(KeyError):
            writer.write([claim])

    def test_a_link_to_an_article_that_is_gone_becomes_text(self) -> None:
        writer = BodyWriter(slug="a", pages={"here": 7}, sources={}, images={})
        assert writer.write_rich_text(
            'One <a href="article:gone">two</a>.\n\nThree <a href="article:here">four</a>.'
        ) == ('<p>One two.</p><p>Three <a linktype="page" id="7">four</a>.</p>')

    def test_every_file_is_used(self, data: DemoData) -> None:
        names = {path.stem for path in (CONTENT / "comments").glob("*.toml")}
        assert names == {article.slug for article in data.articles}
        cited = {
            citation["source"]
            for article in data.articles
            for block in article.body
            for citation in block.get("citations", ())
        }
        assert cited == set(data.sources)
        assert {author for article in data.articles for author in article.authors} == set(data.people)

    def test_directions_follow_from_what_is_cited(self, data: DemoData) -> None:
        """A claim points where its sources point, and nowhere if it has none that do."""
        sides = {"supports": {"for"}, "mixed": {"for", "against"}, "against": {"against"}, None: set()}
        side_of = {"evidence": "for", "supports": "for", "disputes": "against", "refutes": "against"}
        for article in data.articles:
            for block in article.body:
                if block["type"] == "claim":
                    relations = {citation["relation"] for citation in block.get("citations", ())}
                    shown = {side_of[relation] for relation in relations if relation in side_of}
                    assert shown == sides[block.get("direction")], (article.slug, block["key"])

    def test_a_claim_that_is_not_assessed_is_the_one_without_sources(self, data: DemoData) -> None:
        claims = [block for article in data.articles for block in article.body if block["type"] == "claim"]
        ungraded = [block["key"] for block in claims if block["certainty"] == "not_assessed"]
        assert ungraded == [block["key"] for block in claims if not block.get("citations")]

    def test_what_articles_say_of_their_own_claims(self, data: DemoData) -> None:
        trial = next(article for article in data.articles if article.slug == "tranexamic-acid-for-melasma")
        assert "Our certainty about every claim here is very low" in str(trial.body)
        assert {block["certainty"] for block in trial.body if block["type"] == "claim"} == {"very_low"}

    def test_the_explained_levels_are_those_of_the_cards(self, data: DemoData) -> None:
        method = next(article for article in data.articles if article.slug == "how-we-grade-evidence")
        (table,) = (block for block in method.body if block["type"] == "table")
        assert [(f"{row[0]} certainty", int(row[1])) for row in table["rows"]] == [
            (certainty.label, certainty.level) for certainty in Certainty if certainty.level
        ]

    def test_the_tutorial_names_the_claims_without_a_direction(self, data: DemoData) -> None:
        main = next(article for article in data.articles if MAIN_ARTICLE.endswith(f"/{article.slug}/"))
        claims = [block for block in main.body if block["type"] == "claim"]
        tutorial = " ".join((ROOT / "docs" / "tutorial" / "first-article.md").read_text("utf-8").split())
        named = re.search(r"Claims (\d+) and (\d+) have no direction", tutorial)
        assert named is not None
        assert [int(number) for number in named.groups()] == [
            number for number, block in enumerate(claims, 1) if not block.get("direction")
        ]
        assert f"Claim {len(claims)} is *Unsourced*" in tutorial
        assert [block for block in claims if not block.get("citations")] == claims[-1:]

    def test_nobody_could_be_written_to(self) -> None:
        for path in (CONTENT / "comments").glob("*.toml"):
            for comment in tomllib.loads(path.read_text(encoding="utf-8"))["comment"]:
                domain = comment["email"].partition("@")[2]
                # RFC 2606 sets these aside.
                assert domain in {"example.org", "example.com", "example.net", "standfirst.example"}


class TestArtwork:
    """The drawings."""

    @pytest.mark.parametrize("name", [*HEROES, *DIAGRAMS])
    def test_is_a_picture_of_the_right_size(self, name: str) -> None:
        file_name, content = draw_artwork(name)
        picture = PillowImage.open(BytesIO(content))
        assert picture.size == ((1600, 900) if name in HEROES else (1600, 1000))
        assert file_name.endswith(".jpg" if name in HEROES else ".png")
        # A blank sheet would have a handful of colours.
        assert len(picture.convert("RGB").resize((400, 225)).getcolors(maxcolors=100_000) or []) > 50

    def test_is_the_same_each_time(self) -> None:
        assert draw_artwork("needles_and_strata") == draw_artwork("needles_and_strata")

    def test_unknown_name(self) -> None:
        with pytest.raises(KeyError):
            draw_artwork("no such picture")


class TestFirstRun(DemoCase):
    """A fresh build."""

    def test_says_what_it_does(self) -> None:
        lines = self.printed.splitlines()
        assert "Made the account “admin”" in lines[0]
        assert sum("Wrote “" in line for line in lines) == 5

    def test_page_tree_and_menu(self) -> None:
        site = Site.objects.get()
        assert site.is_default_site
        assert site.site_name == "Standfirst"
        home = site.root_page.specific
        assert isinstance(home, HomePage)
        assert [page.slug for page in home.get_children().live().in_menu()] == [
            "articles",
            "how-we-grade-evidence",
        ]
        assert home.get_descendants().live().count() == 6
        # Wagtail's welcome page is gone.
        assert list(Page.objects.filter(depth=2).values_list("pk", flat=True)) == [home.pk]
        assert home.get_url() == "/"

    def test_every_page_is_served_at_any_host(self) -> None:
        with self.settings(ALLOWED_HOSTS=["*"]):
            for page in Page.objects.filter(depth__gte=2):
                for host in ("localhost:8000", "127.0.0.1:9123", "demo.example.org"):
                    response = self.client.get(page.get_url(), headers={"host": host})
                    assert response.status_code == 200, (page, host)

    def test_published_through_the_past_months(self) -> None:
        articles = list(ArticlePage.objects.order_by("-first_published_at"))
        assert articles[0].get_url() == MAIN_ARTICLE
        assert len({article.first_published_at.date() for article in articles}) == 5
        for article in articles:
            moment = article.updated_at or article.first_published_at
            assert article.live
            assert not article.has_unpublished_changes
            assert article.last_published_at == article.latest_revision_created_at == moment < timezone.now()
            assert article.latest_revision.created_at == moment
            published = PageLogEntry.objects.filter(page_id=article.pk, action="wagtail.publish")
            assert [entry.timestamp for entry in published] == [moment]

    def test_pictures_have_words_and_credit(self) -> None:
        for article in ArticlePage.objects.all():
            assert article.hero_image is not None
            assert article.hero_alt
            assert article.hero_credit == CREDIT
            for block in article.body:
                if block.block_type == "image":
                    assert block.value["image"].contextual_alt_text
                    assert block.value["credit"] == CREDIT
        # Two articles share a drawing, and share its file.
        assert get_image_model().objects.count() == len(HEROES) + len(DIAGRAMS)

    def test_blocks_of_every_kind(self) -> None:
        kinds = Counter(block.block_type for article in ArticlePage.objects.all() for block in article.body)
        assert set(kinds) == set(ArticlePage.body.field.stream_block.child_blocks)

    def test_bodies_pass_the_editor_s_own_validation(self) -> None:
        for article in ArticlePage.objects.all():
            article.body.stream_block.clean(article.body)

    def test_claims_rest_on_the_known_sources(self) -> None:
        assert set(Source.objects.values_list("doi", flat=True)) == KNOWN_DOIS
        main = ArticlePage.objects.get(slug="microneedling-and-hyperpigmentation")
        cited = ClaimCitation.objects.filter(claim__page=main).values_list("source__doi", flat=True)
        assert set(cited) == KNOWN_DOIS
        assert not ArticlePage.objects.get(slug="how-we-grade-evidence").reading.claims

    def test_claims_are_graded_with_modesty(self) -> None:
        grades = Counter(Claim.objects.values_list("certainty", flat=True))
        assert set(grades) == set(Certainty.values)
        assert grades[Certainty.LOW] + grades[Certainty.VERY_LOW] > Claim.objects.count() / 2

    def test_one_claim_is_unsourced_and_says_so(self) -> None:
        unsourced = Claim.objects.get(citations=None)
        assert unsourced.certainty == Certainty.NOT_ASSESSED
        assert not unsourced.direction
        assert Claim.objects.filter(certainty=Certainty.NOT_ASSESSED).get() == unsourced
        page = self.client.get(unsourced.page.get_url()).content.decode()
        assert page.count("Unsourced") == 1
        card = page[page.index(f'id="claim-{unsourced.uid}"') :]
        assert "Unsourced" in card[: card.index("</section") if "</section" in card else len(card)]

    def test_comments_in_every_state(self) -> None:
        assert set(Comment.objects.values_list("status", flat=True)) == set(Status.values)
        assert Comment.objects.filter(status=Status.APPROVED).order_by("-depth")[0].depth == 3
        removed = Comment.objects.exclude(status=Status.APPROVED).filter(approved_reply_count__gt=0).get()
        assert removed.status == Status.TRASH
        assert [entry.to_status for entry in removed.moderation_entries.all()] == [
            Status.PENDING,
            Status.APPROVED,
            Status.TRASH,
        ]
        assert Discussion.objects.filter(is_open=False).count() == 1

    def test_counters_are_right(self) -> None:
        for discussion in Discussion.objects.all():
            statuses = Counter(discussion.comments.values_list("status", flat=True))
            assert discussion.approved_count == statuses[Status.APPROVED]
            assert discussion.pending_count == statuses[Status.PENDING]

    def test_comments_are_dated_in_the_past(self) -> None:
        for comment in Comment.objects.select_related("discussion__page"):
            page = comment.discussion.page
            assert page.first_published_at < comment.created_at < timezone.now()
            assert comment.created_at <= comment.status_changed_at < timezone.now()
            if comment.parent is not None:
                assert comment.parent.created_at < comment.created_at
            moments = [entry.created_at for entry in comment.moderation_entries.order_by("pk")]
            assert moments == sorted(moments)
            assert moments[0] == comment.created_at
            assert moments[-1] == comment.status_changed_at

    def test_comments_about_claims(self) -> None:
        anchored = Comment.objects.exclude(anchor="").select_related("discussion__page")
        assert anchored.count() >= 5
        for comment in anchored:
            assert comment.anchor in comment.discussion.page.specific.get_comment_anchors()

    def test_what_readers_see(self) -> None:
        page = self.client.get(MAIN_ARTICLE).content.decode()
        assert "&lt;script&gt;alert(" in page
        assert "<script>alert(" not in page
        assert "ليلى" in page
        assert "Derma Deals" not in page
        assert "is the proof" not in page
        assert "without calling anybody names" in page

    @override_settings(STANDFIRST_COMMENTS_FLOOD_SECONDS=0)
    def test_documented_requests(self) -> None:
        """Each `curl` of the tutorial and of the how-to for frontends gets what its page says."""
        written = ArticlePage.objects.get(slug="is-microneedling-safe")
        written.slug = "how-large-were-the-trials"
        written.save_revision().publish()
        Discussion.objects.update(is_open=True)
        main = ArticlePage.objects.get(slug=MAIN_ARTICLE.split("/")[2])
        requests = [
            *read_requests("tutorial/first-article.md", page=written, called=11),
            *read_requests("how-to/fetch-from-a-frontend.md", page=main, called=9),
        ]
        assert len(requests) > 10
        for path, body in requests:
            if body is not None:
                response = self.client.post(path, body, content_type="application/json")
                assert response.status_code == 201, path
            else:
                response = self.client.get(path)
                assert response.status_code == 200, path
                assert response.json().get("items", ["no list"]), path

    def test_people_who_may_log_in(self) -> None:
        admin = User.objects.get(username="admin")
        assert admin.is_superuser
        assert admin.check_password("a long enough password")
        for name, group in (("editor", "Editors"), ("moderator", "Moderators")):
            user = User.objects.get(username=name)
            assert not user.has_usable_password()
            assert list(user.groups.all()) == [Group.objects.get(name=group)]


class TestSecondRun(DemoCase):
    """What was added or edited stays."""

    def test_adds_nothing(self) -> None:
        before = count_rows()
        output = run_command(DEMO_ADMIN_PASSWORD="another password")
        assert count_rows() == before
        assert "nothing was changed" in output
        assert User.objects.get(username="admin").check_password("a long enough password")

    def test_leaves_edits_alone(self) -> None:
        home = HomePage.objects.get()
        home.title, home.slug = "The Daily Skin", "daily"
        home.save_revision().publish()
        article = ArticlePage.objects.get(slug="is-microneedling-safe")
        article.title, article.slug = "Safe?", "safe"
        article.save_revision().publish()
        grade = ArticlePage.objects.get(slug="how-we-grade-evidence")
        grade.unpublish()
        Person.objects.filter(name="Orla Fennimore").update(name="Somebody Else")
        Source.objects.filter(year=2010).update(title="Edited")
        Comment.objects.filter(status=Status.PENDING).update(body="Edited")
        before = count_rows()
        run_command()
        assert count_rows() == before
        assert HomePage.objects.get().title == "The Daily Skin"
        assert not ArticlePage.objects.filter(slug="is-microneedling-safe").exists()
        assert not ArticlePage.objects.get(pk=grade.pk).live
        assert Person.objects.filter(name="Somebody Else").exists()

    def test_makes_what_is_missing(self) -> None:
        before = count_rows()
        ArticlePage.objects.get(slug="is-microneedling-safe").delete()
        output = run_command()
        assert output.count("Wrote") == 1
        after = count_rows()
        for name in ("Page", "Person", "Source", "Claim", "ClaimCitation", "Comment", "Image"):
            assert after[name] == before[name], name

    def test_keeps_a_front_page_that_somebody_else_chose(self) -> None:
        site = Site.objects.get()
        site.root_page = Page.objects.get(slug="articles")
        site.save()
        run_command()
        assert Site.objects.get().root_page.slug == "articles"

    def test_replaces_the_password_only_when_asked(self) -> None:
        run_command("--set-password", DEMO_ADMIN_PASSWORD="a new password")
        assert User.objects.get(username="admin").check_password("a new password")
        run_command("--admin-password", "a third password")
        assert User.objects.get(username="admin").check_password("a new password")


@pytest.mark.django_db
class TestOtherStartingPoints:
    """Sites that are not as Wagtail's migrations leave them."""

    @pytest.fixture(autouse=True)
    def own_media(self, settings: Any, tmp_path: Path) -> None:
        """Keep the pictures of each test apart."""
        settings.MEDIA_ROOT = tmp_path / "media"

    @pytest.fixture
    def small(self, data: DemoData) -> DemoData:
        """Return the demonstration with its first article only."""
        small = replace(data)
        small.__dict__["articles"] = data.articles[:1]
        return small

    @pytest.fixture
    def no_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the command make accounts only."""
        monkeypatch.setattr("cms.management.commands.demo_content.build_demo", lambda **options: 0)

    def test_no_password_no_admin(self, no_pages: None) -> None:
        output = run_command()
        assert not User.objects.filter(username="admin").exists()
        assert "DEMO_ADMIN_PASSWORD is not set" in output

    def test_never_gives_a_password_to_somebody_else_s_account(self, no_pages: None) -> None:
        User.objects.create_user("admin", password="theirs")
        run_command("--set-password", DEMO_ADMIN_PASSWORD="ours")
        admin = User.objects.get(username="admin")
        assert admin.check_password("theirs")
        assert not admin.is_superuser

    def test_an_empty_page_tree(self, small: DemoData) -> None:
        Site.objects.all().delete()
        Page.objects.all().delete()
        Locale.objects.all().delete()
        Group.objects.all().delete()
        build_demo(report=print, data=small)
        assert Site.objects.get().root_page.specific_class is HomePage
        assert ArticlePage.objects.get().get_url() == "/how-we-grade-evidence/"

    def test_a_front_page_of_one_s_own_stays(self, small: DemoData) -> None:
        own = Site.objects.get().root_page
        own.title = "My own site"
        own.save_revision().publish()
        lines: list[str] = []
        build_demo(report=lines.append, data=small)
        assert Site.objects.get().root_page == own
        assert "keeps its own, “My own site”" in lines[0]

    def test_a_slug_that_is_taken(self, small: DemoData) -> None:
        root = Page.get_first_root_node()
        root.add_child(instance=Page(title="Other", slug="standfirst"))
        build_demo(report=print, data=small)
        assert HomePage.objects.get().slug == "standfirst-2"

    def test_sources_and_people_that_are_there_are_used(self, data: DemoData, small: DemoData) -> None:
        existing = Source.from_csl({"type": "article-journal", "title": "Mine", "DOI": "10.1155/2011/158241"})
        existing.save()
        small.__dict__["articles"] = data.articles[2:3]
        build_demo(report=print, data=small)
        existing.refresh_from_db()
        assert existing.title == "Mine"
        assert ClaimCitation.objects.filter(source=existing).exists()

    def test_an_article_that_fails_leaves_nothing_behind(
        self, small: DemoData, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**values: Any) -> int:
            raise RuntimeError("in the middle")

        monkeypatch.setattr("cms.demo.build.build_discussion", fail)
        with pytest.raises(RuntimeError):
            build_demo(report=print, data=small)
        assert not ArticlePage.objects.exists()
        monkeypatch.undo()
        assert build_demo(report=print, data=small) == 1
