"""The upkeep, killed ahead of each of its writes: `python -m intel_pipeline_tests.upkeep.killing FOLDER MOMENT`.

For each number from 1 on, a copy of the data folder is tidied by a process that is killed ahead of its write of that
number, and a line of JSON tells what was left, and what is there once somebody has tidied it again. The last line is of
one that got through before it was to be killed.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl  # noqa: F401  imported before the fork, as the next one
import pyarrow.parquet as pq

from intel_pipeline.capture.raw_pages import place_of, records_of
from intel_pipeline.lake import page_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.upkeep.raw_pages import tidy

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def opened(folder: Path, moment: str) -> Pipeline:
    """Open the data folder at a moment."""
    settings = load_settings(data_dir=folder, session="desk")
    clock = VirtualClock(datetime.fromisoformat(moment))
    return Pipeline(settings, clock, open_registry(settings.registry_location, clock))


def kill_before(number: int, folder: Path) -> None:
    """Let this process be killed ahead of its write of this number: a file made, named, removed, packed or synced."""
    left = [number]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(event: str, given: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(given[2], int) and given[2] & WRITES
        ours = given and str(folder) in str(given[0]) and "registry.db" not in str(given[0])
        if ours and (writes or event in ("os.rename", "os.remove")):
            count()

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def first_count(*given: Any, **named: Any) -> Any:  # noqa: ANN401  as what it stands for
            count()
            return real(*given, **named)

        return first_count

    sys.addaudithook(heard)
    os.fsync = counted(os.fsync)
    page_file.table = counted(page_file.table)
    pq.ParquetWriter.close = counted(pq.ParquetWriter.close)


def in_a_fork(work: Callable[[], object]) -> int:
    """Do `work` in a process of its own; return how that ended, a signal as a negative number."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  it must not go on as a second parent
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state(folder: Path, moment: str) -> dict[str, Any]:
    """Return which files with pages there are, and the pages that can be read of each capture."""
    pipeline = opened(folder, moment)
    settings = pipeline.settings
    pages = {
        capture.capture_id: [[record.key, record.body.decode()] for record in records_of(settings, capture)]
        for capture in pipeline.registry.captures.newest(None, None, 1000)
        if place_of(settings, capture)
    }
    pipeline.registry.close()
    found = [*settings.journal_dir.rglob("*"), *(settings.lake_dir / page_file.FOLDER).rglob("*")]
    return {"files": sorted(str(path.relative_to(folder)) for path in found if path.is_file()), "pages": pages}


def told(folder: Path, moment: str) -> None:
    """Print the state of a folder."""
    sys.stdout.write(json.dumps(state(folder, moment)) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Kill and tell until nothing is left to be killed."""
    folder, moment = Path(sys.argv[1]), sys.argv[2]
    copy = folder.with_name("copy")
    ended, number = -signal.SIGKILL, 0
    while ended:
        number += 1
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)

        def life(number: int = number) -> None:
            pipeline = opened(copy, moment)
            kill_before(number, copy)
            tidy(pipeline)

        ended = in_a_fork(life)
        if ended not in (0, -signal.SIGKILL):
            raise RuntimeError(ended)
        # Readers pack as little in this process as its forks find it: PyArrow's threads do not live through a fork.
        in_a_fork(lambda: told(copy, moment))
        in_a_fork(lambda: tidy(opened(copy, moment)))
        in_a_fork(lambda: told(copy, moment))


if __name__ == "__main__":
    main()
