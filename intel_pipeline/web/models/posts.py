"""Posts, and how they stood."""

from pydantic import Field

from intel_pipeline.web.models.base import Label, Moment, Number, Told


class Standing(Told):
    """How a post stood at a capture."""

    captured_at: Moment
    age_hours: float | None = Field(examples=[26.5])
    """Since it was posted."""
    like_count: int | None = Field(examples=[1200])
    comment_count: int | None = Field(examples=[31])
    view_count: int | None
    """Null where it is no video."""
    engagement_rate: float | None = Field(examples=[0.0123])
    """Likes and comments by followers of that moment."""


class Post(Told):
    """A post that was ever listed, and how it stood last."""

    post_id: Number
    target: Label
    shortcode: str = Field(examples=["C1abcDEFgh"])
    """Its address is https://www.instagram.com/p/SHORTCODE/."""
    owner_id: Number | None
    """Whose post it is: not the target's own in a collaboration."""
    taken_at: Moment
    media_type: str | None = Field(examples=["image"])
    caption: str | None
    is_pinned: bool | None
    first_seen_at: Moment
    last_seen_at: Moment
    newest: Standing | None
    """How it stood at the newest capture that listed it."""
