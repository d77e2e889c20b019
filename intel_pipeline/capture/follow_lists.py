"""Capturing a list of followers or followees."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from intel_pipeline.capture.findings import Finding
from intel_pipeline.capture.journal import Journal
from intel_pipeline.capture.listing import evidence_of, read_list
from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.capture.page import Page
from intel_pipeline.capture.verdict import Assessment, Evidence
from intel_pipeline.capture.watching import Progress
from intel_pipeline.instagram.errors import FOLLOW, PrivateError
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.readings.follower_list import FollowerPage
from intel_pipeline.instagram.readings.friendships_rest import FollowList
from intel_pipeline.instagram.readings.profile import ProfileReading
from intel_pipeline.instagram.source import Source, Subject

if TYPE_CHECKING:
    import polars as pl

# Evidence, the distinct ids as `user_id`, the moment of the last page.
Judge = Callable[[Evidence, "pl.DataFrame", datetime], Assessment]
# How the journal names the pages.
BEFORE, AFTER = "count before", "count after"
# The number reported before the list is read; whoever is told may refuse it.
Expect = Callable[[int | None], None]


def capture_list(  # noqa: PLR0913  whom to ask, and whom to tell
    source: Source,
    journal: Journal,
    subject: Subject,
    name: FollowList,
    expect: Expect,
    progress: Progress,
    judge: Judge,
) -> Finding:
    """Read the whole list, with the reported number before and after it, and let `judge` say what it proves.

    Rows: one per distinct account, sorted by `user_id`, as `contracts.follower.FollowerSnapshot`. `expect` is told
    the number reported before the first page is asked for, `progress` the rows read and that number.
    """
    before = interpret.profile(journal.once(BEFORE, lambda: source.profile(subject)).answer)
    if before.is_private and before.follows is False:
        problem = f"'{subject.label}' is private and the session does not follow it"
        raise PrivateError(problem, FOLLOW)
    ask = source.followers if name == "followers" else source.followees
    reported = reported_of(before, name)
    if journal.kept(key_of(name, None)) is None:
        expect(reported)

    def page_at(cursor: str | None) -> Page:
        return journal.once(key_of(name, cursor), lambda: ask(subject, cursor))

    read = pages(page_at, lambda rows: progress(rows, reported))
    listing = read_list(read, journal.path.parent)
    last = journal.once(AFTER, lambda: source.profile(subject))
    after = interpret.profile(last.answer)
    ids = listing.followers.ids()
    evidence = evidence_of(listing, ids, reported, reported_of(after, name))
    found = judge(evidence, ids, listing.last or last.received_at)
    outcome = Outcome(
        verdict=found.verdict,
        reasons=found.reasons,
        rows=evidence.rows,
        distinct=evidence.distinct,
        reported_before=evidence.reported_before,
        reported_after=evidence.reported_after,
        pages=evidence.pages,
        user_id=after.user_id,
        username=after.username,
        started_at=listing.first,
        finished_at=listing.last,
        ended=evidence.ended,
        limited=evidence.limited,
        broken=evidence.broken,
        gap_low=found.band.low if found.band else None,
        gap_high=found.band.high if found.band else None,
        missing_count=found.missing_count,
        missing_limit=found.missing_limit,
        held=found.held,
        resolved=found.resolved,
    )
    return Finding(outcome, listing.followers)


def reported_of(profile: ProfileReading, name: FollowList) -> int | None:
    """Return how long the profile says that its list `name` is."""
    return profile.follower_count if name == "followers" else profile.following_count


def pages(
    page_at: Callable[[str | None], Page | None], progress: Callable[[int], None]
) -> Iterator[tuple[FollowerPage, datetime]]:
    """Yield the list's pages and their moments, each at the cursor of the one before, until there is none."""
    cursor: str | None = None
    rows = 0
    while page := page_at(cursor):
        read = interpret.follow_list(page.answer)
        rows += len(read.user_ids)
        progress(rows)
        yield read, page.received_at
        cursor = read.next_cursor


def key_of(name: FollowList, cursor: str | None) -> str:
    """Return how the journal names the page of a list at a cursor, None is the first one."""
    return f"{name} {cursor or 'first'}"
