"""A follower list as its pages come in, whoever sends them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.capture.runs import Runs
from intel_pipeline.capture.verdict import Evidence
from intel_pipeline.instagram.errors import drifted
from intel_pipeline.instagram.readings.follower_list import FollowerPage

if TYPE_CHECKING:
    import polars as pl

FLAGS = {bool, type(None)}
# What a column of ids can hold.
LARGEST = 2**63


@dataclass(slots=True)
class Listing:
    """What has been read of the list so far. `first` and `last`: when its pages came."""

    followers: Runs
    rows: int = 0
    pages: int = 0
    cursors: set[str] = field(default_factory=set)
    limited: bool = False
    ended: bool = False
    broken: str | None = None
    first: datetime | None = None
    last: datetime | None = None


def read_list(pages: Iterable[tuple[FollowerPage, datetime]], folder: Path | None = None) -> Listing:
    """Return the list that the pages, each with its moment, make up; none is taken after its end or a break in it.

    A long one is put aside in `folder`, without a name, until it is read again.
    """
    listing = Listing(Runs(follower_schema(), "user_id", folder))
    for page, received_at in pages:
        add(listing, page, received_at)
        if listing.ended or listing.broken:
            break
    return listing


def add(listing: Listing, page: FollowerPage, received_at: datetime) -> None:
    """Add one page's rows and signals to the listing; raise DriftError where a value is of another type."""
    refuse_strangers(page)
    rows = len(page.user_ids)
    listing.followers.add(
        user_id=page.user_ids,
        username=page.usernames,
        full_name=page.full_names,
        is_private=page.private,
        is_verified=page.verified,
        position=range(listing.rows, listing.rows + rows),
        page=[listing.pages] * rows,
    )
    listing.pages += 1
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


def refuse_strangers(page: FollowerPage) -> None:
    """Raise DriftError for a value that no column can hold: the rows are put into columns many pages later."""
    flags = {*map(type, page.private), *map(type, page.verified)}
    if not flags <= FLAGS or max(page.user_ids, default=0) >= LARGEST:
        # Neither the value nor its column: what stands there is somebody's.
        raise drifted(TypeError("an id that is too large, or a flag that is none"), "reading a page of followers")


def distinct(listing: Listing) -> "pl.DataFrame":
    """Return one row per follower, sorted by id: pages overlap and repeat, so the first sight of each counts.

    All at once; whoever may have a long list before them takes `listing.followers` frame by frame.
    """
    import polars as pl

    rows: pl.DataFrame = pl.concat(listing.followers)
    return rows


def evidence_of(
    listing: Listing, rows: "pl.DataFrame", reported_before: int | None, reported_after: int | None
) -> Evidence:
    """Return the evidence of a listing, of which `rows` are the distinct ones or their ids, and of the counts reported."""
    return Evidence(
        rows=listing.rows,
        distinct=rows.height,
        reported_before=reported_before,
        reported_after=reported_after,
        pages=listing.pages,
        ended=listing.ended,
        limited=listing.limited,
        broken=listing.broken,
    )


def follower_schema() -> "pl.Schema":
    """Return the columns of a follower snapshot."""
    from intel_pipeline.contracts.follower import SCHEMA

    return SCHEMA
