"""The body of our articles."""

from typing import Any

from wagtail.blocks import StreamBlock

from .registry import make_article_blocks


class ArticleBodyBlock(StreamBlock):
    """Everything that the body of an article can hold: the registered kinds, and what a subclass adds."""

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        own = {*self.base_blocks, *(name for name, _block in local_blocks or ())}
        registered = [(name, block) for name, block in make_article_blocks() if name not in own]
        super().__init__([*registered, *(local_blocks or ())], **kwargs)
