"""What a report holds, read from one publication."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intel_pipeline.registry.models import Target
from intel_pipeline.web.publication import Reading
from intel_pipeline.web.report.period import Period

# Names beyond these are for an export: a document is to be read.
MOST_CHANGES, MOST_POSTS = 200, 20
# Each kind of change that is listed, with its state: what is only suspected has a list of its own.
LISTS = (
    ("left", "confirmed"),
    ("left", "suspected"),
    ("followed", None),
    ("refollowed", None),
    ("revealed", None),
    ("renamed", None),
)
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Content:
    """A target's period. `changes`: rows of `target_changes` by kind and state, one more than are shown where there are."""

    label: str
    username: str
    purpose: str | None
    period: Period
    publication: int
    published_at: datetime
    numbers: dict[str, Any]
    days: Rows
    lists: Rows
    changes: dict[tuple[str, str | None], Rows]
    profile: Rows
    posts: Rows
    captures: Rows

    @property
    def name(self) -> str:
        """What its files are called, without what tells them apart."""
        return f"report-{self.label}-{self.period.first}-{self.period.last}"


def content_of(reading: Reading, target: Target, period: Period) -> Content:
    """Return what is known of a target's period; all of one publication."""
    label = target.label
    span = {"from_day": period.first, "to_day": period.last}
    numbers = reading.row("report_numbers", target=label, **span)
    asked = {"username": None, "after_at": None, "after_id": None, "most": MOST_CHANGES + 1, **span}
    return Content(
        label=label,
        username=target.username,
        purpose=target.purpose,
        period=period,
        publication=reading.number,
        published_at=reading.published_at,
        numbers=numbers or {},
        days=reading.rows("target_days", target=label, since=period.first, until=period.last, grain="day"),
        lists=reading.rows("target_lists", target=label, since=period.first, until=period.last),
        changes={
            (kind, state): reading.rows("target_changes", target=label, kind=kind, state=state, **asked)
            for kind, state in LISTS
        },
        profile=reading.rows("profile_changes", target=label, most=MOST_CHANGES, **span),
        posts=reading.rows("report_posts", target=label, most=MOST_POSTS, **span),
        captures=reading.rows("report_captures", target=label, **span),
    )
