"""Whether the warehouse is what lake and registry teach, row for row: everything is derived again, and compared."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from intel_pipeline.disk import naming_full_disk
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.replacement import workshop
from intel_pipeline.warehouse.landing.outstanding import RULES
from intel_pipeline.warehouse.rebuilding import MEMORY, NAME, Rebuilt, Told, derive_into
from intel_pipeline.warehouse.tables import derived_tables
from intel_pipeline.warehouse.verification import Difference
from intel_pipeline.warehouse.writer import Transaction, connected, exclusive, literal

KEPT = "kept.duckdb"
# What an operator or a request has changed in the registry since the last landing is in the rebuilt ones, and no fault.
REGISTERS = ("targets", "settlements", "requests")
# Says where a row lies, which depends on when it was landed, and nothing about what it holds.
LYING = "packed"
# What the next landing of a target derives again, since it was judged otherwise in the meantime or by other rules.
CHANGING = """
select target from (
    select target, capture_id, verdict, held from kept.captures except select target, capture_id, verdict, held from captures
)
union
select target from kept.follower_balance where rules <> {rules}
"""


@dataclass(slots=True)
class Compared:
    """What came of it: tables and rows compared, what differs, and targets that were left out since they await a landing."""

    tables: int = 0
    rows: int = 0
    differences: list[Difference] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def compare_rebuilt(pipeline: Pipeline, told: Told) -> Compared:
    """Derive everything that is landed again into a temporary file, and compare each table row for row.

    Works on a copy, so that nobody who writes to the warehouse is held up for longer than copying takes.
    """
    file = pipeline.settings.warehouse_file
    with naming_full_disk(file.parent), workshop(file) as folder:
        kept, fresh = folder / KEPT, folder / NAME
        with exclusive(file):
            with connected(file) as connection:
                connection.execute("checkpoint")
            shutil.copyfile(file, kept)
        with connected(kept, read_only=True) as connection:
            ids = {capture_id for (capture_id,) in connection.execute("select capture_id from captures").fetchall()}
        rebuilt = Rebuilt(fresh)
        derive_into(pipeline, fresh, rebuilt, told, only=ids, incomplete=True, compared=False)
        compared = equal(kept, fresh)
        compared.unreadable = list(dict.fromkeys(rebuilt.unreadable))
        return compared


def equal(kept: Path, fresh: Path) -> Compared:
    """Compare the tables of two files that hold what was derived from the same captures, in bounded memory."""
    compared = Compared()
    with both(kept, fresh) as read:
        names = derived_tables(read.connection)
        if (other := derived_tables(read.connection, "kept")) != names:
            problem = f"the warehouse has the tables {', '.join(other)}, and this program makes {', '.join(names)}"
            raise DamagedFileError(problem, "run `intel-pipeline warehouse migrate`, then this again")
        compared.left_out = sorted({target for (target,) in read.rows(CHANGING.format(rules=RULES))})
        for name in names:
            if name not in REGISTERS:
                compare_table(read, name, compared)
    return compared


@contextmanager
def both(kept: Path, fresh: Path) -> Iterator[Transaction]:
    """Yield a connection to `fresh`, with the other one as `kept`."""
    with connected(fresh) as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"attach {literal(str(kept))} as kept (read_only)")
        yield Transaction(connection)


def compare_table(read: Transaction, name: str, compared: Compared) -> None:
    """Compare a table by a checksum for each target, and row by row where that differs."""
    columns = [column for column, *_ in read.rows(f"describe {name}") if column != LYING]
    either = [rows_of(name, columns, where) for where in ("", "kept.")]
    listed = ", ".join(f'"{column}"' for column in columns)
    sums = [f"select whose, count(*), sum(hash({listed})) from ({rows}) group by all" for rows in either]  # noqa: S608  our own queries
    compared.tables += 1
    compared.rows += read.rows(f"select count(*) from {name}")[0][0]  # noqa: S608  our own names
    unlike = f"from {lacking(*sums)} union all from {lacking(*sums[::-1])}"
    differing = read.rows(f"select distinct whose from ({unlike}) order by all")  # noqa: S608  our own queries
    for (label,) in differing:
        if label not in compared.left_out:
            pair = [f"from ({rows}) where whose is not distinct from $1" for rows in either]
            numbers = (read.rows(f"select count(*) from {lacking(*two)}", label)[0][0] for two in (pair, pair[::-1]))  # noqa: S608  our own queries
            what = f"rows of {name} that differ from the rebuilt ones"
            compared.differences.append(Difference(what, label, *numbers))


def rows_of(name: str, columns: list[str], where: str) -> str:
    """Return a query for the rows of a table with `whose` they are: a target's, that of their lesson, or nobody's."""
    listed = ", ".join(f'rows."{column}"' for column in columns)
    if "target" not in columns and "lesson_id" in columns:
        lessons = f"left join {where}lessons as lessons using (lesson_id)"
        return f"select lessons.target as whose, {listed} from {where}{name} as rows {lessons}"  # noqa: S608  our own names
    whose = "target" if "target" in columns else "null::varchar"
    return f"select {whose} as whose, {listed} from {where}{name} as rows"  # noqa: S608  our own names


def lacking(expected: str, found: str) -> str:
    """Return a query for the rows of one query that another one does not give."""
    return f"(({expected}) except all ({found}))"
