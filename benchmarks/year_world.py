"""A year of targets in registry and lake as ticks leave it: 1 % of the followers new each day, 1 % lost, 0.1 % renamed."""

import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from intel_pipeline.contracts import follower
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline_tests.warehouse.landing_nursery import opened
from intel_pipeline_tests.warehouse.lands import captured, posts, profiles

LARGEST_ID = 70_000_000_000
NEW, LOST, RENAMED = 0.01, 0.01, 0.001
POSTS = 12
TURN = 7
SEED = 3
# Targets that a process lets live at a time.
PART = 5


class Audience:
    """Who follows a target: ids, rising; of each the turn at which they came and how often they were renamed."""

    def __init__(self, followers: int, seed: int, number: int) -> None:
        """Begin with so many followers."""
        self.chance = np.random.default_rng([seed, number])
        self.ids = np.unique(self.chance.integers(1_000, LARGEST_ID, followers))
        self.came = self.chance.permutation(len(self.ids))
        self.renamed = np.zeros(len(self.ids), dtype=np.int64)

    def pass_a_day(self) -> None:
        """Let followers come, leave and take other names."""
        size = len(self.ids)
        stays = self.chance.random(size) >= LOST
        fresh = np.setdiff1d(self.chance.integers(1_000, LARGEST_ID, round(size * NEW)), self.ids)
        ids = np.concatenate([self.ids[stays], fresh])
        came = np.concatenate([self.came[stays], self.came.max() + 1 + np.arange(len(fresh))])
        renamed = np.concatenate([self.renamed[stays], np.zeros(len(fresh), dtype=np.int64)])
        renamed[self.chance.random(len(ids)) < RENAMED] += 1
        order = np.argsort(ids)
        self.ids, self.came, self.renamed = ids[order], came[order], renamed[order]

    def listed(self) -> pl.DataFrame:
        """Return the list that Instagram shows, newest first."""
        place = np.empty(len(self.ids), dtype=np.int64)
        place[np.argsort(-self.came)] = np.arange(len(self.ids))
        name = pl.concat_str(pl.lit("person_"), "user_id", pl.lit("."), "renamed")
        rows = pl.DataFrame({"user_id": self.ids, "renamed": self.renamed, "position": place}).with_columns(
            username=name,
            full_name=name,
            is_private=pl.lit(None, pl.Boolean),
            is_verified=pl.lit(None, pl.Boolean),
            page=pl.lit(0, pl.Int32),
        )
        return rows.select(pl.col(column).cast(kind) for column, kind in follower.SCHEMA.items())


def lived(folder: Path, targets: int, followers: int, days: int, first: int = 0) -> None:
    """Let days pass in a data folder, on all processors: of each day profile, followers and posts are kept.

    `first`: which day of `lands.START` on the first one is.
    """
    pipeline = opened(folder)
    watched(pipeline, targets)
    pipeline.registry.close()
    parts = [range(number, min(number + PART, targets)) for number in range(0, targets, PART)]
    # Lists this short are compared in less time than Polars takes to divide the work.
    os.environ["POLARS_MAX_THREADS"] = "1"
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        done = [processes.submit(live, folder, part, followers, days, first) for part in parts]
        for number, one in enumerate(as_completed(done), 1):
            one.result()
            sys.stderr.write(f"\r{number} of {len(done)} parts of the targets")
    sys.stderr.write("\n")
    del os.environ["POLARS_MAX_THREADS"]


def live(folder: Path, numbers: Iterable[int], followers: int, days: int, first: int) -> None:
    """Let days pass for some of the targets."""
    pipeline = opened(folder)
    for _ in living(pipeline, numbers, followers, days, first):
        pass
    pipeline.registry.close()


def watched(pipeline: Pipeline, targets: int) -> None:
    """Put so many targets on the watchlist."""
    for number in range(targets):
        pipeline.registry.targets.add(f"desk.{number:03}", label_of(number), None)


def label_of(number: int) -> str:
    """Return a target's label."""
    return f"desk-{number:03}"


def living(
    pipeline: Pipeline, numbers: Iterable[int], followers: int, days: int, first: int
) -> Iterator[list[Capture]]:
    """Yield the captures of some targets, day by day; whoever else lives meanwhile changes nothing of theirs."""
    audiences = {label_of(number): Audience(followers, SEED, number) for number in numbers}
    for day in range(days):
        of_day = []
        for label, audience in audiences.items():
            kept = partial(captured, pipeline.registry, pipeline.settings.lake_dir, first + day, target=label)
            audience.pass_a_day()
            listed = audience.listed()
            profile = profiles(follower_count=listed.height, biography=f"{day // TURN} cups")
            newest = day // TURN + POSTS
            shown = [
                {"post_id": number, "like_count": 10 * (day + 1), "position": newest - number}
                for number in range(newest - POSTS + 1, newest + 1)
            ]
            of_day += [
                kept(profile, surface="profile"),
                kept(listed, reported=listed.height),
                kept(posts(*shown), surface="posts"),
            ]
        yield of_day
