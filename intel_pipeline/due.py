"""What is due: which targets' surfaces the open round lacks, and when those that it has are due again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from intel_pipeline.capture.cadence import due_from, in_force, lacks
from intel_pipeline.instagram.source import Surface
from intel_pipeline.registry.models import Target

if TYPE_CHECKING:
    from intel_pipeline.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Due:
    """A surface of a target: from when on it is due, and whether the round lacks it now."""

    target: Target
    at: datetime
    lacking: bool


def dues(pipeline: "Pipeline", surface: Surface, day: date) -> list[Due]:
    """Return how each active target stands as to `surface` in the round of `day`: the longest due first.

    One whose capture was begun and interrupted is lacking until it is finished, whatever else the round has of it.
    """
    now, captures = pipeline.clock.now(), pipeline.registry.captures
    begun = captures.begun(surface)
    found = []
    for target, seen in captures.newest_of_active(surface, day):
        hours = hours_between(pipeline, target, surface)
        if surface == "posts":
            hours = in_force(hours, pipeline.settings.young_posts_cadence, seen, now)
        at = due_from(seen, hours) if seen else target.added_at
        found.append(Due(target, at, target.label in begun or lacks(seen, hours, day, now)))
    return sorted(found, key=lambda due: (due.at, due.target.label))


def hours_between(pipeline: "Pipeline", target: Target, surface: Surface) -> int:
    """Return the hours between two captures of a target's surface: its own, or the settings'."""
    own = (target.cadence or {}).get(surface)
    return own or cast("int", getattr(pipeline.settings, f"{surface}_cadence"))
