"""What surrounds the article on a saved page: menus, sidebars, share buttons, comments, forms."""

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from .html_tree import blank, classes_of, is_hidden, name_of

_TAGS = frozenset(
    {"script", "style", "noscript", "template", "nav", "form", "dialog", "button", "select", "textarea"}
)
_ROLES = frozenset(
    {"navigation", "complementary", "banner", "contentinfo", "search", "dialog", "alert", "menu"}
)
# Whole names of classes and ids: `share` but not `market-share`. WordPress themes and its plugins first.
_NAMES = re.compile(
    r"(comments?|comments?-(area|list|respond|form|section|title|wrapper|template|link|count)|(wp-block-)?post-comments.*"
    r"|wp-block-comments.*|respond|reply-title|commentlist|comment-navigation|disqus(_thread|-.*)?|webmentions?"
    r"|sharedaddy|sd-.*|jp-.*|share|shares|sharing|share[-_](buttons?|links?|bar|this|icons?|post)|post-shar(e|ing)"
    r"|social|social[-_].*|addtoany.*|a2a_kit|heateor.*|addthis.*|wp-block-social-links|sfsi.*|essb.*"
    r"|related|related[-_].*|yarpp.*|crp_related|wp-block-(navigation|search|tag-cloud|categories|latest-.*|archives).*"
    r"|sidebar|side-bar|sidebar[-_].*|widget|widgets|widget[-_].*|secondary|breadcrumbs?|rank-math-breadcrumb"
    r"|pagination|page-links|post-navigation|nav-(links|previous|next|menu)|navigation|navbar|nav|menu|main-menu|site-nav.*"
    r"|site-(header|footer)|page-footer|masthead|colophon|header-.*|footer|footer-.*"
    r"|entry-(meta|footer)|post-(meta|footer|info|tags|categories)|byline|posted-on|cat-links|tags-links|article-meta|edit-link"
    r"|author-(box|bio|info)|about-author|saboxplugin.*|post-author.*|wp-block-post-(author|date|terms|navigation).*"
    r"|newsletter|newsletter[-_].*|subscribe|subscription.*|mc4wp.*|signup|sign-up|cta|promo|popup|modal|cookie.*|gdpr.*"
    r"|ad|ads|advert.*|adsbygoogle|sponsor.*|banner|skip-link|screen-reader-text|visually-hidden|sr-only"
    r"|toc|toc[-_].*|ez-toc.*|table-of-contents|wp-block-table-of-contents|lwptoc.*|post-views.*|reading-time|print-only|noprint)"
)


def remove_furniture(root: HtmlElement, *, keep: Iterable[HtmlElement] = ()) -> None:
    """Empty everything in `root` that is not the article's. Elements in `keep`, and their ancestors, stay."""
    kept = {root}
    for element in keep:
        kept.add(element)
        kept.update(element.iterancestors())
    for element in list(root.iter()):
        if element not in kept and is_furniture(element) and element.getparent() is not None:
            blank(element)


def is_furniture(element: HtmlElement) -> bool:
    """Tell by its tag, role, class and id whether the element is not part of the article."""
    name = name_of(element)
    if name in {"html", "body", "main", "article", "", "head"}:
        # Themes put the state of the whole page on these: `has-sidebar`, `comments-open`.
        return name == "article" and bool(classes_of(element) & {"comment", "comment-body"})
    if name in _TAGS or is_hidden(element) or (element.get("role") or "").lower() in _ROLES:
        return True
    if name in {"footer", "header", "aside"}:
        return _is_outer(element, name)
    return any(map(_NAMES.fullmatch, classes_of(element))) or bool(
        _NAMES.fullmatch((element.get("id") or "").lower())
    )


def _is_outer(element: HtmlElement, name: str) -> bool:
    """The footer of a quotation is its source; an aside is a note unless it is made of links."""
    if name == "footer":
        return next(element.iterancestors("blockquote", "figure"), None) is None
    if name == "header":
        return True
    words = len(str(element.text_content()).split())
    linked = sum(len(str(link.text_content()).split()) for link in element.iter("a"))
    return linked * 2 > words or any(map(_NAMES.fullmatch, classes_of(element)))
