"""Whether the warehouse holds what lake and registry prove, by counts; nothing that is derived is changed."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.warehouse import checks
from intel_pipeline.warehouse.landing.outstanding import RULES
from intel_pipeline.warehouse.landing.registers import CAPTURE_COLUMNS, capture_frame, told_of
from intel_pipeline.warehouse.schema import migrate
from intel_pipeline.warehouse.tables import derived_tables
from intel_pipeline.warehouse.writer import Transaction, connected, exclusive

if TYPE_CHECKING:
    from intel_pipeline.registry.models import Capture

# How many captures were looked at.
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something of which the warehouse says another number than it should."""

    what: str
    target: str | None
    expected: int
    found: int


@dataclass(slots=True)
class Verified:
    """What a look at the warehouse came to.

    `tables`: rows by name. `differences` are faults; so are snapshots that are `unreadable`, in words. `awaiting`: how
    many captures of each target the next landing has to land or to derive again, which is no fault.
    """

    tables: dict[str, int] = field(default_factory=dict)
    captures: int = 0
    differences: list[Difference] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    awaiting: Counter[str] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.differences or self.unreadable)


def verify(pipeline: Pipeline, told: Told) -> Verified:
    """Compare the warehouse with registry and lake by counts, and its tables with one another.

    Its writers wait while it is read, not while the snapshots are. Like any run it gives the file the schema of this
    program first, and raises DamagedFileError where that cannot be.
    """
    found = Verified()
    file = pipeline.settings.warehouse_file
    with exclusive(file):
        if file.exists():
            with connected(file) as connection:
                migrate(connection)
                read = Transaction(connection)
                for table in derived_tables(connection):
                    found.tables[table] = read.rows(f"select count(*) from {table}")[0][0]  # noqa: S608  our own names
                register(read, pipeline)
                compare(read, found)
        else:
            for capture in finished(pipeline):
                found.awaiting[capture.target] += 1
    for capture in finished(pipeline):
        told(found.captures)
        found.captures += 1
        found.unreadable += unsound(pipeline.settings.lake_dir, capture)
    return found


def finished(pipeline: Pipeline) -> "Iterator[Capture]":
    """Yield all finished captures, those of some targets held at a time."""
    for captures in pipeline.registry.captures.histories():
        yield from captures


def register(read: Transaction, pipeline: Pipeline) -> None:
    """Let queries see the registry's captures as `registered`, with whether each is `kept`, and settlements as `settled`."""
    import polars as pl

    labels = {target.label for target in pipeline.registry.targets.all()}
    told = [(one.target, one.change_id, one.cause) for one in pipeline.registry.settlements.of(labels)]
    settled = pl.DataFrame(told, schema=dict.fromkeys(("target", "change_id", "cause"), pl.String()), orient="row")
    read.run("create temp table settled as select target, change_id, cause from settlements limit 0")
    read.append("settled", settled)
    read.run("create temp table registered as select *, true as kept from captures limit 0")
    for captures in pipeline.registry.captures.histories():
        kept = pl.Series("kept", [capture.snapshot is not None for capture in captures])
        read.append("registered", capture_frame(captures).with_columns(kept))


def compare(read: Transaction, found: Verified) -> None:
    """Write down what differs in the warehouse, and what is yet to be landed."""
    columns = ", ".join(CAPTURE_COLUMNS)
    for target, number in read.rows(checks.AWAITING.format(columns=columns, rules=RULES)):
        found.awaiting[target] += number
    for check in checks.CHECKS:
        for target, expected, seen in read.rows(check.sql.format(columns=columns)):
            found.differences.append(Difference(check.what, target, expected, seen))


def unsound(lake: Path, capture: "Capture") -> Iterator[str]:
    """Yield in words why a capture's snapshot is not what the registry and its own footer say."""
    if capture.snapshot is None:
        return
    try:
        rows = snapshot_file.counted(lake, capture.snapshot)
    except DamagedFileError as error:
        yield told_of(capture.target, error)
        return
    if capture.distinct_count not in (None, rows):
        yield f"{capture.target}: {Path(capture.snapshot).name} has {rows} rows, the registry {capture.distinct_count}"
