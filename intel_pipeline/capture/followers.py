"""Capturing a follower list."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from intel_pipeline.capture.findings import Finding, framed
from intel_pipeline.capture.journal import Journal, Page
from intel_pipeline.capture.verdict import Evidence, Outcome, follower_verdict
from intel_pipeline.capture.watching import Progress
from intel_pipeline.instagram.errors import FOLLOW, PrivateError
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.readings.follower_list import FollowerPage
from intel_pipeline.instagram.source import Source, Subject

if TYPE_CHECKING:
    import polars as pl


@dataclass(slots=True)
class Listing:
    """What has been read of the list so far."""

    frames: "list[pl.DataFrame]" = field(default_factory=list)
    rows: int = 0
    pages: int = 0
    limited: bool = False
    ended: bool = False
    broken: str | None = None
    first: datetime | None = None
    last: datetime | None = None


def capture_followers(source: Source, journal: Journal, subject: Subject, progress: Progress) -> Finding:
    """Read the whole list, with the reported number before and after it.

    Rows: one per distinct follower, sorted by `user_id`, as `contracts.follower.FollowerSnapshot`. `progress` is
    told the rows read and the number reported.
    """
    before = interpret.profile(journal.once("count before", lambda: source.profile(subject)).answer)
    if before.is_private and before.follows is False:
        problem = f"'{subject.label}' is private and the session does not follow it"
        raise PrivateError(problem, FOLLOW)
    listing = Listing()
    for page in pages(source, journal, subject):
        add(listing, page)
        progress(listing.rows, before.follower_count)
    after = interpret.profile(journal.once("count after", lambda: source.profile(subject)).answer)
    frame = distinct(listing)
    evidence = Evidence(
        rows=listing.rows,
        distinct=frame.height,
        reported_before=before.follower_count,
        reported_after=after.follower_count,
        pages=listing.pages,
        ended=listing.ended,
        limited=listing.limited,
        broken=listing.broken,
    )
    verdict, reasons = follower_verdict(evidence)
    outcome = Outcome(
        verdict=verdict,
        reasons=reasons,
        rows=evidence.rows,
        distinct=evidence.distinct,
        reported_before=evidence.reported_before,
        reported_after=evidence.reported_after,
        pages=evidence.pages,
        user_id=after.user_id,
        username=after.username,
        started_at=listing.first,
        finished_at=listing.last,
    )
    return Finding(outcome, frame)


def pages(source: Source, journal: Journal, subject: Subject) -> Iterator[tuple[Page, FollowerPage, str | None]]:
    """Yield the list's pages with what they hold, and why the chain breaks where it does."""
    cursor: str | None = None
    seen: set[str | None] = {None}
    while True:
        asked = cursor
        page = journal.once(f"followers {asked or 'first'}", lambda: source.followers(subject, asked))  # noqa: B023
        read = interpret.followers(page.answer)
        broken = None
        if read.next_cursor is not None and not read.user_ids:
            broken = "Instagram sent an empty page in the middle of the list"
        elif read.next_cursor is not None and read.next_cursor in seen:
            broken = "Instagram sent a cursor for the second time, so the list would never end"
        yield page, read, broken
        if broken or read.next_cursor is None:
            return
        cursor = read.next_cursor
        seen.add(cursor)


def add(listing: Listing, item: tuple[Page, FollowerPage, str | None]) -> None:
    """Add one page's rows and signals to the listing."""
    page, read, broken = item
    rows = len(read.user_ids)
    listing.frames.append(
        framed(
            {
                "user_id": read.user_ids,
                "username": read.usernames,
                "full_name": read.full_names,
                "is_private": read.private,
                "is_verified": read.verified,
                "position": range(listing.rows, listing.rows + rows),
                "page": [listing.pages] * rows,
            },
            follower_schema(),
        )
    )
    listing.rows += rows
    listing.pages += 1
    listing.limited |= read.limited
    listing.ended = read.next_cursor is None
    listing.broken = broken
    listing.first = listing.first or page.received_at
    listing.last = page.received_at


def distinct(listing: Listing) -> "pl.DataFrame":
    """Return one row per follower, sorted by id: pages overlap and repeat, so the first sight of each counts."""
    import polars as pl

    frame = pl.concat([pl.DataFrame(schema=follower_schema()), *listing.frames])
    return frame.unique("user_id", keep="first", maintain_order=True).sort("user_id")


def follower_schema() -> "pl.Schema":
    """Return the columns of a follower snapshot."""
    from intel_pipeline.contracts.follower import SCHEMA

    return SCHEMA
