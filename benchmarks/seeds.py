"""What the throwaway site holds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """What was made, as far as the measurements need it. ``words`` is the mean length of the articles."""

    articles: int
    words: int
    claims: int
    comments: int
    discussed_id: int
    discussed_path: str
    quiet_path: str
    posted_to_id: int
    management_token: str
    article_ids: list[int]
    # Whether the database is SQLite, in this process, rather than a server.
    is_embedded: bool
