"""How much memory it takes to compare two lists of a hundred million ids."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import limits
from benchmarks.measure import in_own_process
from benchmarks.report import Report, over
from intel_pipeline.changes.comparison import differing, pieces
from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.lake.row_groups import DELTA, ROW_GROUP, scanned

SIZE = 100_000_000
LARGEST_ID = 70_000_000_000
SHARED = 0.99
COLUMNS = pl.Schema({"user_id": pl.Int64(), FINGERPRINT: pl.UInt32()})


def run() -> Report:
    """Return CPU and peak memory of ours at SIZE, each measured in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), SIZE)
        floor, ours = (measured(way, folder) for way in ("decode", "ours"))
    size = f"{SIZE:,} x 2"
    rows: list[tuple[object, ...]] = [
        ("decoding both id columns", size, floor["cpu"], 1.0, floor["megabytes"], None),
        ("ours: new, lost, changed", size, ours["cpu"], ours["cpu"] / floor["cpu"], ours["megabytes"], limits.PEAK_MB),
    ]
    broken = over("megabytes above the imports, ours at 100,000,000", ours["megabytes"], limits.PEAK_MB)
    return Report("Memory", ("what", "size", "CPU s", "ratio", "peak MB", "limit MB"), rows, broken)


def write(folder: Path, size: int) -> None:
    """Write `before` and `after`: ids that rise by chance, 1 % of them in one file only, with fingerprints.

    In the encodings of a snapshot; a hundred million usernames would only take time.
    """
    chance = np.random.default_rng(7)
    schema = pa.schema({"user_id": pa.int64(), FINGERPRINT: pa.uint32()})
    options = {"compression": "none", "use_dictionary": False, "column_encoding": {"user_id": DELTA}}
    last = 0
    with (
        pq.ParquetWriter(folder / "before", schema, **options) as before,
        pq.ParquetWriter(folder / "after", schema, **options) as after,
    ):
        for _ in range(0, size, ROW_GROUP):
            user_ids = last + np.cumsum(chance.integers(1, 2 * LARGEST_ID // size, ROW_GROUP))
            names = chance.integers(0, 2**32, ROW_GROUP, np.uint32)
            last = int(user_ids[-1])
            for writer in (before, after):
                kept = chance.random(ROW_GROUP) < SHARED
                writer.write_table(pa.table([user_ids[kept], names[kept]], schema=schema))


def decode(before: Path, after: Path) -> int:
    """Decode the id column of both in a stream, keeping nothing."""
    scans = (pl.scan_parquet(path).select(pl.col("user_id").max()) for path in (before, after))
    return sum(scan.collect(engine="streaming").height for scan in scans)


def ours(before: Path, after: Path) -> int:
    """Run the pipeline's own query."""
    lists = [scanned(path, COLUMNS, OSError("unreadable")) for path in (before, after)]
    return len(differing(*(pieces([listed], FINGERPRINT) for listed in lists)).altered)


def measured(way: str, folder: str) -> dict[str, float]:
    """Return the CPU seconds and the megabytes above its imports of a process that does nothing but `way`."""
    return in_own_process("benchmarks.memory", way, folder)


def kilobytes(name: str) -> int:
    """Return a figure of this process from Linux; unlike getrusage, the peak there begins with this very program."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def kilobytes_of_all(process: int) -> int:
    """Return what a process and those that it has started hold now.

    What they have read of files, most of all the libraries that they run, is the same: counted is the one with the most.
    """
    held = [*held_by(process)]
    return sum(own for own, _ in held) + max((files for _, files in held), default=0)


def held_by(process: int) -> Iterator[tuple[int, int]]:
    """Yield for a process and those that it has started what is its own and what is of files, in kilobytes."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
        children = [
            path.read_text(encoding="utf-8").split() for path in Path(f"/proc/{process}/task").glob("*/children")
        ]
    except (FileNotFoundError, ProcessLookupError):
        # It has ended meanwhile.
        return
    figures = dict(line.split(":", 1) for line in lines)
    if "RssAnon" in figures:
        own, files, shared = (int(figures[name].split()[0]) for name in ("RssAnon", "RssFile", "RssShmem"))
        yield own + shared, files
    for some in children:
        for child in some:
            yield from held_by(int(child))


if __name__ == "__main__":
    ways: dict[str, Callable[[Path, Path], int]] = {"decode": decode, "ours": ours}
    chosen, files = ways[sys.argv[1]], [Path(sys.argv[2], name) for name in ("before", "after")]
    base, began = kilobytes("VmRSS"), time.process_time()
    chosen(*files)
    taken = {"cpu": time.process_time() - began, "megabytes": (kilobytes("VmHWM") - base) / 1024}
    print(json.dumps(taken))  # noqa: T201  read by `measured`
