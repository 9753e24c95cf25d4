"""Importing an article from a file, and importing it again."""

import os
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page, PageLogEntry

from articles.body.kinds.paragraph import PARAGRAPH_FEATURES
from articles.body.parts import digest_block
from articles.importing.files import read_file
from articles.models import ArticlePage, Claim, Person
from articles.services import ImportRefusedError, ImportReport, Outcome, import_article
from tests.articles.builders import claim_block, make_article, make_index

FILES = Path(__file__).parent / "importing" / "files"
TEXT = "Cold water\n\nPores are not doors.\n\nWhat it does\n\nIt narrows vessels.\n\nIt passes.\n"

pytestmark = pytest.mark.django_db


def run(text: str = TEXT, **options: Any) -> ImportReport:
    return import_article(
        article=read_file(text.encode(), "a.md" if text[:3] == "---" else "a.txt"), **options
    )


def body(page: ArticlePage) -> list[tuple[str, Any]]:
    latest = ArticlePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return [(raw["type"], raw["value"]) for raw in latest.body.raw_data]


def edit(page: ArticlePage, change: Any, *, publish: bool = False) -> None:
    """Change the latest draft as an editor would: `change` takes and returns the raw blocks of its body."""
    draft = ArticlePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.body = change([dict(raw) for raw in draft.body.raw_data])
    revision = draft.save_revision()
    if publish:
        revision.publish()


class TestFirstImport:
    def test_makes_a_draft(self) -> None:
        index = make_index()
        report = run()
        page = ArticlePage.objects.get()
        assert (report.outcome, report.is_published, report.page.pk) == (Outcome.CREATED, False, page.pk)
        assert (page.title, page.slug, page.live, page.get_parent().pk) == (
            "Cold water",
            "cold-water",
            False,
            index.pk,
        )
        assert body(page) == [
            ("paragraph", "<p>Pores are not doors.</p>"),
            ("heading", {"level": "h2", "text": "What it does"}),
            ("paragraph", "<p>It narrows vessels.</p>"),
            ("paragraph", "<p>It passes.</p>"),
        ]
        assert all(raw["id"] for raw in page.body.raw_data)

    def test_publishes_with_the_date_of_the_file(self) -> None:
        make_index()
        report = run(
            "---\ntitle: Dated\ndate: 2023-06-21\nauthor: Jane Roe, MD\ntags: [sun, Skin]\n---\nText.",
            publish=True,
        )
        page = ArticlePage.objects.get()
        assert (report.is_published, page.live) == (True, True)
        assert page.first_published_at == datetime(2023, 6, 21, tzinfo=UTC)
        assert [person.byline for person in page.article_authors] == ["Jane Roe, MD"]
        assert [tag.name for tag in page.article_tags] == ["Skin", "sun"]

    def test_known_people_are_found(self) -> None:
        make_index()
        person = Person.objects.create(name="Jane Roe")
        run("Title\nBy JANE ROE\n\nText.")
        run("Other title\nBy Jane Roe\n\nText.")
        assert Person.objects.get() == person
        assert [page.article_authors for page in ArticlePage.objects.all()] == [[person]] * 2

    def test_a_date_to_come_is_left_out(self) -> None:
        make_index()
        report = run("---\ntitle: T\ndate: 2999-01-01\n---\nText.", publish=True)
        assert "The file's date is in the future and was left out." in report.notes
        assert report.page.first_published_at <= timezone.now()

    @pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("[a-z]*")))
    def test_every_sample_is_published_and_shown(self, name: str, client: Any) -> None:
        make_index()
        article = read_file((FILES / name).read_bytes(), name)
        report = import_article(article=article, publish=True, file_name=name)
        assert report.is_published
        assert client.get(report.page.url).status_code == 200
        again = import_article(article=article, publish=True, file_name=name)
        assert (again.outcome, again.page.pk) == (Outcome.UNCHANGED, report.page.pk)
        assert ArticlePage.objects.count() == 1


class TestParent:
    def test_is_the_only_index(self) -> None:
        with pytest.raises(ImportRefusedError, match="There is no article index"):
            run()
        make_index(slug="first")
        make_index(slug="second")
        with pytest.raises(
            ImportRefusedError, match=r"several article indexes: name one .* \(first, second\)"
        ):
            run()
        assert run(parent_slug="second").page.get_parent().slug == "second"

    def test_must_exist_and_hold_articles(self) -> None:
        index = make_index(slug="here")
        make_article(index, slug="an-article")
        with pytest.raises(ImportRefusedError, match="no page with the slug “nowhere”"):
            run(parent_slug="nowhere")
        with pytest.raises(ImportRefusedError, match="“an-article” can't have articles under it"):
            run(parent_slug="an-article")

    def test_the_same_title_elsewhere_is_another_article(self) -> None:
        make_index(slug="first")
        make_index(slug="second")
        pages = {run(parent_slug=slug).page.pk for slug in ("first", "second", "first")}
        assert len(pages) == ArticlePage.objects.count() == 2


class TestSecondImport:
    @pytest.fixture
    def imported(self) -> ArticlePage:
        make_index()
        return run(publish=True).page

    def test_the_same_file_changes_nothing(self, imported: ArticlePage) -> None:
        page = imported
        revisions = page.revisions.count()
        entries = PageLogEntry.objects.count()
        assert run(publish=True).outcome is Outcome.UNCHANGED
        assert (page.revisions.count(), PageLogEntry.objects.count()) == (revisions, entries)

    def test_the_new_words_come_in(self, imported: ArticlePage) -> None:
        page = imported
        before = [raw["id"] for raw in page.body.raw_data]
        report = run(TEXT.replace("It passes.", "It soon passes.\n\nAll does."), publish=True)
        assert (report.outcome, report.is_published, ArticlePage.objects.count()) == (
            Outcome.UPDATED,
            True,
            1,
        )
        page = ArticlePage.objects.get()
        assert [value for _, value in body(page)][-2:] == ["<p>It soon passes.</p>", "<p>All does.</p>"]
        assert [raw["id"] for raw in page.body.raw_data][:4] == before

    def test_without_publish_the_live_page_stays(self, imported: ArticlePage) -> None:
        page = imported
        report = run(TEXT.replace("passes", "stays"))
        assert not report.is_published
        page.refresh_from_db()
        assert (page.live, page.has_unpublished_changes) == (True, True)
        assert "<p>It passes.</p>" in [raw["value"] for raw in page.body.raw_data]

    def test_a_renamed_and_moved_page_is_found(self, imported: ArticlePage) -> None:
        page = imported
        index = page.get_parent()
        page.slug = "another"
        page.save_revision().publish()
        page.move(make_index(index, slug="below"), pos="last-child")
        report = run(TEXT.replace("passes", "stays"), parent_slug=index.slug)
        assert (report.outcome, report.page.pk) == (Outcome.UPDATED, page.pk)
        assert (
            report.notes[-1]
            == "The page has been moved since it was imported and was updated where it is now."
        )

    def test_a_page_of_somebody_else_is_left_alone(self) -> None:
        index = make_index()
        other = make_article(index, title="Cold water", slug="cold-water")
        with pytest.raises(
            ImportRefusedError, match=f"“Cold water” .page {other.pk}. already has the address"
        ):
            run()
        assert Page.objects.child_of(index).count() == 1

    def test_after_deletion_it_is_made_anew(self, imported: ArticlePage) -> None:
        page = imported
        page.delete()
        assert run().outcome is Outcome.CREATED

    def test_a_locked_page_is_refused(self, imported: ArticlePage) -> None:
        ArticlePage.objects.update(locked=True)
        with pytest.raises(ImportRefusedError, match="is locked by an editor"):
            run(TEXT + "\n\nMore.")

    def test_nothing_is_written_on_refusal(self, imported: ArticlePage) -> None:
        ArticlePage.objects.update(locked=True)
        with pytest.raises(ImportRefusedError):
            run(TEXT.replace("Cold water\n", "Cold water\nBy Somebody New\n"))
        assert not Person.objects.exists()


class TestEditorsWork:
    @pytest.fixture
    def imported(self) -> ArticlePage:
        make_index()
        return run(publish=True).page

    def test_claims_stay_with_their_paragraph_and_keep_their_uid(self, imported: ArticlePage) -> None:
        page = imported
        edit(
            page,
            lambda raw: [*raw[:3], claim_block("It narrows vessels for a minute."), *raw[3:]],
            publish=True,
        )
        uid = Claim.objects.get().uid
        report = run(
            "Cold water\n\nA new beginning.\n\nWhat it does\n\nIt narrows vessels.\n\nIt ends.", publish=True
        )
        assert [kind for kind, _ in body(page)] == ["paragraph", "heading", "paragraph", "claim", "paragraph"]
        assert report.is_published
        assert Claim.objects.get().uid == uid
        assert "1 claim that editors added stayed in place." in report.notes

    def test_claims_stay_when_their_paragraph_goes(self, imported: ArticlePage) -> None:
        page = imported
        edit(page, lambda raw: [*raw, claim_block()], publish=True)
        run("Cold water\n\nAll is new.", publish=True)
        assert [kind for kind, _ in body(page)] == ["paragraph", "claim"]

    def test_an_edited_paragraph_is_kept_and_told(self, imported: ArticlePage) -> None:
        page = imported
        edit(
            page,
            lambda raw: [{**raw[0], "value": "<p>Pores are <b>not</b> doors.</p>"}, *raw[1:]],
            publish=True,
        )
        report = run(TEXT.replace("not doors", "no windows"))
        assert body(page)[0] == ("paragraph", "<p>Pores are <b>not</b> doors.</p>")
        assert report.notes == [
            (
                "An editor had changed 1 of the blocks that the file changes or drops; "
                "the editor's words were kept: “Pores are not doors.”."
            )
        ]

    def test_a_draft_of_an_editor_is_not_published(self, imported: ArticlePage) -> None:
        page = imported
        edit(page, lambda raw: [*raw, claim_block("Half a thought")])
        for text in (TEXT + "\n\nMore.", TEXT + "\n\nMore.", TEXT + "\n\nEven more."):
            report = run(text, publish=True)
            assert not report.is_published
            assert report.notes[-1].startswith(
                "Not published: the page holds an editor's unpublished changes"
            )
        assert not Claim.objects.exists()
        page = ArticlePage.objects.get()
        page.get_latest_revision().publish()
        assert run(TEXT + "\n\nMost.", publish=True).is_published

    def test_edited_facts_are_kept(self) -> None:
        text = "---\ntitle: Facts\ndescription: One.\nauthor: Jane Roe\ntags: [a, b]\n---\nText."
        make_index()
        page = run(text).page
        draft = page.get_latest_revision_as_object()
        draft.standfirst = "An editor's."
        draft.tags.add("c")
        draft.save_revision()
        report = run(
            text.replace("One.", "Two.")
            .replace("[a, b]", "[a, d]")
            .replace("Jane Roe", "Jane Roe and Ann Lee")
        )
        draft = ArticlePage.objects.get(pk=page.pk).get_latest_revision_as_object()
        assert draft.standfirst == "An editor's."
        assert [tag.name for tag in draft.article_tags] == ["a", "c", "d"]
        assert [person.name for person in draft.article_authors] == ["Jane Roe", "Ann Lee"]
        assert (
            "The standfirst was changed both in the file and by an editor: the editor's was kept."
            in report.notes
        )

    @pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("[a-z]*")))
    def test_saving_in_the_rich_text_editor_is_no_edit(self, name: str) -> None:
        make_index()
        converter = ContentstateConverter(PARAGRAPH_FEATURES)
        page = import_article(article=read_file((FILES / name).read_bytes(), name)).page
        for kind, value in body(page):
            if kind == "paragraph":
                saved = converter.to_database_format(converter.from_database_format(value))
                assert digest_block(kind, saved) == digest_block(kind, value), (saved, value)
            if kind == "quote":
                assert digest_block(
                    kind, {**value, "text": value["text"].replace("\n", "\r\n")}
                ) == digest_block(kind, value)


class TestCommand:
    def test_says_what_it_made(self) -> None:
        make_index(slug="articles")
        out = StringIO()
        call_command(
            "standfirst_import_article",
            str(FILES / "wordpress_post.html"),
            "--parent",
            "articles",
            "--publish",
            stdout=out,
        )
        page = ArticlePage.objects.get()
        assert out.getvalue().splitlines() == [
            f"Made “Sleep and the skin barrier” (page {page.pk}, published).",
            "The file holds 4 headings, 6 paragraphs, 2 lists, 1 quote, 1 table.",
            f"Edit it at /admin/pages/{page.pk}/edit/",
            "- Left out: 1 image (A sleeping cat).",
            "- Left out: 1 embedded object (https://video.example/embed/9).",
            "- 1 preformatted passage became plain text: check the line breaks.",
            "- Helen Marsh was not known yet and was added to the people.",
        ]
        out = StringIO()
        call_command("standfirst_import_article", str(FILES / "wordpress_post.html"), stdout=out)
        assert out.getvalue().startswith(
            f"Nothing new for “Sleep and the skin barrier” (page {page.pk}, published)."
        )

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "a.txt: The file is empty."),
            (bytes(range(256)) * 4, "a.txt: The file holds binary data, not text."),
            (b"T\n\n" + b"x" * 5_000_000, "a.txt: The file has 5.0 MB; an article may have 5 MB."),
        ],
        ids=["empty", "binary", "large"],
    )
    def test_refuses_with_a_sentence(self, content: bytes, sentence: str, tmp_path: Path) -> None:
        file = tmp_path / "a.txt"
        file.write_bytes(content)
        with pytest.raises(CommandError) as caught:
            call_command("standfirst_import_article", str(file))
        assert str(caught.value) == sentence

    def test_refuses_what_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"could not be read: No such file or directory\."):
            call_command("standfirst_import_article", str(tmp_path / "missing.txt"))
        with pytest.raises(CommandError, match="is a folder, not a file"):
            call_command("standfirst_import_article", str(tmp_path))

    def test_waits_for_no_pipe_and_reads_no_device(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe.txt"
        os.mkfifo(pipe)
        for path in (pipe, Path(os.devnull)):
            with pytest.raises(CommandError, match=f"{path} is a pipe or a device, not a file."):
                call_command("standfirst_import_article", str(path))

    def test_says_where_an_article_can_go(self) -> None:
        with pytest.raises(
            CommandError, match="There is no article index to put the article under: make one first"
        ):
            call_command("standfirst_import_article", str(FILES / "utf16.txt"))

    def test_takes_an_encoding(self, tmp_path: Path) -> None:
        make_index()
        file = tmp_path / "a.txt"
        file.write_bytes("Жизни\n\nДикий.".encode("cp1251"))
        call_command("standfirst_import_article", str(file), "--encoding", "cp1251", stdout=StringIO())
        assert ArticlePage.objects.get().title == "Жизни"
