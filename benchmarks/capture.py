"""A whole follower capture (journal, ledger, verdict, validation, lake) beside a bare loop over the same source."""

import tempfile
from pathlib import Path

from benchmarks import limits
from benchmarks.measure import interleaved
from benchmarks.report import Report, over
from intel_pipeline.capture.tally import Limits
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.demo import story
from intel_pipeline.demo.world_file import SESSION
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.source import Subject
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.settings import load_settings

FOLLOWERS = 20_000
ROUNDS = 7


def run() -> Report:
    """Return the CPU of 20,000 followers captured, as a ratio of asking for and reading the same pages only."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder))
        pipeline = story.prepare(settings, 7, 1, settings.first_round)
        day = today(pipeline.clock)
        chosen = Limits(most=1, seconds=7200, targets=("large",))
        capture_due(pipeline, "profile", day, chosen, nobody)
        ways = {
            "bare loop": lambda: bare_loop(pipeline),
            "ours: journal to lake": lambda: capture_due(pipeline, "followers", day, chosen, nobody),
        }
        taken = interleaved(ways, ROUNDS)
        pipeline.registry.close()
    size, bare, limit = f"{FOLLOWERS:,}", taken["bare loop"], limits.CAPTURE
    ratio = taken["ours: journal to lake"] / bare
    rows: list[tuple[object, ...]] = [
        ("bare loop", size, bare, 1.0, None),
        ("ours: journal to lake", size, ratio * bare, ratio, limit),
    ]
    broken = over(f"a capture of {size} followers, in CPU of a bare loop", ratio, limit)
    return Report("Capturing followers", ("what", "size", "CPU s", "ratio", "limit"), rows, broken)


def bare_loop(pipeline: Pipeline) -> int:
    """Ask for every page and count its rows, keeping nothing."""
    target = pipeline.registry.targets.get("large")
    subject = Subject(target.label, target.username, target.user_id)
    rows, cursor = 0, None
    with pipeline.session(SESSION).source() as source:
        while True:
            page = interpret.follow_list(source.followers(subject, cursor))
            rows += len(page.user_ids)
            cursor = page.next_cursor
            if cursor is None:
                return rows


def nobody(label: str, surface: str, rows: int, reported: int | None) -> None:
    """Watch nothing."""
