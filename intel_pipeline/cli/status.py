"""How things stand."""

from typing import Any

from intel_pipeline.capture.shelf_life import days_to_list, shelf_life
from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.limits import WORDS
from intel_pipeline.registry.models import Capture

BUDGET = ("session", "budget", "allowed", "spent", "left", "breaker", "cools_until")


def status(as_json: AsJson = False) -> None:
    """How things stand: the open round, the sessions and their budgets, each target's last captures, the publication.

    Of each session: what it has spent of its limits and what is left, over all processes; its breaker where that is
    open (`intel-pipeline breaker close NAME` once you have acted), and until when it cools down, which ends by itself.
    The limits are INTEL_REQUESTS_PER_WINDOW, INTEL_REQUESTS_PER_HOUR and INTEL_IDENTITIES_PER_DAY.
    """
    with opened() as pipeline:
        report = standing(pipeline)
    if as_json:
        print_json(report)
        return
    for name in (
        "data_folder",
        "source",
        "round",
        "due",
        "session",
        "session_state",
        "requests_in_window",
        "publication",
    ):
        out.print(f"{name.replace('_', ' ') + ':':<20}{plain(report[name])}")
    out.print()
    print_table(BUDGET, [tuple(one.values()) for one in report["budgets"]])
    captures = report["captures"]
    if captures:
        out.print()
        print_table(tuple(captures[0]), [tuple(capture.values()) for capture in captures])
    else:
        err.print("Nothing captured yet: `intel-pipeline targets add USERNAME`, then `intel-pipeline capture`")


def standing(pipeline: Pipeline) -> dict[str, Any]:
    """Return how things stand."""
    registry, settings = pipeline.registry, pipeline.settings
    day = registry.rounds.open()
    published = settings.publication.resolve() if settings.publication.exists() else None
    finished = [
        {
            "target": capture.target,
            "surface": capture.surface,
            "captured": capture.finished_at,
            "verdict": capture.verdict,
            "listed": capture.distinct_count,
            "reported": capture.reported_after,
            "reasons": "; ".join(capture.reasons),
        }
        for capture in registry.captures.latest()
    ]
    going_on = [
        {
            "target": capture.target,
            "surface": capture.surface,
            "captured": None,
            "verdict": "in progress" if capture.holder else "interrupted, resumes",
            "listed": None,
            "reported": None,
            "reasons": expected(pipeline, capture),
        }
        for capture in registry.captures.in_progress()
    ]
    return {
        "data_folder": str(settings.data_dir),
        "source": "simulated world (demo)" if pipeline.simulated else "Instagram",
        "round": day.isoformat() if day else "none open",
        "due": pipeline.due(day) if day else 0,
        "session": pipeline.session_name,
        "session_state": pipeline.not_now() or pipeline.resting("followers") or "usable",
        "requests_in_window": registry.ledger.spent(pipeline.session_name),
        "budgets": budgets(pipeline),
        "publication": f"{published.name}, {published.stat().st_size:,} bytes" if published else "none yet",
        "captures": finished + going_on,
    }


def expected(pipeline: Pipeline, capture: Capture) -> str:
    """Return in words how long a list in progress takes, and until when it may; nothing where that is not known."""
    reported, per_day = capture.reported_before, pipeline.listed_per_day
    if reported is None:
        return ""
    until = capture.started_at + shelf_life(reported, per_day)
    days = days_to_list(reported, per_day)
    return f"{reported:,} to list, {days:.1f} days at {per_day:,} a day; goes on until {until:%Y-%m-%d %H:%M} UTC"


def budgets(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return a row per session and limit, as BUDGET; the session in use is there though it has sent nothing yet."""
    registry = pipeline.registry
    names = sorted({pipeline.session_name, *(state.name for state in registry.sessions.all())})
    rows = []
    for name in names:
        stopped, cooling = registry.sessions.state(name).stopped_because, registry.sessions.cooling(name)
        for one in registry.ledger.spending(name, pipeline.limits):
            row = (name, WORDS[one.limit], one.allowed, one.spent, one.left, stopped, cooling)
            rows.append(dict(zip(BUDGET, row, strict=True)))
    return rows
