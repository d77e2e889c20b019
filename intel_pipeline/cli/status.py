"""How things stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from intel_pipeline.capture.forecast import Rest, time_for
from intel_pipeline.capture.shelf_life import shelf_life
from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.cli.session_use import known
from intel_pipeline.cli.session_use import standing as standing_of
from intel_pipeline.clock import today
from intel_pipeline.due import Due, dues
from intel_pipeline.instagram.readings.posts_timeline import PAGE
from intel_pipeline.instagram.source import LISTS, SURFACES, Surface
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.limits import WORDS
from intel_pipeline.registry.limits import Name as Limit
from intel_pipeline.registry.models import LOGGED_OUT, Capture
from intel_pipeline.warehouse.publication import newest_of

SESSION = ("session", "used_for", "own_targets", "state")
GOING_ON = ("target", "surface", "session", "state", "rows", "of", "percent", "expected_end", "ends_at_last")
BUDGET = ("session", "limit", "budget", "allowed", "spent", "left", "own")
HEADS = {
    "window": "11_minutes",
    "hour": "hour",
    "profile": "profile/h",
    "followers": "followers/h",
    "followees": "followees/h",
    "posts": "posts/h",
    "day": "identities/day",
}


def status(as_json: AsJson = False) -> None:
    """How things stand: the open round, the sessions and their budgets, captures and how far they are, the publication.

    Of each session: what it is used for, and whether it is usable, cools down, which ends by itself, or is stopped
    (`intel-pipeline breaker close NAME` once you have acted); how much of what it has spent of its limits, over all
    processes. A limit with a star is its own (`intel-pipeline sessions limits NAME`). Without a session, profiles are
    read logged out. `next_due`: from when on a surface is captured again (`intel-pipeline targets cadence`).
    """
    with opened() as pipeline:
        report = standing(pipeline)
    if as_json:
        print_json(report)
        return
    for name in ("data_folder", "registry", "source", "round", "due", "waits_for", "publication"):
        out.print(f"{name.replace('_', ' ') + ':':<20}{plain(report[name])}")
    out.print()
    print_table(SESSION, [tuple(one.values()) for one in report["sessions"]])
    out.print()
    shown = {limit: head for limit, head in HEADS.items() if limit not in SURFACES or limit in pipeline.surfaces}
    print_table(("session", *shown.values()), spent_of(report["budgets"], tuple(shown)))
    if report["in_progress"]:
        out.print()
        print_table(GOING_ON, [tuple(one.values()) for one in report["in_progress"]])
    captures = report["captures"]
    if captures:
        out.print()
        rows = [(*capture.values(),) for capture in in_words(captures, pipeline.clock.now())]
        print_table(tuple(captures[0]), rows)
    if not (report["in_progress"] or any(one["captured"] for one in captures)):
        err.print("Nothing captured yet: `intel-pipeline targets add USERNAME`, then `intel-pipeline capture`")


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


def in_words(captures: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Return the captures with `now` where one is due already."""
    return [
        {**one, "next_due": "now" if one["next_due"] and one["next_due"] <= now else one["next_due"]}
        for one in captures
    ]


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


def spent_of(budgets: list[dict[str, Any]], limits: Sequence[str]) -> list[tuple[str, ...]]:
    """Return a row per session with what is spent of these `limits`: a terminal of 80 columns has room for them."""
    rows: dict[str, dict[str, str]] = {}
    for one in budgets:
        cell = f"{one['spent']:,}/{one['allowed']:,}{'*' if one['own'] else ''}"
        rows.setdefault(one["session"], {})[one["limit"]] = cell
    return [(session, *(cells[limit] for limit in limits)) for session, cells in rows.items()]
