"""What every way of reading a post list yields."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PostReading:
    """A post as listed; counts are None where Instagram hides or does not tell them."""

    post_id: int
    shortcode: str
    owner_id: int
    taken_at: datetime
    media_type: str
    caption: str | None
    like_count: int | None
    comment_count: int | None
    view_count: int | None
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class PostPage:
    """One page of posts; `next_cursor` is None where the server says that the list ends.

    `shortcodes`: posts that the page only names, each to be asked for by itself.
    """

    posts: list[PostReading]
    next_cursor: str | None
    shortcodes: list[str] = field(default_factory=list)
