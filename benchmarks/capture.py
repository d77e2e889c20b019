"""A whole follower capture (journal, ledger, verdict, validation, lake) beside a bare loop over the same source."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from instaloader import InstaloaderContext, RateController
from sqlalchemy import delete

from benchmarks import limits
from benchmarks.measure import ratios, turns
from benchmarks.report import Report, over
from intel_pipeline.capture.tally import Limits
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.demo import story
from intel_pipeline.demo.world_file import SESSION
from intel_pipeline.instagram.instaloader_source import known
from intel_pipeline.instagram.readings import friendships_rest, interpret, profile_by_id
from intel_pipeline.instagram.readings.follower_list import FollowerPage
from intel_pipeline.instagram.session import open_context
from intel_pipeline.instagram.source import Subject
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Request
from intel_pipeline.settings import load_settings

FOLLOWERS = 20_000
ROUNDS = 15
ALONE, BARE, OURS = "instaloader alone, no ledger", "bare loop over the source", "ours: journal to lake"


def run() -> Report:
    """Return the CPU of 20,000 followers captured, as a ratio of asking for and reading the same pages only.

    The simulated Instagram answers in this process, and what that takes is in all of them alike.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder))
        pipeline = story.prepare(settings, 7, 1, settings.first_round)
        day = today(pipeline.clock)
        chosen = Limits(most=1, seconds=7200, targets=("large",))
        capture_due(pipeline, "profile", day, chosen, nobody)
        ways = {
            ALONE: lambda: alone(pipeline),
            BARE: lambda: bare_loop(pipeline),
            OURS: lambda: capture_due(pipeline, "followers", day, chosen, nobody),
        }
        # The first turn imports, and fills caches.
        turns(ways, 1)
        taken = turns(ways, ROUNDS, before=lambda: forget_requests(pipeline))
        pipeline.registry.close()
    by_bare, by_alone = ratios(taken, BARE), ratios(taken, ALONE)
    size, limit = f"{FOLLOWERS:,}", limits.CAPTURE
    rows: list[tuple[object, ...]] = [
        (name, size, median(taken[name]), by_alone[name], by_bare[name], limit if name == OURS else None)
        for name in ways
    ]
    broken = over(f"a capture of {size} followers, in CPU of a bare loop", by_bare[OURS], limit)
    columns = ("what", "size", "CPU s", "to instaloader alone", "to bare loop", "limit")
    return Report("Capturing followers", columns, rows, broken)


def subject_of(pipeline: Pipeline) -> Subject:
    """Return whose followers are read."""
    target = pipeline.registry.targets.get("large")
    return Subject(target.label, target.username, target.user_id)


def bare_loop(pipeline: Pipeline) -> int:
    """Ask the source for the pages that a capture asks for and count their rows, keeping nothing but the ledger."""
    subject = subject_of(pipeline)
    with pipeline.session(SESSION).source() as source:
        counts = [interpret.profile(source.profile(subject)).follower_count]
        rows = counted(lambda cursor: interpret.follow_list(source.followers(subject, cursor)))
        counts.append(interpret.profile(source.profile(subject)).follower_count)
    return proven(rows, counts)


def counted(page_at: Callable[[str | None], FollowerPage]) -> int:
    """Return how many rows the list has."""
    rows, cursor = 0, None
    while True:
        page = page_at(cursor)
        rows += len(page.user_ids)
        cursor = page.next_cursor
        if cursor is None:
            return rows


def proven(rows: int, counts: list[int | None]) -> int:
    """Return the rows: some more or less than at first, since the world's time passes with the requests."""
    if abs(rows - FOLLOWERS) > FOLLOWERS / 100 or None in counts:
        raise ValueError(rows, counts)
    return rows


class Unlimited(RateController):
    """Lets everything through at once, and remembers nothing."""

    def wait_before_query(self, query_type: str) -> None:
        """Do nothing."""


def alone(pipeline: Pipeline) -> int:
    """Do the same with an instaloader that nobody counts, slows down or writes down."""
    subject = subject_of(pipeline)
    sealed = pipeline.vault().unseal(SESSION)
    context: InstaloaderContext = open_context(pipeline.settings.request_timeout, Unlimited)
    context.load_session(sealed["username"], sealed["cookies"])
    user_id, size = known(subject, "followers"), pipeline.settings.followers_per_page
    with pipeline.network():
        counts = [profile_by_id.read(profile_by_id.ask(context, user_id)).follower_count]
        rows = counted(
            lambda cursor: friendships_rest.read(friendships_rest.ask(context, user_id, "followers", cursor, size))
        )
        counts.append(profile_by_id.read(profile_by_id.ask(context, user_id)).follower_count)
    return proven(rows, counts)


def forget_requests(pipeline: Pipeline) -> None:
    """Empty the ledger: whoever comes second would have more of the day to add up."""
    with pipeline.registry.engine.begin() as connection:
        connection.execute(delete(Request))


def nobody(label: str, surface: str, rows: int, reported: int | None) -> None:
    """Watch nothing."""
