"""Lives to be killed while they land or rebuild: `python -m intel_pipeline_tests.warehouse.landing_nursery FOLDER`.

For each line, `land` or `rebuild`, it forks a life, tells its process id, and once that process is gone, how it ended: 0
for one that got through, the signal as a negative number for one that was killed.
"""

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import duckdb  # noqa: F401  as the rest without use: imported before the fork
import pyarrow.parquet  # noqa: F401

import intel_pipeline.changes.followers
import intel_pipeline.changes.posts
import intel_pipeline.changes.profiles  # noqa: F401
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.finishing import finished
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.warehouse.derive import (
    derive_followees,
    derive_followers,
    derive_posts,
    derive_profiles,
    publish_now,
)
from intel_pipeline.warehouse.rebuilding import rebuild

DERIVING = (derive_profiles, derive_followers, derive_followees, derive_posts)


def opened(folder: Path) -> Pipeline:
    """Open the pipeline of a data folder."""
    settings = load_settings(data_dir=folder, session="desk")
    settings.make_directories()
    clock = VirtualClock(datetime(2026, 11, 1, 6, tzinfo=UTC))
    return Pipeline(settings, clock, open_registry(settings.registry_location, clock))


def live(folder: Path, what: str) -> None:
    """Land each round as its tick does and publish it, or rebuild and publish."""
    pipeline = opened(folder)
    if what == "rebuild":
        rebuild(pipeline, None, lambda *_: None)
        publish_now(pipeline)
    else:
        for day in sorted({finished(one).date() for part in pipeline.registry.captures.histories() for one in part}):
            for derive in DERIVING:
                derive(pipeline, day)
            publish_now(pipeline)
    pipeline.registry.close()


def tell(number: int) -> None:
    """Hand a number over to whoever started this."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork a life for each line."""
    folder = Path(sys.argv[1])
    while line := sys.stdin.readline():
        life = os.fork()
        if life == 0:
            try:
                live(folder, line.strip())
            except BaseException:  # noqa: BLE001  a life must not go on as a second nursery, whatever ended it
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        tell(life)
        tell(os.waitstatus_to_exitcode(os.waitpid(life, 0)[1]))


if __name__ == "__main__":
    main()
