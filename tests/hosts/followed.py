"""The app that a how-to page has its reader write, as a package of its own."""

from pathlib import Path

from tests.plugin.followed_docs import FileStep, read_steps

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "how-to"


def write_app(guide: str, folder: Path) -> None:
    """Write the files of a how-to page below a folder, with our apps under their names in the repository."""
    for step in read_steps(GUIDES / guide):
        if isinstance(step, FileStep):
            path = folder / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text.replace("standfirst.articles", "articles"), encoding="utf-8")
    (folder / "home" / "__init__.py").touch()
