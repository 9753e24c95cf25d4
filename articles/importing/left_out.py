"""What an importer could not keep, counted, and reported in sentences."""

from dataclasses import dataclass, field

from .characters import shorten

_NAMED = 5


@dataclass(slots=True)
class LeftOut:
    """Counts what had no place in the text; `sentences()` reports it to the person who imports."""

    _images: list[str] = field(default_factory=list)
    _embeds: list[str] = field(default_factory=list)
    _links: int = 0
    _code: int = 0

    def image(self, name: str) -> None:
        self._images.append(shorten(name))

    def embed(self, address: str) -> None:
        self._embeds.append(shorten(address, 100))

    def add_link(self) -> None:
        self._links += 1

    def add_code(self) -> None:
        self._code += 1

    def sentences(self) -> tuple[str, ...]:
        told = []
        if self._images:
            told.append(f"Left out: {_count(len(self._images), 'image')}{_names(self._images)}.")
        if self._embeds:
            told.append(f"Left out: {_count(len(self._embeds), 'embedded object')}{_names(self._embeds)}.")
        if self._links:
            told.append(
                f"{_count(self._links, 'link')} had no full address outside the file; only the text was kept."
            )
        if self._code:
            told.append(
                f"{_count(self._code, 'preformatted passage')} became plain text: check the line breaks."
            )
        return tuple(told)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _names(names: list[str]) -> str:
    known = list(dict.fromkeys(name for name in names if name))
    if not known:
        return ""
    more = ", …" if len(known) > _NAMED else ""
    return f" ({', '.join(known[:_NAMED])}{more})"
