"""What can be wrong with a file. Each message is a sentence for the person who chose the file."""


class UnreadableArticleError(ValueError):
    """The file can't be read as an article; `str(error)` is a whole sentence that says why."""


class EmptyArticleError(UnreadableArticleError):
    """There is no text in the file, or none besides its title."""


class BinaryFileError(UnreadableArticleError):
    """The file holds something other than text."""


class UnknownEncodingError(UnreadableArticleError):
    """The text's encoding could not be determined with certainty."""


class ArticleTooLargeError(UnreadableArticleError):
    """The file, or the number of blocks that it would make, exceeds the limit."""


class MissingTitleError(UnreadableArticleError):
    """No title was found where the format should have one."""
