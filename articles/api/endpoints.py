"""The API's operations: each reads its parameters, asks for rows and presents them."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.errors import ValidationError

from standfirst.cache.tags import note_tag
from standfirst.delivery.answers import answer_json
from standfirst.delivery.lists import decode_cursor, next_part
from standfirst.delivery.parameters import invalid_parameter
from standfirst.visibility import anybody

from ..models import ArticleMixin
from ..queries import delivery as queries
from .keys import ArticleKey, ClaimKey, SourceKey
from .parameters import (
    MAX_BODIES,
    ArticleQuery,
    ClaimQuery,
    ResolveQuery,
    SourceQuery,
    filters_of,
)
from .presentation import Presenter
from .resolving import find_page, find_redirect, find_redirect_target
from .schemas import (
    AnyClaim,
    AnyDetail,
    ArticleList,
    ClaimList,
    IndexedClaim,
    Resolution,
    ResolvedPage,
    ResolvedRedirect,
    SourceDetail,
    SourceList,
)

router = Router(tags=["articles"])


@router.get(
    "/articles/",
    response=ArticleList,
    operation_id="listArticles",
    url_name="list_articles",
    summary="List articles",
)
def list_articles(request: HttpRequest, query: Query[ArticleQuery]) -> ArticleList | HttpResponse:
    """Return the published articles in one language that everybody may read, newest first.

    With `include=body` they are whole, each as `/articles/{id}/` answers it: a static site is built from a
    few requests.
    """
    viewer = anybody(request)
    filters = filters_of(query)
    with_bodies = "body" in filters.pop("include")
    if with_bodies and query.limit > MAX_BODIES:
        raise invalid_parameter(
            "limit",
            "too_many_bodies",
            _("With include=body, the limit can be at most %(number)s.") % {"number": MAX_BODIES},
        )
    after = decode_cursor(request, query.cursor, ArticleKey)
    try:
        part = queries.find_articles(viewer=viewer, after=after, with_bodies=with_bodies, **filters)
    except queries.UnknownLocaleError:
        raise _unknown_locale() from None
    presenter = Presenter(request)
    following = next_part(request, part.next_key)
    if with_bodies:
        return answer_json({"items": presenter.articles(part.rows, part.gathered), **following})
    return ArticleList(items=[*presenter.summarise(part.rows, part.claim_counts)], **following)


@router.get(
    "/articles/{int:page_id}/",
    response=AnyDetail,
    operation_id="getArticle",
    url_name="get_article",
    summary="Get an article",
)
def get_article(request: HttpRequest, page_id: int) -> HttpResponse:
    """Return a published article with its body, claims and references."""
    viewer = anybody(request)
    found = queries.find_article(viewer=viewer, page_id=page_id)
    if found is None:
        raise Http404
    page, gathered = found
    note_tag("page", page.pk)
    return answer_json(Presenter(request).articles([page], gathered)[0])


@router.get(
    "/resolve/",
    response=Resolution,
    operation_id="resolvePath",
    url_name="resolve_path",
    summary="Find what is at a path",
)
def resolve_path(request: HttpRequest, query: Query[ResolveQuery]) -> ResolvedPage | ResolvedRedirect:
    """Return the page at a path of the site, or the redirect that stands there."""
    viewer = anybody(request)
    presenter = Presenter(request)
    page = find_page(viewer=viewer, path=query.path)
    if page is not None:
        note_tag("page", page.pk)
        url, path = presenter.addresses.of_page(page)
        return ResolvedPage(
            type="page",
            page_type=page.specific_class._meta.label if page.specific_class else page._meta.label,
            id=page.pk,
            title=page.title,
            url=url,
            path=path,
            is_article=issubclass(page.specific_class or object, ArticleMixin),
        )
    redirect = find_redirect(site=viewer.site, path=query.path)
    target = redirect and find_redirect_target(redirect, viewer=viewer, addresses=presenter.addresses)
    if redirect is None or target is None:
        raise Http404
    return ResolvedRedirect(
        type="redirect", location=target.url, path=target.path, is_permanent=redirect.is_permanent
    )


@router.get(
    "/claims/", response=ClaimList, operation_id="listClaims", url_name="list_claims", summary="List claims"
)
def list_claims(request: HttpRequest, query: Query[ClaimQuery]) -> ClaimList:
    """Return the claims of all published articles in one language, by article and position."""
    after = decode_cursor(request, query.cursor, ClaimKey)
    try:
        part = queries.find_claims(viewer=anybody(request), after=after, **filters_of(query))
    except queries.UnknownLocaleError:
        raise _unknown_locale() from None
    return ClaimList(items=Presenter(request).claims(part.rows), **next_part(request, part.next_key))


@router.get(
    "/claims/{uuid:uid}/",
    response=AnyClaim,
    operation_id="getClaim",
    url_name="get_claim",
    summary="Get a claim",
)
def get_claim(request: HttpRequest, uid: UUID) -> IndexedClaim:
    """Return a published claim."""
    claim = queries.find_claim(viewer=anybody(request), uid=uid)
    if claim is None:
        raise Http404
    note_tag("claim", uid)
    return Presenter(request).claims([claim])[0]


@router.get(
    "/sources/",
    response=SourceList,
    operation_id="listSources",
    url_name="list_sources",
    summary="List sources",
)
def list_sources(request: HttpRequest, query: Query[SourceQuery]) -> SourceList:
    """Return the sources that published claims cite."""
    after = decode_cursor(request, query.cursor, SourceKey)
    try:
        part = queries.find_sources(viewer=anybody(request), after=after, **filters_of(query))
    except queries.UnknownLocaleError:
        raise _unknown_locale() from None
    presenter = Presenter(request)
    return SourceList(
        items=[presenter.source_detail(source) for source in part.rows],
        **next_part(request, part.next_key),
    )


@router.get(
    "/sources/{int:source_id}/",
    response=SourceDetail,
    operation_id="getSource",
    url_name="get_source",
    summary="Get a source",
)
def get_source(request: HttpRequest, source_id: int) -> SourceDetail:
    """Return a source that a published claim cites."""
    source = queries.find_source(viewer=anybody(request), source_id=source_id)
    if source is None:
        raise Http404
    note_tag("source", source_id)
    return Presenter(request).source_detail(source)


def _unknown_locale() -> ValidationError:
    return invalid_parameter("locale", "unknown_locale", _("The site has no such language."))
