"""Renders bodies ahead of those who ask for them."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import override
from pydantic_core import to_json
from wagtail.models import ReferenceIndex, Site

from standfirst.canonical import PublicAddresses
from standfirst.frame import Frame
from standfirst.languages import words_for
from standfirst.visibility import Viewer

from ..body.fingerprints import (
    can_be_kept,
    html_can_be_kept,
    take_fingerprint,
    take_page_fingerprint,
)
from ..body.gathering import gather
from ..body.kept import keep_reading
from ..body.naming import read_names
from ..body.reading import read_article
from ..body.writing import BodyWriter
from ..models import ArticleMixin, BodyRendering, article_page_models
from ..queries.delivery import find_surroundings

logger = logging.getLogger("standfirst.articles")

_AT_ONCE = 50
# Whoever changes a source or a picture waits for so many pages; the others are rendered by the command.
_AT_A_CHANGE = 20


@dataclass(kw_only=True)
class RenderReport:
    """How many pages were looked at, how many of them were rendered, and how many can't be kept."""

    pages: int = 0
    rendered: int = 0
    left_out: int = 0


def render_bodies(*, pages: Sequence[Any], write: bool = True) -> RenderReport:
    """Render the bodies of live articles, as they are saved, where what is kept is missing or out of date.

    With ``write`` false, only looks.
    """
    report = RenderReport(pages=len(pages))
    frame = Frame()
    by_site: dict[int, list[Any]] = {}
    for page in pages:
        site_id = next(
            (path.site_id for path in frame.root_paths if page.url_path.startswith(path.root_path)), 0
        )
        by_site.setdefault(site_id, []).append(page)
    sites: dict[int, Site] = {site.pk: site for site in frame.sites}
    with override(settings.LANGUAGE_CODE):
        for site_id, same in by_site.items():
            if site_id in sites:
                _render(same, viewer=Viewer(site=sites[site_id], frame=frame), report=report, write=write)
    return report


def render_all_bodies(*, check: bool = False) -> RenderReport:
    """Render the bodies of all live articles where need be; with ``check`` nothing is written."""
    total = RenderReport()
    for model in article_page_models():
        ids = list(model._default_manager.live().order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), _AT_ONCE):
            pages = list(model._default_manager.filter(pk__in=ids[start : start + _AT_ONCE]))
            report = render_bodies(pages=pages, write=not check)
            total.pages += report.pages
            total.rendered += report.rendered
            total.left_out += report.left_out
    return total


def render_what_refers_to(instance: Any) -> None:
    """Render the first of the live articles that show a row or link to a page, after it has changed.

    Those that are left are made anew for each answer until the command renders them.
    """
    references = ReferenceIndex.get_references_to(instance).order_by().values_list("object_id", flat=True)
    ids = {int(object_id) for object_id in references.distinct() if object_id.isdecimal()}
    left = _AT_A_CHANGE
    for model in article_page_models() if ids else ():
        pages = list(model._default_manager.live().filter(pk__in=ids).order_by("-pk")[:left])
        left -= len(pages)
        if pages:
            render_bodies(pages=pages)


def _render(pages: list[Any], *, viewer: Viewer, report: RenderReport, write: bool) -> None:
    addresses = PublicAddresses(viewer=viewer)
    viewer.frame.give_locales(pages)
    names = [read_names(page) for page in pages]
    gathered = gather(pages, names=names, with_renderings=True, with_around=True)
    targets = find_surroundings(pages, gathered, viewer=viewer).targets
    writer = BodyWriter(addresses)
    for page, named in zip(pages, names, strict=True):
        with words_for(page):
            fingerprint = take_fingerprint(
                page, names=named, gathered=gathered, targets=targets, addresses=addresses
            )
            page_fingerprint = take_page_fingerprint(page, names=named, gathered=gathered) or ""
            kept = gathered.renderings.get(page.pk)
            # Whether the HTML of a body can be kept depends on its blocks, too, which are in the fingerprint.
            if kept is not None and (fingerprint, page_fingerprint) == (
                kept.fingerprint,
                kept.page_fingerprint or page_fingerprint,
            ):
                continue
            reading = read_article(page, viewer=viewer, addresses=addresses, targets=targets)
            if fingerprint is None or not can_be_kept(reading):
                report.left_out += 1
                if kept is not None and write:
                    BodyRendering.objects.filter(page=page.pk).delete()
                continue
            report.rendered += 1
            if not write:
                continue
            fields = {"fingerprint": fingerprint, "content": to_json(writer.body(reading)).decode()}
            if page_fingerprint and html_can_be_kept(reading):
                page.reading = read_article(page)
                content = json.dumps(keep_reading(page, marker=uuid4().hex))
                fields |= {"page_fingerprint": page_fingerprint, "page_content": content}
            else:
                fields |= {"page_fingerprint": "", "page_content": ""}
            with transaction.atomic():
                BodyRendering.objects.update_or_create(page_id=page.pk, defaults=fields)


def render_after_publishing(*, page: Any) -> None:
    """Render a page that was just published. It is shown all the same if that fails."""
    if not isinstance(page, ArticleMixin):
        return
    try:
        manager: Any = type(page)._default_manager
        render_bodies(pages=list(manager.filter(pk=page.pk, live=True)))
    except Exception:
        # The kinds of a site raise what they like.
        logger.exception("The body of page %s was not rendered ahead", page.pk)
