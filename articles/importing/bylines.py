"""Who wrote an article and when, as people write it under a title or in front matter."""

import re
from datetime import UTC, date, datetime, time

from .characters import squeeze

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner",
            "february feb februar",
            "march mar märz",
            "april apr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)? +([^\W\d_]{3,9})\.?,? +(\d{4})", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})", re.IGNORECASE)
_BY = re.compile(r"(?:written +|posted +|words +)?(?:by|von|author:|autor:) +", re.IGNORECASE)
_DATED = re.compile(
    r"(?:published|posted|updated|last updated|veröffentlicht)(?: +on| +am)? *:? *", re.IGNORECASE
)
_COMMA_BEFORE_DATE = re.compile(r", +(?=\d{1,2}\.? |\d{4}-|[^\W\d_]{3,9}\.? \d{1,2}(?:,|th|st|nd|rd)? )")
_SEPARATOR = re.compile(r" *[|/·•\u2013\u2014] *| +- +")
_META_WORDS = re.compile(
    r"leave a (comment|reply)|(\d{1,6}|no) comments?|\d{1,3} ?min(ute)?s?( read)?|uncategori[sz]ed",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r" *; *| +(?:and|und|et|y) +| *& *", re.IGNORECASE)
_NO_NAMES = frozenset(
    {"admin", "administrator", "editor", "webmaster", "root", "staff", "unknown", "anonymous", "guest"}
)
_PARTICLES = frozenset(
    [
        "al",
        "ben",
        "bin",
        "da",
        "de",
        "del",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "von",
        "zu",
        "zum",
        "zur",
    ]
)
MAX_NAME = 120


def read_date(text: str) -> datetime | None:
    """Return what `text` names, in UTC: ISO 8601, `5 March 2024`, `March 5, 2024`, `5. März 2024`.

    A date alone means its midnight; a time without an offset is taken as UTC. None if it is no date.
    """
    text = squeeze(text)[:40]
    try:
        return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    if found := _DAY_FIRST.fullmatch(text):
        return _moment(found[3], found[2], found[1])
    if found := _MONTH_FIRST.fullmatch(text):
        return _moment(found[3], found[1], found[2])
    return None


def as_utc(value: date) -> datetime | None:
    """Return a date, or date and time, in UTC; None if its offset puts it beyond the calendar's ends."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        return None


def _moment(year: str, month: str, day: str) -> datetime | None:
    number = _MONTHS.get(month.lower())
    try:
        return datetime(int(year), number, int(day), tzinfo=UTC) if number else None
    except ValueError:
        return None


def split_names(text: str) -> tuple[str, ...]:
    """Return the people named in `text`, without accounts such as “admin”.

    `and`, `&` and semicolons separate names; commas do only if each piece has at least two words, so that
    `Jane Roe, MD` stays one person.
    """
    names: list[str] = []
    for piece in _BETWEEN_NAMES.split(squeeze(text)[:2000]):
        by_comma = [name.strip() for name in piece.split(",") if name.strip()]
        names += by_comma if all(" " in name for name in by_comma) else [piece]
    kept = (name.strip(" ,.") for name in names)
    return tuple(
        dict.fromkeys(
            name for name in kept if name and len(name) <= MAX_NAME and name.lower() not in _NO_NAMES
        )
    )


def read_byline(line: str) -> tuple[tuple[str, ...], datetime | None] | None:
    """Return the people and the date of a line such as `By Jane Roe | 5 March 2024`.

    None if the line says anything else, so that no sentence of the article is taken for a byline.
    """
    line = squeeze(line)
    if not line or len(line) > 160 or line.endswith(("!", "?")):
        return None
    names: tuple[str, ...] = ()
    moment: datetime | None = None
    is_byline = False
    for piece in _pieces(line):
        if found := _BY.match(piece):
            named = split_names(piece[found.end() :])
            if any(not _is_name(name) for name in named):
                return None
            names, is_byline = (*names, *named), True
        elif date_found := read_date(_DATED.sub("", piece, count=1)):
            moment, is_byline = date_found, True
        elif _META_WORDS.fullmatch(piece):
            is_byline = True
        elif not (is_byline or _META_WORDS.match(line)):
            return None
    return (names, moment) if is_byline else None


def _pieces(line: str) -> list[str]:
    # `5 March 2024 by Jane Roe` has no separator between the two.
    line = re.sub(r"(\d{4}),? +(?=by |von )", r"\1 | ", line, flags=re.IGNORECASE)
    line = re.sub(r"(?<=\w) +(?=(?:on|am) +\w)", " | ", line) if _BY.match(line) else line
    line = _COMMA_BEFORE_DATE.sub(" | ", line) if _BY.match(line) else line
    pieces = [piece.strip() for piece in _SEPARATOR.split(line)]
    return [re.sub(r"^(?:on|am) +(?=.*\d{4}$)", "", piece) for piece in pieces if piece]


def _is_name(name: str) -> bool:
    words = name.split()
    return (
        len(words) <= 7
        and any(word[0].isupper() for word in words)
        and all(word[0].isupper() or word.lower() in _PARTICLES for word in words)
    )
