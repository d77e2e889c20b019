"""Landing, publishing and rebuilding, killed over and over at moments drawn by chance."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import duckdb

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.warehouse.equality import compare_rebuilt
from intel_pipeline.warehouse.publication import newest_of, withdraw
from intel_pipeline.warehouse.verification import verify
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.warehouse.course import course
from intel_pipeline_tests.warehouse.landing_nursery import opened

# Of the lives: those that rebuild rather than land.
REBUILDING = 0.3
# What a life leaves beside registry and lake that nobody killed.
LEFT = ("warehouse.duckdb", "warehouse.lock", "intel-*.duckdb", "intel.duckdb")


@dataclass(slots=True)
class Record:
    """What a loop came to. `broken`: what must not have been, in words."""

    killed: int = 0
    landing: int = 0
    lives: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)


def loop(folder: Path, kills: int, seed: int, days: int = 2) -> Record:
    """Kill so many lives of a data folder in `folder`; after each the warehouse must hold, and the last must get through."""
    data = folder / "data"
    pipeline = opened(data)
    [*course(pipeline.registry, pipeline.settings.lake_dir, targets=2, followers=200, seed=seed).days(days)]
    command = [sys.executable, "-m", "intel_pipeline_tests.warehouse.landing_nursery", str(data)]
    record, began = Record(), time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as nursery:  # noqa: S603
        killing = Loop(pipeline, nursery, random.Random(seed), record)
        killing.run(kills)
        assert nursery.stdin is not None
        nursery.stdin.close()
    record.seconds = time.monotonic() - began
    pipeline.registry.close()
    record.broken += [f"left behind: {name}" for name in killing.strays()]
    return record


@dataclass(slots=True)
class Loop:
    """A data folder and a nursery whose lives work on it. `needed`: seconds that each kind of life takes."""

    pipeline: Pipeline
    nursery: "subprocess.Popen[str]"
    chance: random.Random
    record: Record
    needed: dict[str, float] = field(default_factory=dict)

    def run(self, kills: int) -> None:
        """Measure how long lives take, kill so many, and let one live."""
        for what in ("land", "rebuild"):
            began = time.monotonic()
            self.life(what, None)
            self.needed[what] = time.monotonic() - began
        self.forget()
        while self.record.killed < kills:
            what = "rebuild" if self.chance.random() < REBUILDING else "land"
            if self.life(what, self.chance.uniform(0, self.needed[what])) == 0:
                # Whatever there was to land is landed: begin anew.
                self.forget()
            self.look(f"life {self.record.lives}, killed while it was to {what}")
        self.life("land", None)
        self.look("the last life")
        compared = compare_rebuilt(self.pipeline, lambda *_: None)
        self.record.broken += [f"rebuilt it would be another: {one}" for one in compared.differences]

    def life(self, what: str, seconds: float | None) -> int:
        """Let a life begin, end it after so many seconds, and return how it ended."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(f"{what}\n")
        self.nursery.stdin.flush()
        life = int(self.nursery.stdout.readline())
        if seconds is not None:
            time.sleep(seconds)
            with suppress(ProcessLookupError):
                os.kill(life, signal.SIGKILL)
        ended = int(self.nursery.stdout.readline())
        self.record.lives += 1
        self.record.killed += ended == -signal.SIGKILL
        self.record.landing += ended == -signal.SIGKILL and what == "land"
        if ended not in (0, -signal.SIGKILL):
            self.record.broken.append(f"life {self.record.lives} ended by itself with {ended}")
        return ended

    def look(self, when: str) -> None:
        """Write down what does not hold: the warehouse by `verify`, and that the publication is whole."""
        found = verify(self.pipeline, lambda _: None)
        self.record.broken += [f"{when}: {one}" for one in (*found.differences, *found.unreadable)]
        publication = newest_of(self.pipeline.settings.publication)
        if publication is not None:
            try:
                with connected(publication, read_only=True) as connection:
                    connection.execute("select count(*) from follower_changes").fetchall()
            except duckdb.Error as error:
                self.record.broken.append(f"{when}: the publication cannot be read: {error}")

    def forget(self) -> None:
        """Remove what is derived."""
        settings = self.pipeline.settings
        withdraw(settings.publication)
        for folder in (settings.warehouse_file.parent, settings.publications_dir):
            shutil.rmtree(folder)
            folder.mkdir()

    def strays(self) -> list[str]:
        """Return what lies beside warehouse and publications that a life which was never killed does not leave."""
        settings = self.pipeline.settings
        known = {"journal", "lake", "vault", "registry.db", "registry.db.lock", "dagster", ".gitignore"}
        found = [
            path.name
            for folder in (settings.warehouse_file.parent, settings.publications_dir, settings.data_dir)
            for path in folder.iterdir()
        ]
        folders = {"warehouse", "publications", *known}
        return [name for name in found if name not in folders and not any(fnmatch(name, one) for one in LEFT)]
