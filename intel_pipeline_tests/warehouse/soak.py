"""Batches that land and are published, again and again, while readers in processes of their own query what is there."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from intel_pipeline.errors import BusyError
from intel_pipeline.registry.store import Registry
from intel_pipeline.warehouse import writer
from intel_pipeline.warehouse.landing.followers import land_followers
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.publication import publish
from intel_pipeline_tests.warehouse.lands import captured, followers

READERS = ("held", "by_name", "by_name", "as_we_do")
TARGETS = ("desk", "lamp", "chair")
MEMBERS = 400
# Of a list, those who leave and those who arrive between two captures.
MOVING = 6


@dataclass(slots=True)
class Soaked:
    """What came of it: seconds of each publication, and what each reader saw, by its way of opening."""

    published: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    waits: int = 0
    readers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class Desk:
    """The writer: a data folder, and lists that change from one capture to the next."""

    def __init__(self, folder: Path, registry: Registry, kept: int) -> None:
        """Begin with nothing; `kept` generations stay on the disk."""
        self.lake, self.registry, self.kept = folder / "lake", registry, kept
        self.warehouse = folder / "warehouse" / "warehouse.duckdb"
        self.publications = folder / "publications"
        self.name = folder / "intel.duckdb"
        for path in (self.warehouse.parent, self.publications):
            path.mkdir()
        self.chance = Random(7)
        self.newest = MEMBERS
        self.lists = {target: list(range(MEMBERS)) for target in TARGETS}
        self.day = 0

    def land(self) -> None:
        """Land the next day's captures of all targets, one batch."""
        captures = []
        for target, members in self.lists.items():
            for _ in range(MOVING):
                members.remove(self.chance.choice(members))
                members.insert(0, self.newest)
                self.newest += 1
            frame = followers({number: f"name.{number}" for number in members})
            captures.append(captured(self.registry, self.lake, self.day, frame, target=target))
        self.day += 1
        with writer.writing(self.warehouse) as transaction:
            land_followers(transaction, Lake(self.lake, self.registry.captures), captures)

    def publish(self) -> float:
        """Publish; return the seconds that it took."""
        began = time.perf_counter()
        publish(self.warehouse, self.publications, self.name, self.kept)
        return time.perf_counter() - began


def soak(desk: Desk, enough: Callable[[int], bool], alone: int = 3) -> Soaked:
    """Publish `alone` times with no reader, then with READERS until there are `enough`; return what came of it.

    The writer waits for nobody: where another would have it wait, it fails at once, and that is counted.
    """
    soaked = Soaked()
    for _ in range(alone):
        desk.land()
        soaked.alone.append(desk.publish())
    patience, writer.PATIENCE = writer.PATIENCE, 0.0
    try:
        with ExitStack() as stack:
            readers = [(way, stack.enter_context(reader(way, desk.name))) for way in READERS]
            while not enough(len(soaked.published)):
                try:
                    desk.land()
                    soaked.published.append(desk.publish())
                except BusyError:
                    soaked.waits += 1
            soaked.readers = [(way, end(process)) for way, process in readers]
    finally:
        writer.PATIENCE = patience
    return soaked


@contextmanager
def reader(way: str, publication: Path) -> Iterator["subprocess.Popen[str]"]:
    """Yield a reader that has read once."""
    command = [sys.executable, "-m", "intel_pipeline_tests.warehouse.soak_reader", str(publication), way]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def end(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Let a reader end; return what it saw."""
    seen: dict[str, Any] = json.loads(process.communicate()[0])
    return seen
