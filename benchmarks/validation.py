"""What holding a list against its contract takes of keeping it, and the same with Pandera field by field."""

import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks import limits
from benchmarks.measure import Way, interleaved
from benchmarks.report import Report, over
from intel_pipeline.contracts.follower import SCHEMA, FollowerSnapshot
from intel_pipeline.contracts.validation import validated
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.snapshot_file import Stamp

SIZES = (20_000, 1_000_000)
ROUNDS = 3


def run() -> Report:
    """Measure validation and writing of follower lists as they leave a capture: sorted in memory just now."""
    rows: list[tuple[object, ...]] = []
    broken = []
    for size in SIZES:
        frame = listed(size)
        with tempfile.TemporaryDirectory() as name:
            stamp = Stamp("a", "tried", "followers", datetime.now(UTC), "complete", "user_id")
            ways: dict[str, Way] = {
                "validated": partial(validated, FollowerSnapshot, frame, "a list"),
                "field by field": partial(FollowerSnapshot.validate, frame, lazy=True),
                "written": partial(snapshot_file.write, Path(name), stamp, frame),
            }
            cpu = interleaved(ways, ROUNDS)
        share = 100 * cpu["validated"] / (cpu["validated"] + cpu["written"])
        before = 100 * cpu["field by field"] / (cpu["field by field"] + cpu["written"])
        rows.append(
            (size, *(round(1000 * cpu[way], 1) for way in ways), round(share, 1), round(before, 1), limits.VALIDATION)
        )
        broken += over(f"validating {size:,} rows, % of ingesting them", share, limits.VALIDATION)
    columns = ("rows", "validated, ms", "by Pandera, ms", "written, ms", "share, %", "by Pandera, %", "limit")
    return Report("Validation, of what it takes to validate and write a list (CPU)", columns, rows, broken)


def listed(size: int) -> pl.DataFrame:
    """Return a follower list of so many rows, as long as real names are."""
    chance = np.random.default_rng(1)
    ids = np.unique(chance.integers(1_000, 70_000_000_000, size + size // 50))
    chance.shuffle(ids)
    ids = ids[:size]
    columns = {
        "user_id": ids,
        "username": [f"some.person.{user_id % 100_000_000}" for user_id in ids],
        "full_name": [f"Some Person {user_id % 1000}" for user_id in ids],
        "is_private": [False] * size,
        "is_verified": [False] * size,
        "position": np.arange(size),
        "page": np.zeros(size, dtype=np.int32),
    }
    return pl.DataFrame(columns, schema=SCHEMA).sort("user_id")
