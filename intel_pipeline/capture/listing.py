"""A follower list as its pages come in, whoever sends them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from intel_pipeline.capture.findings import framed
from intel_pipeline.capture.verdict import Evidence
from intel_pipeline.instagram.readings.follower_list import FollowerPage

if TYPE_CHECKING:
    import polars as pl

    Frames = list[pl.DataFrame]


@dataclass(slots=True)
class Listing:
    """What has been read of the list so far. `first` and `last`: when its pages came."""

    frames: "Frames" = field(default_factory=list)
    rows: int = 0
    cursors: set[str] = field(default_factory=set)
    limited: bool = False
    ended: bool = False
    broken: str | None = None
    first: datetime | None = None
    last: datetime | None = None


def read_list(pages: Iterable[tuple[FollowerPage, datetime]]) -> Listing:
    """Return the list that the pages, each with its moment, make up; none is taken after its end or a break in it."""
    listing = Listing()
    for page, received_at in pages:
        add(listing, page, received_at)
        if listing.ended or listing.broken:
            break
    return listing


def add(listing: Listing, page: FollowerPage, received_at: datetime) -> None:
    """Add one page's rows and signals to the listing; raise DriftError where a value is of another type."""
    rows = len(page.user_ids)
    listing.frames.append(
        framed(
            {
                "user_id": page.user_ids,
                "username": page.usernames,
                "full_name": page.full_names,
                "is_private": page.private,
                "is_verified": page.verified,
                "position": range(listing.rows, listing.rows + rows),
                "page": [len(listing.frames)] * rows,
            },
            follower_schema(),
        )
    )
    listing.rows += rows
    listing.limited |= page.limited
    listing.first = listing.first or received_at
    listing.last = received_at
    if page.next_cursor is None:
        listing.ended = True
    elif not rows:
        listing.broken = "Instagram sent an empty page in the middle of the list"
    elif page.next_cursor in listing.cursors:
        listing.broken = "Instagram sent a cursor for the second time, so the list would never end"
    else:
        listing.cursors.add(page.next_cursor)


def distinct(listing: Listing) -> "pl.DataFrame":
    """Return one row per follower, sorted by id: pages overlap and repeat, so the first sight of each counts."""
    import polars as pl

    frame = pl.concat([pl.DataFrame(schema=follower_schema()), *listing.frames])
    return frame.unique("user_id", keep="first", maintain_order=True).sort("user_id")


def evidence_of(
    listing: Listing, rows: "pl.DataFrame", reported_before: int | None, reported_after: int | None
) -> Evidence:
    """Return the evidence of a listing with the `distinct` rows of it, and the counts reported before and after."""
    return Evidence(
        rows=listing.rows,
        distinct=rows.height,
        reported_before=reported_before,
        reported_after=reported_after,
        pages=len(listing.frames),
        ended=listing.ended,
        limited=listing.limited,
        broken=listing.broken,
    )


def follower_schema() -> "pl.Schema":
    """Return the columns of a follower snapshot."""
    from intel_pipeline.contracts.follower import SCHEMA

    return SCHEMA
