"""From bytes to text, or a sentence that says why not: a wrong guess would silently garble an article."""

import codecs
import re

from .errors import BinaryFileError, UnknownEncodingError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a Word document or another packed file"),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a sound"),
    (b"\x1f\x8b", "a packed file"),
    (b"SQLite format 3", "a database"),
)
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE
)
_TEXT_CODECS = re.compile(
    r"utf-|iso8859|cp125|cp874|koi8|ascii|shift_jis|euc_|gb|big5|mac-|johab|tis-620|iso2022_jp"
)
_CONTROL = bytes(set(range(32)) - {8, 9, 10, 11, 12, 13, 27, 0x1A}) + b"\x7f"
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x07\x0e-\x1f]")
_UTF8_SEQUENCE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]+")
_ADVICE = "Save it as UTF-8 and try again, or name its encoding."


def decode(data: bytes, *, encoding: str = "") -> tuple[str, str]:
    """Return the text of `data`, and a note if its encoding had to be guessed (else an empty string).

    A byte order mark decides, then `encoding`, then UTF-8, then the charset that an HTML page declares;
    anything else is read as Windows-1252 (which includes Latin-1's printable characters) if it looks like
    western text.

    Raises `BinaryFileError` and `UnknownEncodingError`.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decode_as(data, name), ""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise BinaryFileError(
                f"The file is {kind}. Save the article as plain text, Markdown or HTML and try again."
            )
    if encoding:
        return _decode_as(data, _text_codec(encoding, required=True)), ""
    if b"\x00" in data:
        return _decode_wide(data)
    if len(data.translate(None, _CONTROL)) < len(data) * 0.99:
        raise BinaryFileError("The file holds binary data, not text.")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        broken = error
    declared = _META_CHARSET.search(data, 0, 4096)
    if declared and (name := _text_codec(declared[1].decode("ascii"))) and name != "utf-8":
        return _decode_as(data, name), ""
    return _decode_western(data, broken)


def _decode_as(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeError as error:
        raise UnknownEncodingError(f"The file says it is {name.upper()} but is not. {_ADVICE}") from error


def _text_codec(name: str, *, required: bool = False) -> str:
    """Return Python's name of a text encoding; empty if it is unknown and not `required`."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = ""
    # Python also knows codecs that are no text encodings (hex, rot13, idna) and UTF-7, which hides markup.
    if not _TEXT_CODECS.match(codec) or codec == "utf-7":
        if required:
            raise UnknownEncodingError(f"There is no text encoding called “{name}”.")
        return ""
    # What browsers do: pages that say Latin-1 mean its superset.
    return "cp1252" if codec in {"iso8859-1", "ascii"} and not required else codec


def _decode_wide(data: bytes) -> tuple[str, str]:
    """Zero bytes in every other place mean UTF-16 without its mark; anywhere else they mean binary data."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = len(data) / 2
    for name, many, few in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if len(data) % 2 == 0 and many > half * 0.4 and few < half * 0.02:
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                break
            if _CONTROL_CHARACTERS.search(text):
                break
            return text, "The file has no byte order mark and was read as UTF-16."
    raise BinaryFileError("The file holds binary data, not text.")


def _decode_western(data: bytes, broken: UnicodeDecodeError) -> tuple[str, str]:
    line = data.count(b"\n", 0, broken.start) + 1
    place = f"line {line} holds the byte 0x{data[broken.start]:02X}"
    if any(_is_utf8(found[0]) for found in _UTF8_SEQUENCE.finditer(data)):
        raise UnknownEncodingError(f"The file is UTF-8 in some places and not in others: {place}. {_ADVICE}")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnknownEncodingError(f"The file is not UTF-8: {place}. {_ADVICE}") from error
    if not _looks_western(text):
        raise UnknownEncodingError(f"The file is not UTF-8: {place}. {_ADVICE}")
    return text, "The file is not UTF-8 and was read as Windows-1252 (Western European): check its accents."


def _is_utf8(sequence: bytes) -> bool:
    try:
        sequence.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _looks_western(text: str) -> bool:
    """Western text is mostly ASCII; bytes of another script make most letters accented."""
    letters = sum(map(str.isalpha, text))
    foreign = sum(character > "\x7f" and character.isalpha() for character in text)
    return foreign <= letters * 0.25
