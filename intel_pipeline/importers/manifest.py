"""When imported files were captured: from the operator, since most archives do not say it themselves.

A manifest gives a time to a file or to a folder, by its path within the archive; of several that fit a file, the
longest path wins, and `.` stands for the whole archive. It has one of two shapes:

    path,captured_at                                  {"2021-04-13": "2021-04-13T00:00:00Z",
    2021-04-13,2021-04-13T00:00:00Z                    "old/shop_1000000001.json.xz": "2020-01-31"}
    old/shop_1000000001.json.xz,2020-01-31

CSV (`*.csv`, with that header) or one JSON object (`*.json`). A time has a zone; a bare date is 00:00 UTC of that day.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from intel_pipeline.errors import ArchiveError

HEADER = ["path", "captured_at"]
EXAMPLE = "2021-04-13T00:00:00Z"
PLACEHOLDER = "YYYY-MM-DDThh:mm:ssZ"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Nothing of Instagram's is older; an earlier year is a slip of the pen.
LAUNCH = datetime(2010, 10, 6, tzinfo=UTC)
SHOWN = 20
Times = dict[PurePosixPath, datetime]


def times_of(
    paths: Sequence[Path], captured_at: datetime | None, manifest: Path | None, *, folder: Path, now: datetime
) -> dict[Path, datetime]:
    """Return the capture time of each of `paths`, which lie in `folder`, in UTC.

    `captured_at` is that of all files that `manifest` does not name. Raises ArchiveError for a time without a zone,
    later than `now` or before Instagram; for a manifest that cannot be read or names what is not there; and for
    files without a time, with a manifest to fill in.
    """
    otherwise = None if captured_at is None else checked(captured_at, str(captured_at), "the capture time", now)
    named = {} if manifest is None else read_manifest(manifest, folder, now)
    times = {path: time_of(PurePosixPath(path.relative_to(folder).as_posix()), named) or otherwise for path in paths}
    lacking = [path.relative_to(folder).as_posix() for path, time in times.items() if time is None]
    if lacking:
        problem = f"nobody has said when {len(lacking)} of {len(times)} files were captured:{shown(lacking)}"
        fix = f"name one time for all, or write a manifest such as\n{skeleton(lacking)}"
        raise ArchiveError(problem, fix)
    return {path: time for path, time in times.items() if time is not None}


def time_of(path: PurePosixPath, named: Times) -> datetime | None:
    """Return the time of the longest of the `named` paths that is `path` or a folder above it."""
    return next((named[place] for place in (path, *path.parents) if place in named), None)


def read_manifest(manifest: Path, folder: Path, now: datetime) -> Times:
    """Return the times that `manifest` gives, by path within `folder`. Raises ArchiveError as `times_of` does."""
    reader = {".csv": csv_entries, ".json": json_entries}.get(manifest.suffix.lower())
    if reader is None:
        problem = f"{manifest} is no manifest: its name ends neither in .csv nor in .json"
        raise ArchiveError(problem, f"write a CSV file such as\n{skeleton(['path/within/the/archive'])}")
    try:
        entries = reader(manifest.read_text(encoding="utf-8-sig"))
    except OSError as error:
        problem = f"the manifest {manifest} cannot be opened: {error.strerror}"
        raise ArchiveError(problem, "check its path, and that you may read it") from error
    except (ValueError, csv.Error, RecursionError) as error:
        problem = f"the manifest {manifest} cannot be read: {error}"
        fix = f'write CSV such as\n{skeleton(["path/within/the/archive"])}or JSON such as {{"path": "{EXAMPLE}"}}'
        raise ArchiveError(problem, fix) from error
    times: Times = {}
    for written, time in entries:
        path = PurePosixPath(written.replace("\\", "/"))
        if not written or path.is_absolute() or ".." in path.parts or not (folder / path).exists():
            problem = f"the manifest {manifest} names '{written}', which is not in {folder}"
            raise ArchiveError(problem, "write each path as it is below that folder")
        if path in times:
            problem = f"the manifest {manifest} names '{written}' twice"
            raise ArchiveError(problem, "leave one of the two lines")
        times[path] = parsed_time(time, f"the time of '{written}' in {manifest}", now)
    return times


def csv_entries(text: str) -> list[tuple[str, str]]:
    """Return the lines of a CSV manifest, or raise ValueError."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), strict=True) if row]
    if not rows or rows[0] != HEADER:
        message = f"its first line is not '{','.join(HEADER)}'"
        raise ValueError(message)
    if any(len(row) != len(HEADER) for row in rows):
        message = "a line of it has not two columns"
        raise ValueError(message)
    return [(path, time) for path, time in rows[1:]]


def json_entries(text: str) -> list[tuple[str, str]]:
    """Return the members of a JSON manifest, repeated ones too, or raise ValueError."""
    pairs = json.loads(text, object_pairs_hook=list)
    if not text.lstrip().startswith("{") or not all(isinstance(time, str) for _, time in pairs):
        message = "it is not one object of texts"
        raise ValueError(message)
    return [(path, time) for path, time in pairs]


def parsed_time(text: str, what: str, now: datetime) -> datetime:
    """Return the moment that `text` writes, or raise ArchiveError about `what`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise badly_written(text, what) from error
    return checked(moment.replace(tzinfo=UTC) if DAY.fullmatch(text) else moment, text, what, now)


def checked(moment: datetime, written: str, what: str, now: datetime) -> datetime:
    """Return `moment` in UTC, or raise ArchiveError about `what`, which was `written` so."""
    if moment.tzinfo is None:
        raise badly_written(written, what)
    if moment > now:
        problem = f"{what}, {written}, lies in the future"
        raise ArchiveError(problem, "write when the file was captured, not when it is to be imported")
    if moment < LAUNCH:
        problem = f"{what}, {written}, is before Instagram existed"
        raise ArchiveError(problem, f"write it such as {EXAMPLE}")
    return moment.astimezone(UTC)


def badly_written(text: str, what: str) -> ArchiveError:
    """Return the error for a time that does not tell a moment."""
    problem = f"{what}, '{text}', is not a moment: it needs a date, a time and a zone"
    return ArchiveError(problem, f"write it such as {EXAMPLE}, or 2021-04-13 for 00:00 UTC of that day")


def shown(paths: list[str]) -> str:
    """Return the first of `paths` as a list."""
    more = f"\n  - and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return "".join(f"\n  - {path}" for path in paths[:SHOWN]) + more


def skeleton(paths: list[str]) -> str:
    """Return a CSV manifest for the first of `paths`, with times to fill in."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *([path, PLACEHOLDER] for path in paths[:SHOWN])])
    return text.getvalue()
