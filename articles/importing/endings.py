"""The tail of a pasted or saved blog post: share links, readers' comments, the comment form."""

import re
from collections.abc import Sequence

from .characters import squeeze

_FORM_TITLE = re.compile(
    r"(leave|post|write|add|submit) (a|your) (comment|reply|response|thought)s?( cancel reply)?\W*"
    r"|leave a (comment|reply) (to .{1,80}|below)"
    r"|join the (discussion|conversation)"
    r"|(schreiben sie|schreibe|hinterlasse|verfasse) eine?n? (kommentar|antwort)( antworte?n? abbrechen)?"
    r"|kommentar (schreiben|hinterlassen|verfassen)"
    r"|(laisser|ajouter) un commentaire|deja (una respuesta|un comentario)",
    re.IGNORECASE,
)
_FORM_TEXT = re.compile(
    r"your e-?mail( address)? will not be published|required fields are marked"
    r"|save my name, e-?mail,? and website in this browser"
    r"|deine e-mail-adresse wird nicht veröffentlicht|erforderliche felder sind mit"
    r"|votre adresse e-?mail ne sera pas publiée|tu dirección de correo electrónico no será publicada",
    re.IGNORECASE,
)
_FORM_LABEL = re.compile(
    r"(your )?(comment|name|e-?mail( address)?|website|url|message|kommentar|e-mail-adresse)"
    r"( \((required|optional)\))?\s*\*?:?"
    r"|(post|submit|send)( comment| reply)?|cancel reply|kommentar abschicken|antwort abbrechen|type here\W*",
    re.IGNORECASE,
)
_COMMENTS_TITLE = re.compile(
    r"(\d{1,6}|one|two|three|no) (comments?|responses?|repl(y|ies)|thoughts?)( (on|to) .{1,200})?"
    r"|(comments|discussion|kommentare) \(\d{1,6}\)|\d{1,6} kommentare?|\d{1,6} gedanken zu .{1,200}",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"(share( this)?( (post|article|on|with|via)\b.{0,60})?|like this|related( posts?| articles?)?"
    r"|you may also like|tags?|teilen|(click|share|tweet|pin) to .{1,60}|like loading|loading|tweet|pin( it)?"
    r"|print|more|email|facebook|twitter|x|linkedin|pinterest|reddit|whatsapp|telegram|post navigation)"
    r"\s*(:|…|\.{3})?"
    r"|(previous|next)( (post|article))?\s*(:.{0,160})?|[←→].{0,160}",
    re.IGNORECASE,
)
_FORM_TAIL_LINES = 60


def find_ending(lines: Sequence[str]) -> tuple[int, str]:
    """Find where the article ends and the rest of the page begins.

    `lines` are the plain texts of its paragraphs, headings or lines, in order. Returns the index of the first
    that is not the article's and a sentence that says what is there, or `(len(lines), "")`.

    A line such as “Leave a Comment” may be a heading in an article about blogs: it ends the article only if
    the words of a comment form follow it, or nothing but a form's labels does.
    """
    texts = [squeeze(line) for line in lines]
    cut = _find_form(texts)
    if cut is None:
        return len(lines), ""
    left_out = "the comment form"
    for index in range(cut - 1, 0, -1):
        if _COMMENTS_TITLE.fullmatch(texts[index]):
            cut, left_out = index, "the readers' comments and the comment form"
            break
    while cut > 1 and _is_furniture(texts[cut - 1]):
        cut -= 1
    return cut, f"Left out at the end: {left_out}."


def _is_furniture(text: str) -> bool:
    return not text or bool(_LEFTOVER.fullmatch(text) or _FORM_TITLE.fullmatch(text))


def _find_form(texts: Sequence[str]) -> int | None:
    for index in range(len(texts) - 1, 0, -1):
        if len(texts[index]) > 300 or not _FORM_TITLE.fullmatch(texts[index]):
            continue
        following = [text for text in texts[index + 1 : index + 1 + _FORM_TAIL_LINES] if text]
        is_last = index + 1 + _FORM_TAIL_LINES >= len(texts)
        if is_last and all(_FORM_LABEL.fullmatch(text) or _FORM_TEXT.search(text) for text in following):
            return index
        if any(_FORM_TEXT.search(text[:300]) for text in following[:5]):
            return index
    for index in range(max(1, len(texts) - _FORM_TAIL_LINES), len(texts)):
        # The form's own sentence, without the title above it.
        if len(texts[index]) <= 160 and _FORM_TEXT.search(texts[index]):
            return index
    return None
