"""Where the raw pages of a capture lie, until when, and reading them once it is finished."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from intel_pipeline.capture.frames import records_in
from intel_pipeline.capture.page import Record, opened
from intel_pipeline.errors import CaptureError
from intel_pipeline.lake import page_file
from intel_pipeline.registry.finishing import finished_on
from intel_pipeline.registry.models import Capture
from intel_pipeline.settings import Settings

SUFFIX = ".pages"


def journal_path(settings: Settings, capture_id: str) -> Path:
    """Return where a capture's journal lies while it goes on, and until it is packed."""
    return settings.journal_dir / f"{capture_id}{SUFFIX}"


def kept_until(finished_at: datetime, days: int) -> datetime:
    """Return until when the pages of a capture are kept: those of one day go together, after `days` more; 0: at once."""
    if days == 0:
        return finished_at
    midnight = finished_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1 + days)


def place_of(settings: Settings, capture: Capture) -> Path | None:
    """Return the file that holds a capture's pages, its journal or one in the lake; None where they are gone."""
    journal = journal_path(settings, capture.capture_id)
    if journal.exists():
        return journal
    if capture.finished_at is None:
        return None
    packed = page_file.files(settings.lake_dir, capture.surface, finished_on(capture))
    return next((path for _, path in packed if capture.capture_id in page_file.numbers_in(path)), None)


def records_of(settings: Settings, capture: Capture) -> Iterator[Record]:
    """Yield what is kept of each page of a capture, in the order in which they were received.

    Raises CaptureError where nothing is, DamagedFileError where it cannot be read.
    """
    place = place_of(settings, capture)
    if place is None:
        problem = f"the raw pages of the capture '{capture.capture_id}' are not kept any more"
        fix = "nothing: what they taught is in snapshot and changes; INTEL_RAW_PAGES_DAYS says how long pages are kept"
        raise CaptureError(problem, fix)
    try:
        if place.suffix == SUFFIX:
            yield from map(opened, records_in(place))
            return
    except FileNotFoundError:
        # Packed since it was looked for; nothing of it has been read yet.
        yield from records_of(settings, capture)
        return
    for page in page_file.read(place, capture.capture_id):
        yield Record(page.key, page.received_at, page.via, page.body)


def forget(settings: Settings, capture: Capture) -> None:
    """Remove the journal of a capture that is finished, where pages are not to be kept at all."""
    if settings.raw_pages_days == 0:
        journal_path(settings, capture.capture_id).unlink(missing_ok=True)
