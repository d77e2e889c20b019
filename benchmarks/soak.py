"""Four readers while batches land and are published, for some minutes: `make soak`, or `make soak MINUTES=2`."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Report, over, tell
from intel_pipeline.clock import SystemClock
from intel_pipeline.registry.store import open_registry
from intel_pipeline_tests.warehouse.soak import Desk, soak

MINUTES = 10.0
# At least so many publications in ten minutes.
PUBLICATIONS = 300
KEPT = 3


def run(minutes: float = MINUTES) -> Report:
    """Return what the readers and the writer met."""
    with tempfile.TemporaryDirectory() as folder:
        registry = open_registry(f"sqlite:///{folder}/registry.db", SystemClock())
        try:
            end = time.monotonic() + minutes * 60
            soaked = soak(Desk(Path(folder), registry, KEPT), lambda _: time.monotonic() > end, alone=10)
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
        ("publications", len(times), None, None, None, times[-1]),
        ("their median, and the median of ten without readers", None, None, None, None, statistics.median(times)),
        ("", None, None, None, None, statistics.median(soaked.alone)),
        ("times that the writer would have had to wait", soaked.waits, None, None, None, None),
    ]
    least = PUBLICATIONS * minutes / MINUTES
    broken += over("times that the writer would have had to wait", soaked.waits, 0)
    broken += [f"{len(times)} publications, and {least:,.0f} are the least"] if len(times) < least else []
    columns = ("what", "times", "generations", "errors", "torn", "seconds at most")
    return Report(f"{minutes:g} minutes of reading and publishing", columns, rows, broken)


if __name__ == "__main__":
    tell([run(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)])
