"""What is raised about messages."""


class UnknownKind(LookupError):  # noqa: N818 - named for what is the matter, like Http404
    """No kind of this name is registered."""


class InvalidPayload(ValueError):  # noqa: N818
    """The payload isn't what its kind asks for. The text names fields, and repeats no value."""


class TemporaryFailure(Exception):  # noqa: N818
    """A message was not taken this time. Other errors mean the same; of this one, only the text is shown."""


class PermanentFailure(Exception):  # noqa: N818
    """A message was refused for good: the same message would be refused again. A kind raises it."""


class UncertainFailure(Exception):  # noqa: N818
    """Whether a message arrived isn't known, as if a connection ends before the answer. A kind raises it.

    Such a message is tried once more, not as often as one that surely didn't arrive.
    """
