"""Exports that were asked for from afar: made one after another beside the server's work, some of them kept."""

import errno
import json
import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from intel_pipeline.clock import Clock
from intel_pipeline.errors import BusyError, IntelError
from intel_pipeline.exports.description import Form, Rows
from intel_pipeline.exports.manifest import manifest_path
from intel_pipeline.exports.scratch import scratch
from intel_pipeline.exports.writing import Exporter, exporting
from intel_pipeline.warehouse.publication import NO_LINKS, newest_of
from intel_pipeline.warehouse.reading import QueryError

log = logging.getLogger(__name__)
ID = re.compile(r"[0-9a-f]{16}")
# What is kept of what was made, and what one of them may take.
KEPT, MOST_WAITING = 10, 4
MOST_BYTES, SECONDS = 1_000_000_000, 900.0
# A folder without a manifest is of a process that was killed once it is older than any export may become.
ABANDONED = 2 * SECONDS


@dataclass(slots=True)
class Job:
    """An export that was asked for; what is null is not known yet."""

    export_id: str
    asked_at: datetime
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    progress: float = 0.0
    problem: str | None = None
    fix: str | None = None
    path: Path | None = None
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Exports:
    """The exports in `folder`: those made are known by their manifests, also after the server was started anew."""

    publication: Path
    folder: Path
    clock: Clock
    most_bytes: int = MOST_BYTES
    seconds: float = SECONDS
    _going_on: dict[str, Job] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, rows: Rows, form: Form) -> Job:
        """Begin an export in the background; raise BusyError where too many wait."""
        with self._lock:
            waiting = sum(job.state in ("waiting", "running") for job in self._going_on.values())
            if waiting >= MOST_WAITING:
                problem = f"{waiting} exports are waiting already"
                raise BusyError(
                    problem, "ask again when one of them is done: GET /api/v1/exports shows how far they are"
                )
            failed = [key for key, job in self._going_on.items() if job.state == "failed"]
            for key in failed[: max(0, len(failed) - KEPT)]:
                del self._going_on[key]
            job = Job(secrets.token_hex(8), self.clock.now())
            self._going_on[job.export_id] = job
        threading.Thread(target=self._make, args=(job, rows, form), name=f"export-{job.export_id}", daemon=True).start()
        return job

    def get(self, export_id: str) -> Job | None:
        """Return an export, None where there is none of that id."""
        return self._going_on.get(export_id) or (made(self.folder / export_id) if ID.fullmatch(export_id) else None)

    def all(self) -> list[Job]:
        """Return the exports, the newest first."""
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        done = [job for path in folders if ID.fullmatch(path.name) and (job := made(path))]
        with self._lock:
            found = {job.export_id: job for job in [*done, *self._going_on.values()]}
        return sorted(found.values(), key=lambda job: (job.asked_at, job.export_id), reverse=True)

    def _make(self, job: Job, rows: Rows, form: Form) -> None:
        with self._turn:
            job.state = "running"
            try:
                self._tidy()
                self._write(job, rows, form)
            except IntelError as error:
                job.problem, job.fix, job.state = error.problem, error.fix, "failed"
            except Exception:
                log.exception("the export %s failed", job.export_id)
                job.problem, job.fix = "a defect, which the server's log describes", "report it with that log"
                job.state = "failed"
            else:
                # From now on its manifest tells of it.
                with self._lock:
                    del self._going_on[job.export_id]
            finally:
                if job.state == "failed":
                    shutil.rmtree(self.folder / job.export_id, ignore_errors=True)

    def _write(self, job: Job, rows: Rows, form: Form) -> None:
        path = self.folder / job.export_id / f"{rows.name}{form.ending}"
        with own_name(self.publication, self.folder) as publication, exporting(publication, self.folder) as exporter:
            path.parent.mkdir(mode=0o700)
            begun = time.monotonic()
            stopped: list[IntelError] = []

            def follow(_name: str, part: float) -> None:
                job.progress = min(1.0, max(job.progress, part))
                refused = self._refused(exporter, time.monotonic() - begun)
                if refused and not stopped:
                    stopped.append(refused)
                    exporter.connection.interrupt()

            try:
                done = exporter.export(rows, form, path, job.asked_at, follow)
            except IntelError as error:
                raise (stopped[0] if stopped else error) from error
            if done.bytes > self.most_bytes:
                raise self._too_large()

    def _refused(self, exporter: Exporter, seconds: float) -> IntelError | None:
        """Return why an export must not go on, None where it may."""
        written = exporter.folder / "export"
        if written.exists() and written.stat().st_size > self.most_bytes:
            return self._too_large()
        if seconds > self.seconds:
            problem = f"it has taken more than {self.seconds:,.0f} s"
            return QueryError(problem, "ask for less, or export on the machine itself: `intel-pipeline export`")
        return None

    def _too_large(self) -> IntelError:
        problem = f"the file is larger than {self.most_bytes:,} bytes"
        return QueryError(problem, "ask for one target or a shorter period, or for Parquet, which is smaller")

    def _tidy(self) -> None:
        """Remove the oldest that are too many, and what killed processes have left."""
        for job in [job for job in self.all() if job.state == "done"][KEPT - 1 :]:
            shutil.rmtree(self.folder / job.export_id)
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            known = path.name in self._going_on or made(path) is not None
            if ID.fullmatch(path.name) and not known and time.time() - path.stat().st_mtime > ABANDONED:
                shutil.rmtree(path)


def made(folder: Path) -> Job | None:
    """Return the export that lies in `folder`, None where none does."""
    for manifest in folder.glob("*.manifest.json"):
        told = json.loads(manifest.read_text(encoding="utf-8"))
        path = folder / told["file"]
        asked_at = datetime.fromisoformat(told["exported_at"]).astimezone(UTC)
        if manifest == manifest_path(path) and path.is_file():
            return Job(folder.name, asked_at, "done", 1.0, path=path, told=told)
    return None


@contextmanager
def own_name(publication: Path, folder: Path) -> Iterator[Path]:
    """Yield the newest publication by another name, inside `folder`.

    DuckDB gives a process that opens a file twice the same database, and the pages' is shut: no file may be written
    from it. Raises QueryError where nothing was published.
    """
    newest = newest_of(publication)
    if newest is None:
        problem = "nothing has been published yet"
        raise QueryError(problem, "run `intel-pipeline capture` (or `intel-pipeline demo`) first")
    with scratch(folder) as hidden:
        linked = hidden / newest.name
        try:
            os.link(newest, linked)
        except OSError as error:
            # Where it lies on another disk, or on one without links.
            if error.errno not in (*NO_LINKS, errno.EXDEV, errno.EMLINK):
                raise
            shutil.copyfile(newest, linked)
        yield linked
