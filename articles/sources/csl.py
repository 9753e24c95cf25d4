"""Keeps a source's fields and its CSL-JSON in step.

Editors see fields; imports and exports speak CSL-JSON, which says more than the fields do (full dates, name
particles, volume titles). A field that an editor changes is written into the CSL-JSON; everything else in
it stays as it was.
"""

from collections.abc import Mapping
from typing import Any, Final

from .references import plain, read_year

# Field of Source -> CSL variable, for variables that are plain strings.
TEXT_VARIABLES: Final[dict[str, str]] = {
    "title": "title",
    "container_title": "container-title",
    "publisher": "publisher",
    "volume": "volume",
    "issue": "issue",
    "pages": "page",
    "doi": "DOI",
    "pmid": "PMID",
    "url": "URL",
}


def names_to_lines(names: object) -> str:
    """Return CSL names as an editor writes them, one per line: ``Family, Given``, or an organisation."""
    lines = []
    for name in names if isinstance(names, list) else []:
        if not isinstance(name, Mapping):
            continue
        particle = plain(name.get("non-dropping-particle"))
        family = " ".join(part for part in (particle, plain(name.get("family"))) if part)
        given = plain(name.get("given"))
        line = plain(name.get("literal")) or ", ".join(part for part in (family, given) if part)
        if line:
            lines.append(line)
    return "\n".join(lines)


def lines_to_names(lines: str) -> list[dict[str, str]]:
    """The inverse of ``names_to_lines``."""
    names = []
    for line in lines.splitlines():
        family, comma, given = (part.strip() for part in line.partition(","))
        if family and comma and given:
            names.append({"family": family, "given": given})
        elif family:
            names.append({"literal": family})
    return names


def read_fields(csl: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of Source's fields that a CSL-JSON item holds."""
    fields: dict[str, Any] = {name: plain(csl.get(key)) for name, key in TEXT_VARIABLES.items()}
    fields["kind"] = plain(csl.get("type"))
    fields["authors"] = names_to_lines(csl.get("author"))
    fields["year"] = read_year(csl.get("issued"))
    return fields


def write_fields(csl: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the CSL-JSON item, updated with every field that differs from it."""
    known = read_fields(csl)
    written = dict(csl)
    for name, key in TEXT_VARIABLES.items():
        if fields[name] != known[name]:
            written[key] = fields[name]
    if fields["kind"] != known["kind"]:
        written["type"] = fields["kind"]
    if fields["authors"] != known["authors"]:
        written["author"] = lines_to_names(fields["authors"])
    if fields["year"] != known["year"]:
        written["issued"] = {"date-parts": [[fields["year"]]]} if fields["year"] else None
    return {key: value for key, value in written.items() if value not in (None, "", [])}
