"""What can't be read is refused with a sentence."""

import pytest

from articles.importing import (
    ArticleTooLargeError,
    BinaryFileError,
    EmptyArticleError,
    MissingTitleError,
    UnknownEncodingError,
    UnreadableArticleError,
)
from articles.importing.files import MAX_BYTES, read_file


@pytest.mark.parametrize(
    ("data", "name", "error", "sentence"),
    [
        (b"", "a.txt", EmptyArticleError, "The file is empty."),
        (b" \r\n\t\n", "a.txt", EmptyArticleError, "The file is empty."),
        (b"\xef\xbb\xbf\n", "a.txt", EmptyArticleError, "The file is empty."),
        (b"A title", "a.txt", EmptyArticleError, "The file has a title but no text under it."),
        (b"<!-- nothing -->", "a.html", EmptyArticleError, "The file holds no text."),
        (b"\x00\x01\x02\x03" * 40, "a.txt", BinaryFileError, "The file holds binary data, not text."),
        (bytes(range(1, 32)) * 9, "a.txt", BinaryFileError, "The file holds binary data, not text."),
        (
            b"%PDF-1.7 x",
            "a.txt",
            BinaryFileError,
            "The file is a PDF. Save the article as plain text, Markdown or HTML and try again.",
        ),
        (
            b"PK\x03\x04 x",
            "a.docx",
            BinaryFileError,
            (
                "The file is a Word document or another packed file. "
                "Save the article as plain text, Markdown or HTML and try again."
            ),
        ),
        (
            "Grüße\n\nund Küsse".encode() + b" \xfc",
            "a.txt",
            UnknownEncodingError,
            (
                "The file is UTF-8 in some places and not in others: line 3 holds the byte 0xFC. "
                "Save it as UTF-8 and try again, or name its encoding."
            ),
        ),
        (
            "Жизни\n\nдикий лук".encode("cp1251"),
            "a.txt",
            UnknownEncodingError,
            (
                "The file is not UTF-8: line 1 holds the byte 0xC6. "
                "Save it as UTF-8 and try again, or name its encoding."
            ),
        ),
        (
            b"\xff\xfea",
            "a.txt",
            UnknownEncodingError,
            "The file says it is UTF-16 but is not. Save it as UTF-8 and try again, or name its encoding.",
        ),
        (
            b"x" * (MAX_BYTES + 1),
            "a.txt",
            ArticleTooLargeError,
            "The file has 5.0 MB; an article may have 5 MB.",
        ),
        (
            b"Title\n\n" + b"A sentence.\n\n" * 2001,
            "a.txt",
            ArticleTooLargeError,
            "The file would make 2001 blocks; an article holds at most 2000. Split it.",
        ),
        (
            b"<title>T</title>" + b"<p>A sentence.</p>" * 49_000,
            "a.html",
            ArticleTooLargeError,
            "The file has 49000 paragraphs and headings; a page with an article may have 10000. Split it.",
        ),
        (
            b"# Title\n\n" + b"A sentence.\n\n" * 49_000,
            "a.md",
            ArticleTooLargeError,
            "The file has 98003 lines; an article in Markdown may have 20000. Split it.",
        ),
        (
            b"+++\n" + b".".join([b"a"] * 20_000) + b" = 1\n+++\nText.",
            "a.md",
            ArticleTooLargeError,
            "The front matter has 40003 characters; it may have 16000. Shorten it.",
        ),
        (
            b"---\ntitle: T\nnote: " + b"x" * 16_000 + b"\n---\nText.",
            "a.md",
            ArticleTooLargeError,
            "The front matter has 16015 characters; it may have 16000. Shorten it.",
        ),
        (
            b"word " * 50,
            "a.txt",
            MissingTitleError,
            (
                "The first line should be the title, but it is 249 characters long. "
                "Put the title on a line of its own at the top."
            ),
        ),
        (
            b"Text first.\n\n# Then a heading",
            "a.md",
            MissingTitleError,
            (
                "The file names no title: begin it with a line such as \N{LEFT DOUBLE QUOTATION MARK}"
                "# The title\N{RIGHT DOUBLE QUOTATION MARK}."
            ),
        ),
        (
            b"<p>Some text.</p>",
            "a.html",
            MissingTitleError,
            "The page has no title: neither a first heading nor a <title>.",
        ),
        (
            b"---\ntitle: [a\n---\ntext",
            "a.md",
            UnreadableArticleError,
            "The front matter is not valid YAML at line 2: expected ',' or ']', but got '<stream end>'.",
        ),
        (
            b"<h1>T</h1>" + b"<div>" * 400 + b"x",
            "a.html",
            UnreadableArticleError,
            "The file's markup is nested too deeply to be an article.",
        ),
        (
            b"MIME-Version: 1.0\nContent-Type: multipart/related\n\nx",
            "a.mht",
            UnreadableArticleError,
            (
                "The file is a web archive. Save the page as \N{LEFT DOUBLE QUOTATION MARK}HTML only"
                "\N{RIGHT DOUBLE QUOTATION MARK} and try again."
            ),
        ),
        (
            b'<?xml version="1.0"?><rss><channel/></rss>',
            "a.xml",
            UnreadableArticleError,
            "The file is a feed or an export of a whole blog, not one article.",
        ),
    ],
)
def test_refusal(data: bytes, name: str, error: type[Exception], sentence: str) -> None:
    with pytest.raises(UnreadableArticleError) as caught:
        read_file(data, name)
    assert (type(caught.value), str(caught.value)) == (error, sentence)


def test_a_named_encoding_is_used() -> None:
    article = read_file("Жизни\n\nДикий.".encode("cp1251"), encoding="windows-1251")
    assert (article.title, article.notes) == ("Жизни", ())


@pytest.mark.parametrize("name", ["rot13", "hex", "utf-7", "no-such", "unicode_escape", "a\x00b"])
def test_what_is_no_text_encoding_is_refused(name: str) -> None:
    with pytest.raises(UnknownEncodingError, match="There is no text encoding called"):
        read_file(b"Title\n\nText.", encoding=name)


def test_utf_16_without_its_mark_is_read() -> None:
    article = read_file("Title\n\nSome text that is long enough.".encode("utf-16-le"))
    assert article.notes == ("The file has no byte order mark and was read as UTF-16.",)


def test_a_long_text_between_two_lines_across_the_page_is_no_front_matter() -> None:
    text = "---\n\n# Title\n\n" + "A sentence. " * 2000 + "\n\n---\n\nThe end.\n"
    article = read_file(text.encode(), "a.md")
    assert (article.title, len(article.parts)) == ("Title", 2)


def test_front_matter_of_the_longest_kind_is_read() -> None:
    note = "x" * (16_000 - len("title: T\nnote: "))
    assert read_file(f"---\ntitle: T\nnote: {note}\n---\nText.".encode(), "a.md").title == "T"
