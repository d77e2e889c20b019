"""Metrics and overlaps."""

from datetime import date

from pydantic import Field

from intel_pipeline.web.models.base import Label, Told


class Growth(Told):
    """A day of a target: what Instagram counted, and who came and went."""

    day: date
    """In UTC."""
    follower_count: int | None = Field(examples=[230])
    """The last number of followers reported that day."""
    gained: int | None = Field(examples=[-1])
    """More than on the last captured day before."""
    gained_per_day: float | None
    """The same, divided by the days in between."""
    followed: int | None
    """Who was found that day to have followed or refollowed; null on days without a complete list."""
    revealed: int | None
    """Who was listed for the first time and may have followed long before."""
    lost: int | None
    """Confirmed losses; those of the last days may still be suspected."""
    churn_rate: float | None
    """lost / followers reported the day before."""


class AgeEngagement(Told):
    """How posts stand so many days after they were posted."""

    age_days: int
    posts: int
    median_likes: float | None
    median_comments: float | None
    median_views: float | None
    median_engagement_rate: float | None


class HourEngagement(Told):
    """How posts did by when they were posted."""

    weekday: int = Field(examples=[1], ge=1, le=7)
    """1 is Monday, in UTC."""
    hour: int = Field(examples=[18], ge=0, le=23)
    """In UTC."""
    posts: int
    median_engagement_rate: float | None


class Cadence(Told):
    """A week's posts."""

    week: date
    """Its Monday."""
    posts: int
    images: int
    videos: int
    sidecars: int
    median_hours_between: float | None


class Retention(Told):
    """How many of those who followed in a month still followed some days later."""

    cohort_month: date
    days_later: int
    cohort: int
    still_following: int
    retention: float | None


class Anomaly(Told):
    """A day's growth against the 28 days before: unusual, not why."""

    day: date
    gained_per_day: float | None
    usual: float | None
    """Median of the days before."""
    score: float | None
    """Robust z-score; null in the first week."""
    is_anomaly: bool | None


class Pair(Told):
    """How many follow both of two targets now."""

    a: Label
    b: Label
    a_followers: int
    b_followers: int
    shared: int
    share_of_a: float | None
    share_of_b: float | None
    jaccard: float | None
    """shared / all who follow either."""


class Overlap(Told):
    """How far audiences overlap."""

    targets: list[Label]
    pairs: list[Pair]
    """Each two of the targets once."""
    shared_by_all: int
    """Who follows every one of them."""
