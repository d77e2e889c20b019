"""What asks for somebody's attention: what is stopped, late or held, each with its way out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from intel_pipeline.capture.soundness import lost_many
from intel_pipeline.freshness import Late, late
from intel_pipeline.instagram.source import LISTS
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.web.publication import Reading

ANOMALY_DAYS = 7


@dataclass(frozen=True, slots=True)
class Notice:
    """One of them: `kind` is how urgent it is, `more` why it is or what to do, `href` where more is to be seen."""

    kind: Literal["bad", "warn", "note"]
    text: str
    more: str
    href: str


def of_sessions(pipeline: Pipeline) -> Iterator[Notice]:
    """Yield sessions that must not be used, and those that pause."""
    sessions = pipeline.registry.sessions
    for state in sessions.all():
        if state.stopped_because:
            text = f"The session {state.name} is stopped: {state.stopped_because}"
            more = (
                f"what now: act on it at Instagram, then close the breaker (intel-pipeline breaker close {state.name})"
            )
            yield Notice("bad", text, more, "/collection")
        elif until := sessions.cooling(state.name):
            text = f"The session {state.name} cools down until {until:%Y-%m-%d %H:%M} UTC"
            yield Notice("note", text, "captures go on by themselves", "/collection")


def of_targets(pipeline: Pipeline) -> Iterator[Notice]:
    """Yield targets that were not captured completely for too long, each once, with what is oldest of it."""
    found: dict[str, list[tuple[str, Late]]] = {}
    for surface in pipeline.surfaces:
        for one in late(pipeline, surface):
            found.setdefault(one.label, []).append((surface, one))
    for label, surfaces in sorted(found.items()):
        oldest = min((one for _, one in surfaces), key=lambda one: one.since)
        names = ", ".join(surface for surface, _ in surfaces)
        since = f"not complete since {oldest.since:%Y-%m-%d}" if oldest.ever else "never complete"
        why = oldest.reasons or "not captured since; see Collection for what it waits for"
        kind: Literal["bad", "warn"] = "bad" if any(one.act for _, one in surfaces) else "warn"
        yield Notice(kind, f"{label} is late: {names} {since}", why, f"/health/captures?target={label}")


def of_held(pipeline: Pipeline) -> Iterator[Notice]:
    """Yield lists from which nothing is concluded, since so many are missing at once."""
    for capture in pipeline.registry.captures.latest():
        if capture.held and capture.surface in LISTS:
            text = f"{capture.surface} of {capture.target} is held back: nothing is concluded from it"
            yield Notice("warn", text, lost_many(capture) or "", f"/health/captures/{capture.capture_id}")


def of_growth(pipeline: Pipeline, reading: Reading) -> Iterator[Notice]:
    """Yield days of the last week on which a target grew or shrank unlike before."""
    since = pipeline.clock.now().date() - timedelta(days=ANOMALY_DAYS)
    for row in reading.rows("anomalies", since=since):
        text = f"{row['target']} {'gained' if row['gained_per_day'] > 0 else 'lost'} {abs(row['gained_per_day']):,.0f} on {row['day']}"
        more = f"usual are {row['usual']:+,.1f} a day; that it is unusual does not say why"
        yield Notice("note", text, more, f"/targets/{row['target']}")
