"""What steps of runs have printed, as Dagster keeps it: a folder for each run, which Dagster never removes."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from stat import S_ISREG

from intel_pipeline.pipeline import Pipeline

# As `dagster.yaml` has it.
FOLDER = "compute_logs"


@dataclass(slots=True)
class Forgotten:
    """Runs whose logs were removed, or would be, and how many bytes that are; and how many runs' logs are kept."""

    removed: int = 0
    removed_bytes: int = 0
    kept: int = 0


def forget(pipeline: Pipeline, *, dry_run: bool = False) -> Forgotten:
    """Remove the logs of runs that have printed nothing for the settings' days; what a run did stands in its events.

    A run that still prints is never touched: it is as young as its newest line. `dry_run`: only tell.
    """
    until = (pipeline.clock.now() - timedelta(days=pipeline.settings.run_logs_days)).timestamp()
    forgotten = Forgotten()
    folder = pipeline.settings.dagster_dir / FOLDER
    for run in sorted(folder.iterdir()) if folder.is_dir() else ():
        found = [path.lstat() for path in (run, *run.rglob("*"))]
        if max(stat.st_mtime for stat in found) >= until:
            forgotten.kept += 1
            continue
        forgotten.removed += 1
        forgotten.removed_bytes += sum(stat.st_size for stat in found if S_ISREG(stat.st_mode))
        if not dry_run:
            remove(run)
    return forgotten


def remove(run: Path) -> None:
    """Remove the logs of a run."""
    if run.is_dir() and not run.is_symlink():
        shutil.rmtree(run)
    else:
        run.unlink()
