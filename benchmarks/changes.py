"""Who is new, lost or renamed between two lists of a million: ours beside what people write instead."""

import random
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from benchmarks.measure import cpu
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.followers import OPEN_LOSS, RETURNED, follower_changes
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.snapshot_file import Stamp

Row = tuple[str, str, float, float, str]
SIZE = 1_000_000
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def run() -> list[Row]:
    """Return a row per way of comparing, as a ratio of decoding the same columns of the same two files."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder)
        paths = lists(lake)
        floor = cpu(lambda: decoded(lake, paths))
        ways: dict[str, Callable[[], object]] = {
            "ours: whole change code on proven files": lambda: ours(lake, paths),
            "Polars: two anti joins and a join": lambda: anti_joins(lake, paths),
            "Python sets and dicts": lambda: python_sets(lake, paths),
        }
        size = f"{SIZE:,} x 2"
        rows: list[Row] = [("decoding id and username", size, floor, 1.0, "")]
        rows += [(name, size, taken, taken / floor, "decoding") for name, way in ways.items() if (taken := cpu(way))]
    return rows


def lists(lake: Path) -> list[Path]:
    """Write two snapshots: 1 % of the followers new, 0.7 % lost, 0.1 % renamed."""
    ids = random.Random(7).sample(range(1_000, 70_000_000_000), SIZE + SIZE // 100)
    before, after = ids[:SIZE], ids[SIZE * 7 // 1000 :]
    renamed = set(before[-SIZE // 1000 :])
    return [
        snapshot_file.write(lake, Stamp(name, "t", "followers", NOON, "complete", "user_id"), frame(part, changed))
        for name, part, changed in (("before", before, set()), ("after", after, renamed))
    ]


def frame(ids: list[int], renamed: set[int]) -> pl.DataFrame:
    """Return follower rows for `ids`, sorted."""
    usernames = [f"user_{user_id}{'x' if user_id in renamed else ''}" for user_id in ids]
    return pl.DataFrame({"user_id": ids, "username": usernames}).sort("user_id")


def decoded(lake: Path, paths: list[Path]) -> list[pl.DataFrame]:
    """Read both files, checking nothing."""
    return [pl.read_parquet(lake / path, columns=["user_id", "username"]) for path in paths]


def ours(lake: Path, paths: list[Path]) -> pl.DataFrame:
    """Read, prove and compare as the pipeline does."""
    first = CaptureRef("a", "t", NOON, NOON, complete=True)
    second = CaptureRef("b", "t", NOON + timedelta(days=1), NOON + timedelta(days=1), complete=True)
    before, after = (snapshot_file.read(lake, path) for path in paths)
    empty = {"losses": pl.DataFrame(schema=OPEN_LOSS), "lost_once": pl.DataFrame(schema=RETURNED)}
    return follower_changes(before, first, after, second, **empty)


def anti_joins(lake: Path, paths: list[Path]) -> tuple[pl.DataFrame, ...]:
    """Compare with eager hash joins."""
    before, after = decoded(lake, paths)
    both = before.join(after, on="user_id", suffix="_after").filter(pl.col("username") != pl.col("username_after"))
    return after.join(before, on="user_id", how="anti"), before.join(after, on="user_id", how="anti"), both


def python_sets(lake: Path, paths: list[Path]) -> object:
    """Compare as most scripts do."""
    before, after = (dict(part.iter_rows()) for part in decoded(lake, paths))
    lost, new = before.keys() - after.keys(), after.keys() - before.keys()
    return lost, new, [i for i in before.keys() & after.keys() if before[i] != after[i]]
