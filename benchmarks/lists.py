"""Pairs of follower lists as two days would bring them: 1 % of the followers new, 0.7 % lost, 0.1 % renamed."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.snapshot_file import Stamp

LARGEST_ID = 70_000_000_000
BEFORE = Stamp("before", "large", "followers", datetime(2026, 11, 2, tzinfo=UTC), "complete", "user_id")
AFTER = replace(BEFORE, capture_id="after")
NEW, LOST, RENAMED = 0.01, 0.007, 0.001


def written(lake: Path, size: int, seed: int = 7) -> tuple[Path, Path]:
    """Write two snapshots of about `size` followers to `lake` as a capture does, and return their paths there."""
    chance = np.random.default_rng(seed)
    user_ids = np.cumsum(chance.integers(1, 2 * LARGEST_ID // int(size * (1 + NEW)), int(size * (1 + NEW))))
    fate = chance.random(len(user_ids))
    names = pl.select(pl.concat_str(pl.lit("user_"), pl.lit(pl.Series(user_ids)))).to_series()
    renamed = pl.Series(chance.random(len(user_ids)) < RENAMED)
    everybody = pl.DataFrame({"user_id": user_ids, "username": names, "fate": fate, "renamed": renamed})
    new_name = pl.when("renamed").then(pl.col("username") + "x").otherwise("username").alias("username")
    before = everybody.filter(pl.col("fate") >= NEW)
    after = everybody.filter(pl.col("fate") < 1 - LOST).with_columns(new_name)
    return placed(lake, BEFORE, before, chance), placed(lake, AFTER, after, chance)


def placed(lake: Path, stamp: Stamp, frame: pl.DataFrame, chance: np.random.Generator) -> Path:
    """Write the followers in `frame`, each with a place in the list."""
    places = pl.Series("position", chance.permutation(frame.height))
    return snapshot_file.write(lake, stamp, frame.select("user_id", "username", places))
