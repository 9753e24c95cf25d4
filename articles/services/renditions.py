"""Makes the files of an article's pictures."""

import logging
from typing import Any

from standfirst.cache.versions import bump_version

from .. import conf
from ..body.pictures import choose_filters
from ..body.streams import find_blocks

logger = logging.getLogger("standfirst.articles")


def make_renditions(*, page: Any) -> int:
    """Make every rendition that the pages showing an article need, so that showing it writes nothing.

    Returns the number of images handled. An image that can't be read is logged and skipped: the article must
    still be published. Answers that were made before show the originals, and are made anew.
    """
    images = [page.hero_image]
    for placed in find_blocks(page):
        images += [image for image, _alt in placed.kind.images(placed.value)]
    done = 0
    is_any_new = False
    for image in {image.pk: image for image in images if image is not None}.values():
        try:
            is_any_new |= _make_missing(image)
        except Exception:
            # Willow, Pillow and storages raise errors of no common class.
            logger.exception("No renditions of image %s for page %s", image.pk, page.pk)
        else:
            done += 1
    if is_any_new:
        bump_version("pictures were scaled")
    return done


def _make_missing(image: Any) -> bool:
    """Return whether any rendition was missing."""
    filters = choose_filters(image, widths=conf.image_widths())
    existing = image.find_existing_renditions(*filters)
    for wanted in filters:
        if wanted in existing:
            continue
        # What Wagtail's own create_rendition does, except that it leaves the file open.
        file = image.generate_rendition_file(wanted)
        try:
            image.renditions.get_or_create(
                filter_spec=wanted.spec,
                focal_point_key=wanted.get_cache_key(image),
                defaults={"file": file},
            )
        finally:
            file.close()
    return len(existing) < len(filters)
