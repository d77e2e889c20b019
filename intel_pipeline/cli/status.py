"""How things stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.collection import GOING_ON, SESSION, standing
from intel_pipeline.instagram.source import SURFACES

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


def in_words(captures: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Return the captures with `now` where one is due already."""
    return [
        {**one, "next_due": "now" if one["next_due"] and one["next_due"] <= now else one["next_due"]}
        for one in captures
    ]


def spent_of(budgets: list[dict[str, Any]], limits: Sequence[str]) -> list[tuple[str, ...]]:
    """Return a row per session with what is spent of these `limits`: a terminal of 80 columns has room for them."""
    rows: dict[str, dict[str, str]] = {}
    for one in budgets:
        cell = f"{one['spent']:,}/{one['allowed']:,}{'*' if one['own'] else ''}"
        rows.setdefault(one["session"], {})[one["limit"]] = cell
    return [(session, *(cells[limit] for limit in limits)) for session, cells in rows.items()]
