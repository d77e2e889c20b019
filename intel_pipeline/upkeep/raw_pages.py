"""Raw pages of finished captures: packed into the lake day by day, and removed once their time is over."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from intel_pipeline.capture.frames import records_in
from intel_pipeline.capture.page import opened
from intel_pipeline.capture.raw_pages import SUFFIX, journal_path, kept_until
from intel_pipeline.disk import naming_full_disk
from intel_pipeline.errors import BusyError, DamagedFileError
from intel_pipeline.lake import page_file, snapshot_file
from intel_pipeline.lake.page_file import PackedPage
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.finishing import finished_on
from intel_pipeline.registry.models import Capture
from intel_pipeline.settings import Settings

# Captures that are looked up at once; a query can name so many.
MOST = 500
Day = tuple[str, date]


@dataclass(slots=True)
class Tidied:
    """What was done with raw pages, or would be.

    Captures and bytes of journals that were `packed`, and the bytes of the files that they became (0 where nothing was
    done); captures and bytes whose time is over, `removed`. `waiting`: captures of today, packed tomorrow;
    `going_on`: captures in progress. `left`: journals that were left alone although their captures are finished, and
    files in the lake that cannot be read, with the reason.
    """

    packed: int = 0
    packed_bytes: int = 0
    became_bytes: int = 0
    removed: int = 0
    removed_bytes: int = 0
    waiting: int = 0
    going_on: int = 0
    left: dict[str, str] = field(default_factory=dict)


def tidy(pipeline: Pipeline, *, dry_run: bool = False) -> Tidied:
    """Pack the journals of captures that finished before today, and remove pages older than the settings' days.

    Never touches a capture in progress, nor the journal of one whose snapshot is not there. A journal is removed only
    once its pages have been read again from a durable file. Killed at any instruction, it loses nothing, and doing it
    again finishes it. What it costs depends on the pages that there are, not on the captures that there ever were.
    `dry_run`: only tell. Raises BusyError while another process does this.
    """
    if dry_run:
        return tidied(pipeline, Tidied(), dry_run=True)
    try:
        with (
            FileLock(pipeline.settings.data_dir / "upkeep.lock", timeout=0),
            naming_full_disk(pipeline.settings.data_dir),
        ):
            page_file.sweep_all(pipeline.settings.lake_dir)
            return tidied(pipeline, Tidied(), dry_run=False)
    except Timeout as error:
        problem = "the upkeep of this data folder is being done by another process"
        raise BusyError(problem, "let it finish; there is nothing to do twice") from error


def tidied(pipeline: Pipeline, told: Tidied, *, dry_run: bool) -> Tidied:
    """Do what `tidy` says, and write it down in `told`."""
    settings, now = pipeline.settings, pipeline.clock.now()
    due: dict[Day, list[Capture]] = defaultdict(list)
    for journal, capture in journals(pipeline, told):
        match fate(capture, now, settings.raw_pages_days):
            case "goes on":
                told.going_on += 1
            case "wait":
                told.waiting += 1
            case todo:
                problem = lacking(settings, capture) or (unreadable(journal) if todo == "pack" else None)
                if problem:
                    told.left[capture.capture_id] = problem
                elif todo == "pack":
                    due[capture.surface, finished_on(capture)].append(capture)
                else:
                    remove(journal, 1, told, dry_run=dry_run)
    for (surface, day), captures in sorted(due.items()):
        pack(settings, surface, day, captures, told, dry_run=dry_run)
    expire(settings, now, told, dry_run=dry_run)
    return told


def fate(capture: Capture, now: datetime, days: int) -> Literal["goes on", "wait", "pack", "remove"]:
    """Return what is due for the journal of a capture."""
    if capture.finished_at is None or capture.holder is not None:
        return "goes on"
    if kept_until(capture.finished_at, days) <= now:
        return "remove"
    return "pack" if finished_on(capture) < now.astimezone(UTC).date() else "wait"


def journals(pipeline: Pipeline, told: Tidied) -> Iterator[tuple[Path, Capture]]:
    """Yield the journals that there are, with their captures, oldest first."""
    names = sorted(path.stem for path in pipeline.settings.journal_dir.glob(f"*{SUFFIX}"))
    for begin in range(0, len(names), MOST):
        some = names[begin : begin + MOST]
        captures = {capture.capture_id: capture for capture in pipeline.registry.captures.among(some)}
        for name in some:
            if name in captures:
                yield journal_path(pipeline.settings, name), captures[name]
            else:
                told.left[name] = "no capture of this name is in the registry: restore that, or move the journal away"


def lacking(settings: Settings, capture: Capture) -> str | None:
    """Return why a finished capture has no snapshot although it should: its pages are all that is left of it then."""
    if capture.snapshot is None:
        return None if capture.verdict == "failed" else "its snapshot was never written"
    try:
        snapshot_file.read_footer(settings.lake_dir / capture.snapshot)
    except DamagedFileError as error:
        return error.problem
    return None


def unreadable(journal: Path) -> str | None:
    """Return why a journal cannot be read as a whole."""
    try:
        for _ in records_in(journal):
            pass
    except DamagedFileError as error:
        return error.problem
    return None


def pack(  # noqa: PLR0913  what there is, and how to tell
    settings: Settings, surface: str, day: date, captures: Sequence[Capture], told: Tidied, *, dry_run: bool
) -> None:
    """Move the journals of these captures, all of one surface and day, into a file in the lake."""
    there = packed_already(settings, surface, day, told)
    fresh = [capture for capture in captures if capture.capture_id not in there]
    paths = [journal_path(settings, capture.capture_id) for capture in captures]
    told.packed += len(paths)
    told.packed_bytes += sum(path.stat().st_size for path in paths)
    if dry_run:
        return
    if fresh:
        names = [capture.capture_id for capture in fresh]
        path = page_file.path_of(settings.lake_dir, surface, day, names)
        page_file.write(path, names, pages(settings, fresh))
        told.became_bytes += path.stat().st_size
    for journal in paths:
        journal.unlink(missing_ok=True)


def packed_already(settings: Settings, surface: str, day: date, told: Tidied) -> set[str]:
    """Return the captures that the lake holds the pages of: a process that is killed may leave their journals behind."""
    there: set[str] = set()
    for _, path in page_file.files(settings.lake_dir, surface, day):
        try:
            there.update(page_file.numbers_in(path))
        except DamagedFileError as error:
            told.left[path.name] = error.problem
    return there


def pages(settings: Settings, captures: Sequence[Capture]) -> Iterator[PackedPage]:
    """Yield the pages of these captures from their journals."""
    for capture in captures:
        for record in map(opened, records_in(journal_path(settings, capture.capture_id))):
            yield PackedPage(
                capture.capture_id, capture.target, record.key, record.received_at, record.via, record.body
            )


def expire(settings: Settings, now: datetime, told: Tidied, *, dry_run: bool) -> None:
    """Remove the files in the lake whose pages have been kept for as long as the settings say."""
    for day, path in page_file.files(settings.lake_dir):
        if kept_until(datetime(day.year, day.month, day.day, tzinfo=UTC), settings.raw_pages_days) > now:
            continue
        try:
            captures = len(page_file.numbers_in(path))
        except DamagedFileError:
            # Whoever cannot be read any more has a right to be forgotten as well.
            captures = 0
        remove(path, captures, told, dry_run=dry_run)


def remove(path: Path, captures: int, told: Tidied, *, dry_run: bool) -> None:
    """Remove a file with the pages of so many captures."""
    told.removed += captures
    told.removed_bytes += path.stat().st_size
    if not dry_run:
        path.unlink()
