"""Ending a capture that was not completed in time with what it has read: whoever it shows was there."""

import logging
from typing import cast

from intel_pipeline.capture.findings import Finding
from intel_pipeline.capture.follow_lists import BEFORE, key_of, pages, reported_of
from intel_pipeline.capture.journal import Journal
from intel_pipeline.capture.listing import read_list
from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.capture.raw_pages import forget, journal_path
from intel_pipeline.capture.snapshot import Kept, keep
from intel_pipeline.errors import IntelError
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.readings.friendships_rest import FollowList
from intel_pipeline.instagram.source import LISTS
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture

log = logging.getLogger(__name__)


def end(pipeline: Pipeline, capture: Capture, why: str) -> None:
    """Finish a capture that does not go on, asking for nothing more; raise BusyError where it is somebody else's."""
    kept = Kept(Outcome(verdict="failed", reasons=(why,)))
    try:
        finding = found(pipeline, capture, why)
        if finding is not None:
            kept = keep(pipeline.settings.lake_dir, capture, finding)
    except IntelError as error:
        log.warning("%s; what the capture %s has read is not used", error.problem, capture.capture_id)
    pipeline.registry.captures.finish(capture, kept.outcome, kept.snapshot, kept.set_aside)
    forget(pipeline.settings, capture)


def found(pipeline: Pipeline, capture: Capture, why: str) -> Finding | None:
    """Return what the capture's journal holds, None where that is nothing to be kept."""
    path = journal_path(pipeline.settings, capture.capture_id)
    if not path.exists():
        return None
    # Whatever the surface: opening it drops a last page that was cut short.
    with Journal(path, pipeline.clock) as journal:
        return salvaged(journal, cast("FollowList", capture.surface), why) if capture.surface in LISTS else None


def salvaged(journal: Journal, name: FollowList, why: str) -> Finding | None:
    """Return the part of a list that a journal holds, None where it holds none; `why` it is no more.

    Partial, also where all pages are there: the count after them is of another time.
    """
    first = journal.kept(BEFORE)
    if first is None or journal.kept(key_of(name, None)) is None:
        return None
    before = interpret.profile(first.answer)
    read = pages(lambda cursor: journal.kept(key_of(name, cursor)), lambda _: None)
    listing = read_list(read, journal.path.parent)
    outcome = Outcome(
        verdict="partial",
        reasons=(why,),
        rows=listing.rows,
        distinct=listing.followers.ids().height,
        reported_before=reported_of(before, name),
        pages=listing.pages,
        user_id=before.user_id,
        username=before.username,
        started_at=listing.first,
        finished_at=listing.last,
        ended=listing.ended,
        limited=listing.limited,
        broken=listing.broken or why,
    )
    return Finding(outcome, listing.followers)
