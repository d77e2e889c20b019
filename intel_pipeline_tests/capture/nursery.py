"""Lives to be killed: `python -m intel_pipeline_tests.capture.nursery FOLDER` forks one per line that it is sent.

What a life imports takes seconds, and is imported here once. For each line it tells the life's process id, and once that
process is gone, how it ended: 0 for a round that got through, the signal as a negative number for one that was killed.
"""

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import duckdb  # noqa: F401  as the rest without use: imported before the fork
import pandera.polars  # noqa: F401
import pyarrow.parquet  # noqa: F401

import intel_pipeline.contracts.change
import intel_pipeline.contracts.follower
import intel_pipeline.contracts.post
import intel_pipeline.contracts.profile
import intel_pipeline.instagram.instaloader_source
import intel_pipeline.instagram.pace  # noqa: F401
from intel_pipeline.capture.tally import Limits
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.instagram.source import Surface
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import Settings, load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.warehouse.derive import derive_followers, derive_profiles, publish_now

START = datetime(2026, 11, 2, 6, tzinfo=UTC)
SESSION = "desk"
SURFACES: tuple[Surface, ...] = ("profile", "followers")
LIMITS = Limits(most=25, seconds=86_400)


def settings_of(folder: Path) -> Settings:
    """Return the settings of a life; a budget that is spent is waited for, on a clock that only the waiting moves."""
    # The budgets of an hour would be waited for longer than a life may: that of eleven minutes has to come first.
    hours = {"requests_per_hour": 400, "followers_requests_per_hour": 400}
    return load_settings(data_dir=folder, session=SESSION, longest_wait=900, **hours)


def opened(folder: Path) -> Pipeline:
    """Open the pipeline at the moment of the last request: one that was killed has not written down what time it was."""
    settings = settings_of(folder)
    clock = VirtualClock(START)
    registry = open_registry(settings.registry_location, clock)
    clock.set(max(START, registry.ledger.newest() or START))
    return Pipeline(settings, clock, registry)


def live(folder: Path) -> None:
    """Do what is left of a round: profile, followers, the warehouse and the publication."""
    pipeline = opened(folder)
    day = today(pipeline.clock)
    for surface in SURFACES:
        tally = capture_due(pipeline, surface, day, LIMITS, lambda *_: None)
        left = tally.stopped or tally.busy or tally.unfinished
        if left or set(tally.verdicts.values()) - {"complete"}:
            message = f"the capture of {surface} was not killed and yet did not get through: {tally}"
            raise RuntimeError(message)
    derive_profiles(pipeline, day)
    derive_followers(pipeline, day)
    publish_now(pipeline)
    pipeline.registry.close()


def tell(number: int) -> None:
    """Hand a number over to whoever started this."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork a life for each line."""
    folder = Path(sys.argv[1])
    while sys.stdin.readline():
        life = os.fork()
        if life == 0:
            try:
                live(folder)
            except BaseException:  # noqa: BLE001  a life must not go on as a second nursery, whatever ended it
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        tell(life)
        tell(os.waitstatus_to_exitcode(os.waitpid(life, 0)[1]))


if __name__ == "__main__":
    main()
