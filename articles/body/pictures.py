"""Pictures as they are offered to browsers: a rendition in each width, read for many pictures at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, prefetch_related_objects
from wagtail.images.models import Filter

from .. import conf

if TYPE_CHECKING:
    from wagtail.images.models import AbstractImage, AbstractRendition

# What browsers show; an original in another format is never offered in place of a rendition.
_BROWSER_FORMATS = {"jpg", "jpeg", "png", "gif", "webp", "avif", "svg"}


@dataclass(frozen=True, kw_only=True)
class PictureFile:
    """One file of a picture, with its size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture with its files, narrowest first, and its alternative text ("" if it is decorative)."""

    alt: str
    files: tuple[PictureFile, ...]

    @property
    def default(self) -> PictureFile:
        """Return the file for a browser that doesn't choose: the widest up to the middle of the range."""
        return self.files[len(self.files) // 2]

    @property
    def srcset(self) -> str:
        """Return the value of an ``img`` element's ``srcset``; "" if there is nothing to choose from."""
        if len(self.files) < 2:
            return ""
        return ", ".join(f"{file.url} {file.width}w" for file in self.files)


def choose_filters(image: AbstractImage, *, widths: Sequence[int]) -> list[Filter]:
    """Return the filters of the renditions in which an image is offered; nothing is ever enlarged."""
    if image.is_svg():
        return [_filter(max(widths))]
    narrower = [width for width in widths if width < image.width]
    wider = [width for width in widths if width >= image.width]
    return [_filter(width) for width in [*narrower, *wider[:1]]]


@cache
def _filter(width: int) -> Filter:
    # Wagtail reads what a filter says from its text anew for each image.
    return Filter(spec=f"width-{width}")


def describe_pictures(
    images: Iterable[tuple[AbstractImage | None, str]], *, widths: Sequence[int] | None = None
) -> list[Picture | None]:
    """Return a picture for each image and alternative text, None if there is no image to show.

    Costs one query, none for images whose renditions were read ahead, and writes nothing: a rendition that
    doesn't exist (they are made on publishing, see ``articles.services.make_renditions``) is replaced by the
    image's own file.
    """
    pairs = list(images)
    widths = widths or conf.image_widths()
    present = [image for image, _ in pairs if image is not None and not _has_renditions(image)]
    if present:
        specs = {f"width-{width}" for width in widths}
        rendition_model = present[0].get_rendition_model()
        prefetch_related_objects(
            present,
            Prefetch(
                "renditions",
                queryset=rendition_model.objects.filter(filter_spec__in=specs),
                to_attr="prefetched_renditions",
            ),
        )
    return [None if image is None else _describe(image, alt, widths) for image, alt in pairs]


def _has_renditions(image: AbstractImage) -> bool:
    return "prefetched_renditions" in image.__dict__


def _describe(image: AbstractImage, alt: str, widths: Sequence[int]) -> Picture | None:
    filters = choose_filters(image, widths=widths)
    found: dict[Filter, AbstractRendition] = image.find_existing_renditions(*filters)
    files = {
        rendition.width: PictureFile(url=rendition.url, width=rendition.width, height=rendition.height)
        for rendition in found.values()
    }
    if not files:
        extension = str(image.file.name).rpartition(".")[2].lower()
        if extension not in _BROWSER_FORMATS:
            return None
        files[image.width] = PictureFile(url=image.file.url, width=image.width, height=image.height)
    return Picture(alt=alt, files=tuple(files[width] for width in sorted(files)))


def read_alt(image: Any) -> str:
    """Return the alternative text that an image was given where it stands in a body."""
    if getattr(image, "decorative", False):
        return ""
    return getattr(image, "contextual_alt_text", None) or ""
