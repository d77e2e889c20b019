"""How collection stands: the open round, the sessions and what they may still spend, what goes on and what is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from intel_pipeline.capture.forecast import Rest, time_for
from intel_pipeline.capture.shelf_life import shelf_life
from intel_pipeline.clock import today
from intel_pipeline.due import Due, dues
from intel_pipeline.instagram.readings.posts_timeline import PAGE
from intel_pipeline.instagram.source import LISTS, SURFACES, Surface
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.limits import WORDS
from intel_pipeline.registry.limits import Name as Limit
from intel_pipeline.registry.models import LOGGED_OUT, Capture, SessionState
from intel_pipeline.warehouse.publication import newest_of

SESSION = ("session", "used_for", "own_targets", "state")
GOING_ON = ("target", "surface", "session", "state", "rows", "of", "percent", "expected_end", "ends_at_last")
BUDGET = ("session", "limit", "budget", "allowed", "spent", "left", "own")


def standing(pipeline: Pipeline) -> dict[str, Any]:
    """Return how things stand."""
    registry, settings = pipeline.registry, pipeline.settings
    day = registry.rounds.open()
    stands = {surface: dues(pipeline, surface, day or today(pipeline.clock)) for surface in pipeline.surfaces}
    lacking = {surface: [due.target for due in of_each if due.lacking] for surface, of_each in stands.items()}
    published = newest_of(settings.publication)
    return {
        "data_folder": str(settings.data_dir),
        "registry": registry.place,
        "source": "simulated world (demo)" if pipeline.simulated else "Instagram",
        "round": day.isoformat() if day else "none open",
        "due": pipeline.due(day, lacking) if day else 0,
        "waits_for": pipeline.resting() or (day and pipeline.idle(day, lacking)) or "nothing",
        "sessions": sessions(pipeline),
        "budgets": budgets(pipeline),
        "publication": f"{published.name}, {published.stat().st_size:,} bytes" if published else "none yet",
        "in_progress": [in_progress(pipeline, capture) for capture in registry.captures.in_progress()],
        "captures": surfaces(pipeline, stands),
    }


def surfaces(pipeline: Pipeline, stands: Mapping[Surface, Sequence[Due]]) -> list[dict[str, Any]]:
    """Return a row per surface of a target: its newest finished capture, and from when on it is due again."""
    next_due = {(due.target.label, str(surface)): due.at for surface, of_each in stands.items() for due in of_each}
    latest = {(capture.target, capture.surface): capture for capture in pipeline.registry.captures.latest()}
    place = {str(surface): number for number, surface in enumerate(SURFACES)}
    in_order = sorted(latest.keys() | next_due.keys(), key=lambda one: (one[0], place[one[1]]))
    return [captured(*one, latest.get(one), next_due.get(one)) for one in in_order]


def captured(label: str, surface: str, capture: Capture | None, next_due: datetime | None) -> dict[str, Any]:
    """Return a row for a surface of a target; `next_due` is None where it is captured no more."""
    return {
        "target": label,
        "surface": surface,
        "captured": capture and capture.finished_at,
        "verdict": capture and capture.verdict,
        "listed": capture and capture.distinct_count,
        "reported": capture and capture.reported_after,
        "next_due": next_due,
        "reasons": "; ".join(capture.reasons) if capture else "",
    }


def in_progress(pipeline: Pipeline, capture: Capture) -> dict[str, Any]:
    """Return a row for a capture that is not finished, as GOING_ON.

    Its end is expected as if its session read nothing else from now on; None where nothing tells. At last it ends with
    what it has read by then.
    """
    session, settings = pipeline.session(capture.session or LOGGED_OUT), pipeline.settings
    rows, reported = capture.row_count, capture.reported_before
    whole = min(reported or 0, settings.posts_per_capture) if capture.surface == "posts" else reported
    stopped = session.stopped()
    state = "going on" if capture.holder else "interrupted, resumes"
    end = None
    if rows is not None and whole is not None and not stopped:
        limits, listing = session.limits, capture.surface in LISTS
        per_page = settings.followers_per_page if listing else PAGE if session.logged_in else 1
        rest = Rest(cast("Limit", capture.surface), max(0, whole - rows), per_page, counted=listing)
        cooled = pipeline.registry.sessions.cooling(session.name) or pipeline.clock.now()
        end = cooled + time_for(rest, limits, pipeline.registry.ledger.spending(session.name, limits))
    last = capture.started_at + shelf_life(reported if capture.surface in LISTS else None, session.listed_per_day)
    percent = f"{min(100, 100 * rows // whole)} %" if rows is not None and whole else None
    shown = (capture.target, capture.surface, session.name, stopped or state, rows, whole, percent, end, last)
    return dict(zip(GOING_ON, shown, strict=True))


def names(pipeline: Pipeline) -> list[str]:
    """Return the sessions that there are; asking without one is there where that is done, or was."""
    asked_without = not pipeline.uses() or pipeline.registry.ledger.spent(LOGGED_OUT)
    return [*([LOGGED_OUT] if asked_without else []), *(state.name for state in known(pipeline))]


def sessions(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return a row per session, as SESSION."""
    rows = [(name, *standing_of(pipeline, name)) for name in names(pipeline)]
    return [dict(zip(SESSION, row, strict=True)) for row in rows]


def budgets(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return a row per session and limit, as BUDGET; a session is there though it has sent nothing yet."""
    rows = []
    for name in names(pipeline):
        own = pipeline.registry.sessions.state(name).limits or {}
        for one in pipeline.registry.ledger.spending(name, pipeline.session(name).limits):
            row = (name, one.limit, WORDS[one.limit], one.allowed, one.spent, one.left, one.limit in own)
            rows.append(dict(zip(BUDGET, row, strict=True)))
    return rows


def known(pipeline: Pipeline) -> list[SessionState]:
    """Return the sessions by name; asking without one is none, though it has a state."""
    return [state for state in pipeline.registry.sessions.all() if state.name != LOGGED_OUT]


def standing_of(pipeline: Pipeline, name: str) -> tuple[str, int, str]:
    """Return what a session is used for, how many targets are its own, and how it stands, in words."""
    own = sum(target.session == name for target in pipeline.registry.targets.all())
    return pipeline.uses().get(name, "nothing"), own, pipeline.session(name).not_now() or "usable"
