"""The picture of the floors in docs/explanation/architecture.md, drawn from the imports.

``python -m tests.docs.floors`` writes it into the page.
"""

import re
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "architecture.md"
PACKAGES = ("cms", "articles", "comments", "standfirst")
LAYERED = ("articles", "comments")
NAMES = ("entry points", "services", "models and domain modules", "enums and conf")
_BLOCK = re.compile(r"```mermaid\n.*?```\n", re.DOTALL)


def draw() -> str:
    """Return the picture as a Mermaid block: which floor imports which."""
    lines = ["```mermaid", "flowchart TD", "  cms[cms]"]
    for package in LAYERED:
        lines.append(f"  subgraph {package}")
        lines += [f"    {package}_{number}[{name}]" for number, name in enumerate(NAMES)]
        lines.append("  end")
    lines.append("  standfirst[standfirst]")
    lines += [f"  {start} --> {end}" for start, end in sorted(find_arrows())]
    return "\n".join([*lines, "```", ""])


def find_arrows() -> set[tuple[str, str]]:
    """Return the floors that import from another, with that other; imports for annotations count."""
    layer_of = read_layers()
    graph = grimp.build_graph(*PACKAGES)
    arrows: set[tuple[str, str]] = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            start, end = find_floor(importer, layer_of), find_floor(imported, layer_of)
            if start and end and start != end:
                arrows.add((start, end))
    return arrows


def read_layers() -> dict[str, int]:
    """Return the place of each module at the top of an app in the contract of the layers."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["id"] == "layers"]
    return {name: number for number, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}


def find_floor(module: str, layer_of: dict[str, int]) -> str | None:
    """Return the floor of a module; None for what has none, such as an app's migrations."""
    package, *rest = module.split(".")
    if package not in LAYERED:
        return package
    layer = layer_of.get(rest[0]) if rest else None
    return None if layer is None else f"{package}_{layer}"


def main() -> None:
    """Write the picture into the page."""
    PAGE.write_text(
        _BLOCK.sub(lambda _match: draw(), PAGE.read_text(encoding="utf-8"), count=1), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
