"""Four readers while batches land and are published, for some minutes: `make soak`, or `make soak MINUTES=2`."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Report, tell
from intel_pipeline.clock import SystemClock
from intel_pipeline.registry.store import open_registry
from intel_pipeline_tests.warehouse.soak import Desk, soak

MINUTES = 10.0
# In ten minutes at least; where a machine takes longer for so many, the readers go on until then.
PUBLICATIONS = 300
KEPT = 3


def run(minutes: float = MINUTES) -> Report:
    """Return what the readers and the writer met."""
    with tempfile.TemporaryDirectory() as folder:
        registry = open_registry(f"sqlite:///{folder}/registry.db", SystemClock())
        try:
            began, least = time.monotonic(), PUBLICATIONS * minutes / MINUTES

            def enough(published: int) -> bool:
                return published >= least and time.monotonic() > began + minutes * 60

            soaked = soak(Desk(Path(folder), registry, KEPT), enough, alone=10)
            taken = (time.monotonic() - began) / 60
        finally:
            registry.close()
    rows: list[tuple[object, ...]] = []
    broken: list[str] = []
    for number, (way, seen) in enumerate(soaked.readers, 1):
        name = f"reader {number}, {way.replace('_', ' ')}"
        rows.append((name, seen["reads"], seen["generations"], len(seen["errors"]), len(seen["torn"]), seen["longest"]))
        broken += [f"{name}: {one}" for one in (*seen["errors"][:3], *seen["torn"][:3])]
    times = sorted(soaked.published)
    rows += [
        ("publications, the slowest", len(times), None, None, None, times[-1]),
        ("publications, the median", len(times), None, None, None, statistics.median(times)),
        (
            "publications before the readers came, the median",
            len(soaked.alone),
            None,
            None,
            None,
            statistics.median(soaked.alone),
        ),
        ("times that the writer would have had to wait", soaked.waits, None, None, None, None),
    ]
    columns = ("what", "times", "generations", "errors", "torn", "seconds at most")
    return Report(f"{taken:.1f} minutes of reading and publishing", columns, rows, broken)


if __name__ == "__main__":
    tell([run(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)])
