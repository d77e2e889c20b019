"""How old what is known of each target is, against how often it is to be captured."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from intel_pipeline.capture.cadence import words_of
from intel_pipeline.clock import today
from intel_pipeline.due import hours_between
from intel_pipeline.instagram.source import Surface

if TYPE_CHECKING:
    from intel_pipeline.pipeline import Pipeline

# A capture of every hour waits for budgets and cool-downs as every other one does.
LEAST = timedelta(hours=6)
# How many times its cadence old something is late, and somebody has to act.
LATE, ACT = 2, 4


@dataclass(frozen=True, slots=True)
class Late:
    """A surface of a target that was not captured completely for too long.

    `since`: its last complete capture, or when the target was added; `hours`: its cadence; `reasons`: what the captures
    since then came to; `act`: whether it will not mend itself, as far as time tells.
    """

    label: str
    since: datetime
    hours: int
    ever: bool
    reasons: str
    act: bool


def late(pipeline: "Pipeline", surface: Surface) -> list[Late]:
    """Return the active targets whose last complete capture of `surface` is older than twice its cadence."""
    now, day, captures = pipeline.clock.now(), today(pipeline.clock), pipeline.registry.captures
    newest = {target.label: capture for target, capture in captures.newest_of_active(surface, day)}
    found = []
    for target, complete in captures.newest_of_active(surface, day, "complete"):
        since = (complete and complete.finished_at) or target.added_at
        hours = hours_between(pipeline, target, surface)
        age, every = now - since, timedelta(hours=hours)
        if age <= max(LATE * every, LEAST):
            continue
        last = newest[target.label]
        reasons = "; ".join(last.reasons) if last and last.verdict != "complete" else ""
        act = age > max(ACT * every, LEAST)
        found.append(Late(target.label, since, hours, complete is not None, reasons, act))
    return found


def told(one: Late) -> str:
    """Return in words how late a target is, and why as far as is known."""
    when = (
        f"complete last at {one.since:%Y-%m-%d %H:%M} UTC" if one.ever else f"never complete since {one.since:%Y-%m-%d}"
    )
    why = one.reasons or "not captured since: `intel-pipeline status` says what it waits for"
    return f"{one.label}: {when}, though it is captured {words_of(one.hours)}; {why}"
