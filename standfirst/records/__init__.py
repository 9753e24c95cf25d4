"""Rows that are only ever added: histories, versions, reviews, corrections.

A model that inherits from ``Record`` can't be changed or deleted, neither through Django nor, on SQLite and
PostgreSQL, by SQL: triggers refuse it. Two named doors stay open, and each use of one is logged in
``standfirst.models.RecordLogEntry``:

- *redact* empties the columns that name a person (``Record.personal_fields``);
- *purge* deletes rows by a rule, or along with what they are about (``on_delete=PURGE``).
"""

from standfirst.records.doors import PURGE
from standfirst.records.errors import RecordIsPermanentError
from standfirst.records.models import Record, RecordQuerySet

__all__ = ["PURGE", "Record", "RecordIsPermanentError", "RecordQuerySet"]
