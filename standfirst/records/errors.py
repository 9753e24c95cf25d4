"""What is raised by an attempt to change a record."""


class RecordIsPermanentError(TypeError):
    """A record was to be changed or deleted otherwise than through ``redact`` or ``purge``."""
