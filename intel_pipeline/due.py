"""What is due: which targets' surfaces the open round lacks, and when those that it has are due again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from intel_pipeline.capture.cadence import Seen, due_from, in_force, lacks
from intel_pipeline.instagram.source import Surface
from intel_pipeline.registry.models import Capture, Target

if TYPE_CHECKING:
    from intel_pipeline.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Due:
    """A surface of a target: the hours of its cadence, from when on it is due, and whether the round lacks it now."""

    target: Target
    hours: int
    at: datetime
    lacking: bool


def dues(pipeline: "Pipeline", surface: Surface, day: date) -> list[Due]:
    """Return how each active target stands as to `surface` in the round of `day`: the longest due first.

    One whose capture was begun and interrupted is lacking until it is finished, whatever else the round has of it.
    """
    now, captures = pipeline.clock.now(), pipeline.registry.captures
    begun = captures.begun(surface)
    found = [
        due_of(pipeline, surface, day, target, newest, now, begun=target.label in begun)
        for target, newest in captures.newest_of_active(surface, day)
    ]
    return sorted(found, key=lambda due: (due.at, due.target.label))


def due_of(  # noqa: PLR0913  what a target and its newest capture are, and the moment
    pipeline: "Pipeline",
    surface: Surface,
    day: date,
    target: Target,
    newest: Capture | None,
    now: datetime,
    *,
    begun: bool,
) -> Due:
    """Return how a target stands, whose newest capture in the round of `day` or before it is `newest`."""
    seen = None
    if newest is not None and newest.round is not None:
        seen = Seen(newest.round, newest.started_at, newest.verdict, newest.newest_post_at)
    hours = hours_between(pipeline, target, surface)
    if surface == "posts":
        hours = in_force(hours, pipeline.settings.young_posts_cadence, seen, now)
    at = due_from(seen, hours, target.added_at)
    return Due(target, hours, at, begun or lacks(seen, hours, day, now))


def hours_between(pipeline: "Pipeline", target: Target, surface: Surface) -> int:
    """Return the hours between two captures of a target's surface: its own, or the settings'."""
    own = (target.cadence or {}).get(surface)
    return own or cast("int", getattr(pipeline.settings, f"{surface}_cadence"))
