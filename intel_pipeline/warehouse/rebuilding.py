"""The warehouse made anew from lake and registry, beside the one that is there."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.disk import naming_full_disk
from intel_pipeline.errors import DamagedFileError, SettingsError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.small_files import fetch
from intel_pipeline.parcels import parcels
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.captured import Captured, FinishedCapture
from intel_pipeline.replacement import put, workshop
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline.warehouse.landing.histories import write_all
from intel_pipeline.warehouse.landing.late import unlanded, with_left_behind
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.quarantine import land_quarantine
from intel_pipeline.warehouse.landing.registers import land_captures, land_targets
from intel_pipeline.warehouse.landing.remainders import Remainders
from intel_pipeline.warehouse.landing.requests import land_requests
from intel_pipeline.warehouse.landing.settlements import land_settlements
from intel_pipeline.warehouse.landing.surfaces import SURFACES, land
from intel_pipeline.warehouse.landing.telling import told_with_spans
from intel_pipeline.warehouse.learner import Learner, learner
from intel_pipeline.warehouse.schema import migrate, newest_of, refuse_newer
from intel_pipeline.warehouse.writer import Transaction, connected, exclusive

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLLOWERS = "followers"
OTHERS = [surface for surface in SURFACES if surface != FOLLOWERS]
# Captures of targets whose followers are learned from side by side, and how many targets at most: a year of three with
# 20,000 followers each, of whom so many entries of a list are held as for one capture. The more, the less each costs.
TOGETHER, TARGETS, ENTRIES = 3_500, 50, 6_667
# How often it is asked what targets teach before the first answer is landed, so that neither waits for the other one; and
# after how many of these the file is closed: until then DuckDB holds what it knows of all that was written.
AHEAD, AT_A_TIME = 2, 5
# What DuckDB may hold; what a round teaches fits many times over, and a query that needs more goes to the disk.
MEMORY = "32MB"
# To land what came meanwhile it goes through tables of all targets, as a tick does.
CATCHING_UP = "192MB"
NAME = "warehouse.duckdb"
# How many captures are landed, of how many, and of which surface the next ones are.
Told = Callable[[int, int, str], None]


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild came to: the file, how many captures of how many targets, and which snapshots could not be read."""

    file: Path
    targets: int = 0
    captures: int = 0
    unreadable: list[str] = field(default_factory=list)


def rebuild(pipeline: Pipeline, into: Path | None, told: Told, *, incomplete: bool = False) -> Rebuilt:
    """Derive everything again into a new file, which takes the warehouse's place, or is left at `into`.

    Runs that write to the warehouse meanwhile are not held up: only what they have landed by then is made up for under
    the writers' lock. Killed at whatever moment, the warehouse that was there is as it was.

    Raises DamagedFileError for a snapshot that cannot be read, unless it may be `incomplete`: what it taught would be
    lost. SettingsError where `into` is there already.
    """
    file = pipeline.settings.warehouse_file
    if into is not None and into.exists():
        problem = f"{into} is there already"
        raise SettingsError(problem, "name a file that is not, or remove it first")
    refuse_newer_file(file)
    place = into or file
    with naming_full_disk(place.parent), workshop(place) as folder:
        rebuilt = Rebuilt(place)
        fresh = folder / NAME
        derive_into(pipeline, fresh, rebuilt, told, incomplete=incomplete)
        if into is None:
            with exclusive(file):
                catch_up(pipeline, fresh, rebuilt, incomplete=incomplete)
                settle_log(file)
                put(fresh, file)
        else:
            catch_up(pipeline, fresh, rebuilt, incomplete=incomplete)
            put(fresh, into)
    return rebuilt


def derive_into(  # noqa: PLR0913  what it reads, what it makes, and how
    pipeline: Pipeline,
    fresh: Path,
    rebuilt: Rebuilt,
    told: Told,
    *,
    only: Collection[str] | None = None,
    incomplete: bool = False,
    compared: bool = True,
) -> None:
    """Derive into the new file `fresh`, some whole targets in a transaction; of the captures `only`, or of all.

    `compared`: what lists differ by may be taken as it was found at the capture; else they are compared once more.
    What a target's whole history teaches is derived at once for a quarter of what it costs day by day.
    """
    registry = pipeline.registry.captures
    numbers = registry.finished_targets()
    number = numbers.total() if only is None else len(only)
    with learner(pipeline.settings.lake_dir, fresh, number, compared=compared) as learns, reader_ahead() as ahead:
        making = Making(pipeline, learns, ahead, rebuilt, lambda surface: told(rebuilt.captures, number, surface), only)
        groups = grouped(numbers, registry.follower_entries())
        none: list[dict[str, int]] = [{}] * AHEAD
        # What the next ones teach is asked for by then, so that it is learned while these are landed.
        steps = [((group, following), 1) for group, following in zip(none + groups, groups + none, strict=True)]
        for some in parcels(steps, AT_A_TIME):
            with made(fresh) as connection:
                for group, following in some:
                    with transacting(connection) as transaction:
                        making.ask(transaction, following)
                        making.land(transaction, group)
                    if rebuilt.unreadable and not incomplete:
                        raise damaged(rebuilt.unreadable)
    with made(fresh) as connection, transacting(connection) as transaction:
        making.rest.land(transaction)
        land_registers(transaction, pipeline)


def grouped(numbers: Mapping[str, int], entries: Mapping[str, int]) -> list[dict[str, int]]:
    """Return targets with their `numbers` of captures, put together as far as their histories may be held.

    `entries`: of all follower lists of each. The first one is alone: until that is learned from, nothing can be landed.
    """
    sizes = [(one, max(numbers[one], entries.get(one, 0) // ENTRIES)) for one in sorted(numbers)]
    some = [*parcels(sizes[:1], TOGETHER), *parcels(sizes[1:], TOGETHER, TARGETS)]
    return [{one: numbers[one] for one in group} for group in some]


@dataclass(slots=True)
class Making:
    """A warehouse that is being made of lake and registry, of the captures `only`, or of all.

    `asked`: how many follower captures were learned from, or are, each time that was asked for and is not landed yet.
    `rest`: what was taught that is not written down yet.
    """

    pipeline: Pipeline
    learns: Learner
    ahead: ThreadPoolExecutor
    rebuilt: Rebuilt
    told: Callable[[str], None]
    only: Collection[str] | None
    targets: set[str] = field(default_factory=set)
    asked: deque[int] = field(default_factory=deque)
    rest: Remainders = field(default_factory=Remainders)

    def ask(self, transaction: Transaction, targets: Mapping[str, int]) -> None:
        """Ask what the follower lists of targets teach, and land the captures; `targets`: how many they have of all surfaces."""
        if not targets:
            return
        due: dict[str, list[Captured]] = {}
        number = 0
        for captures in self._captures(targets, [FOLLOWERS]):
            land_captures(transaction, captures)
            self.rebuilt.unreadable += land_quarantine(transaction, self._folder, captures)
            known = Histories(captures)
            due |= {target: known.history(target, FOLLOWERS) for target in sorted({one.target for one in captures})}
            number += len(captures)
        self.learns.ask(due)
        self.asked.append(number)
        # By the time that they are landed, nobody waits for the disk.
        self.ahead.submit(fetch, snapshot_file.lying(self._folder, OTHERS, targets))

    def land(self, transaction: Transaction, targets: Mapping[str, int]) -> None:
        """Land the rest of the targets of which it was asked first what their follower lists teach."""
        if not targets:
            return
        for captures in self._captures(targets, OTHERS):
            lake = Lake(self._folder, Histories(captures))
            for surface in OTHERS:
                of_surface = [capture for capture in captures if capture.surface == surface]
                if of_surface:
                    self.told(surface)
                    self.rebuilt.unreadable += land(transaction, lake, surface, of_surface).unreadable
                    self.rebuilt.captures += len(of_surface)
                    transaction.lighten()
        self.told(FOLLOWERS)
        learned, unreadable = self.learns.answer()
        self.rebuilt.unreadable += unreadable
        lake = Lake(self._folder, self.pipeline.registry.captures)
        write_all(transaction, lake, (told_with_spans(lake, part) for part in learned), rest=self.rest)
        self.rebuilt.captures += self.asked.popleft()
        self.rebuilt.targets = len(self.targets)

    @property
    def _folder(self) -> Path:
        return self.pipeline.settings.lake_dir

    def _captures(self, targets: Mapping[str, int], surfaces: Sequence[str]) -> Iterator[list[FinishedCapture]]:
        for captures in self.pipeline.registry.captures.histories_of(targets, surfaces):
            chosen = [one for one in captures if self.only is None or one.capture_id in self.only]
            if chosen:
                self.targets |= {one.target for one in chosen}
                yield chosen


def land_registers(transaction: Transaction, pipeline: Pipeline) -> None:
    """Land what the registry holds besides captures."""
    targets = pipeline.registry.targets.all()
    land_targets(transaction, targets)
    land_settlements(transaction, {target.label for target in targets}, pipeline.registry.settlements)
    land_requests(transaction, pipeline.registry.ledger)


def catch_up(pipeline: Pipeline, fresh: Path, rebuilt: Rebuilt, *, incomplete: bool) -> None:
    """Land what was captured, judged, settled and added while the rest was derived."""
    registry = pipeline.registry
    lake = Lake(pipeline.settings.lake_dir, registry.captures)
    with made(fresh, CATCHING_UP) as connection:
        # As a tick does, which commits once.
        with transacting(connection, being_made=False) as transaction:
            for surface in SURFACES:
                late = with_left_behind(transaction, registry.captures, surface, [])
                rebuilt.captures += len(unlanded(transaction, late))
                if late:
                    rebuilt.unreadable += land(transaction, lake, surface, late).unreadable
            land_registers(transaction, pipeline)
        if rebuilt.unreadable and not incomplete:
            raise damaged(rebuilt.unreadable)
        connection.execute("checkpoint")


@contextmanager
def reader_ahead() -> Iterator[ThreadPoolExecutor]:
    """Yield a thread that has files read while others are landed; what it has not begun by the end is dropped."""
    with ThreadPoolExecutor(1, "ahead") as pool:
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def made(fresh: Path, memory: str = MEMORY) -> Iterator["DuckDBPyConnection"]:
    """Yield a connection to a file that is being made, with the schema of this program, in bounded memory."""
    # What is thrown away if it fails need not be written twice.
    with connected(fresh, logged=False) as connection:
        # A second thread of DuckDB's takes a twentieth more than it saves, beside a process that learns.
        connection.execute(f"set memory_limit = '{memory}'; set threads = 1")
        migrate(connection)
        yield connection


@contextmanager
def transacting(connection: "DuckDBPyConnection", *, being_made: bool = True) -> Iterator[Transaction]:
    """Yield a transaction, committed now and then and at the end; what is raised leaves the file to be thrown away."""
    connection.begin()
    yield Transaction(connection, being_made)
    connection.commit()


def refuse_newer_file(file: Path) -> None:
    """Raise DamagedFileError for a warehouse of a newer program, of which this one could not make the like."""
    import duckdb

    if file.exists():
        # One that cannot be opened at all is what a rebuild is the way out of.
        with exclusive(file), suppress(duckdb.Error), connected(file) as connection:
            refuse_newer(newest_of(connection))


def settle_log(file: Path) -> None:
    """Let no log lie beside the warehouse, where it would be taken for that of the file that takes its place.

    What a writer that was killed had committed may be in one. The file that is there gets it, should this end here.
    """
    import duckdb

    log = file.with_name(f"{file.name}.wal")
    if log.exists():
        with suppress(duckdb.Error), connected(file) as connection:
            connection.execute("checkpoint")
        log.unlink(missing_ok=True)


def damaged(unreadable: list[str]) -> DamagedFileError:
    """Return the error for snapshots that cannot be read; the warehouse that is there still has what they taught."""
    lines = "".join(f"\n  - {line}" for line in dict.fromkeys(unreadable))
    problem = f"the warehouse would lose what these snapshots taught, so it was left as it is:{lines}"
    return DamagedFileError(problem, "restore them and run this again, or go on without them with --incomplete")
