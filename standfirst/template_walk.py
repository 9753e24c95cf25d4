"""What a template shows, including everything that it extends and includes.

Read from the compiled templates, without rendering them: for system checks, and to find out whether a page's
template carries a tag.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from django.template import Node, Template, TemplateDoesNotExist
from django.template import loader as template_loader
from django.template.backends.django import Template as BackendTemplate
from django.template.base import TextNode
from django.template.defaulttags import CommentNode, LoadNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode

# The blocks of a base template that templates of ours, and what a site adds to them, fill.
BASE_BLOCKS: Final = ("title", "head", "json_ld", "content", "after_content", "scripts")


@dataclass(frozen=True, kw_only=True)
class LostBlock:
    """A block that a template fills and that is shown nowhere, because no template below it has such a block.

    ``root`` is the name of the template at the end of the chain, which would have to have it.
    """

    name: str
    template: str
    root: str
    nodes: Sequence[Node]


def find_lost_blocks(template_name: str) -> list[LostBlock]:
    """Return the blocks that a template, or one that it extends, fills and that are shown nowhere.

    Empty blocks are skipped. Nothing is returned for a template of another engine than Django's, or one that
    extends what only a request can determine. Raises what Django raises for a template that it can't load.
    """
    chain, is_complete = _load_chain(template_name)
    if not is_complete:
        return []
    # A template that is included has its blocks for itself.
    shown = {node.name for node in _walk(chain, None) if isinstance(node, BlockNode)}
    return [
        LostBlock(name=name, template=_name(template), root=_name(chain[-1]), nodes=tuple(block.nodelist))
        for template in chain[:-1]
        for name, block in _own_blocks(template).items()
        if name not in shown and not all(_is_blank(node) for node in block.nodelist)
    ]


def walk_shown_nodes(template_name: str) -> Iterator[Node]:
    """Yield each node that the template shows under any condition.

    What it extends and includes under a name that is written out is part of it; a block is as the last
    template that fills it has it. Yields what can be known for a template of another engine, or with names
    that only a request can tell. Raises what Django raises for a template that it can't load.
    """
    chain, _ = _load_chain(template_name)
    return _walk(chain, frozenset())


def walk_nodes(nodes: Sequence[Node]) -> Iterator[Node]:
    """Yield nodes and all that stand in them, blocks as they are."""
    for node in nodes:
        yield node
        for inner in _child_nodelists(node):
            yield from walk_nodes(inner)


def _load_chain(template_name: str) -> tuple[list[Template], bool]:
    """Return the template, what it extends, what that extends; and whether this is all of it."""
    backend_template = template_loader.get_template(template_name)
    if not isinstance(backend_template, BackendTemplate):
        return [], False
    template = backend_template.template
    chain = [template]
    seen = [template.origin]
    while (extends := _find_extends(template)) is not None:
        name = _constant(extends.parent_name)
        if name is None:
            return chain, False
        # As in Django, a template that extends its own name extends the next one of that name.
        template, origin = template.engine.find_template(name, skip=seen)
        chain.append(template)
        seen.append(origin)
    return chain, True


def _walk(chain: list[Template], included: frozenset[str] | None) -> Iterator[Node]:
    """Yield the nodes shown; ``included`` are the templates that lead here, None to follow no includes."""
    if chain:
        blocks = [_own_blocks(template) for template in chain[:-1]]
        yield from _walk_nodelist(chain[-1].nodelist, blocks, included)


def _walk_nodelist(
    nodes: Sequence[Node], blocks: list[dict[str, BlockNode]], included: frozenset[str] | None
) -> Iterator[Node]:
    for node in nodes:
        yield node
        if isinstance(node, BlockNode):
            for definition in _definitions(node, blocks):
                yield from _walk_nodelist(definition.nodelist, blocks, included)
            continue
        if isinstance(node, IncludeNode) and included is not None:
            name = _constant(node.template)
            if name is not None and name not in included:
                # Django, too, looks for it only once it is shown.
                with suppress(TemplateDoesNotExist):
                    yield from _walk(_load_chain(name)[0], included | {name})
        for inner in _child_nodelists(node):
            yield from _walk_nodelist(inner, blocks, included)


def _definitions(node: BlockNode, blocks: list[dict[str, BlockNode]]) -> Iterator[BlockNode]:
    """Yield what is shown in the place of a block: the last one that fills it, and what it takes over."""
    for definition in [own[node.name] for own in blocks if node.name in own] + [node]:
        yield definition
        if not any("block.super" in _contents(inner) for inner in walk_nodes(definition.nodelist)):
            return


def _name(template: Template) -> str:
    return str(template.origin.template_name)


def _own_blocks(template: Template) -> dict[str, BlockNode]:
    extends = _find_extends(template)
    return extends.blocks if extends else {}


def _find_extends(template: Template) -> ExtendsNode | None:
    return next((node for node in template.nodelist if isinstance(node, ExtendsNode)), None)


def _child_nodelists(node: Node) -> list[Sequence[Node]]:
    return [getattr(node, name, None) or () for name in node.child_nodelists]


def _constant(expression: Any) -> str | None:
    """Return the text of an expression that is a text without filters, else None."""
    is_constant = isinstance(expression.var, str) and not expression.filters
    return str(expression.var) if is_constant else None


def _contents(node: Node) -> str:
    return getattr(node.token, "contents", "") if node.token else ""


def _is_blank(node: Node) -> bool:
    if isinstance(node, BlockNode):
        return all(_is_blank(inner) for inner in node.nodelist)
    if isinstance(node, TextNode):
        return not node.s.strip()
    return isinstance(node, CommentNode | LoadNode) or _contents(node) == "block.super"
