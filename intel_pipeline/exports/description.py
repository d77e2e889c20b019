"""What an export is: which rows, of which period, in which form. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from intel_pipeline.errors import IntelError
from intel_pipeline.warehouse.writer import literal

Format = Literal["csv", "parquet", "jsonl", "xlsx"]
Compression = Literal["none", "gzip", "zstd"]
ENDINGS = {"csv": ".csv", "parquet": ".parquet", "jsonl": ".jsonl", "ndjson": ".jsonl", "xlsx": ".xlsx"}
COMPRESSED = {"gzip": ".gz", "zstd": ".zst"}
# The first of these that a table has is when its rows happened, by what its columns mean.
TIME_COLUMNS = (
    *("not_after", "captured_at", "finished_at", "taken_at", "looked_up_at", "seen_at", "first_seen_at", "not_before"),
    *("learned_at", "started_at", "added_at"),
)


class ExportError(IntelError):
    """An export that cannot be made as it is asked for."""

    exit_code = 17


class Column(NamedTuple):
    """A column by its name and DuckDB's type."""

    name: str
    type: str

    @property
    def temporal(self) -> bool:
        """Whether it holds moments or days."""
        return self.type.startswith("TIMESTAMP") or self.type == "DATE"


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view of the publication."""

    name: str
    columns: tuple[Column, ...]
    comment: str | None = None

    @property
    def time(self) -> str | None:
        """The column that says when a row happened, if there is one."""
        temporal = [column.name for column in self.columns if column.temporal]
        return next((name for name in (*TIME_COLUMNS, *temporal) if name in temporal), None)

    @property
    def has_target(self) -> bool:
        """Whether its rows belong to targets."""
        return any(column.name == "target" for column in self.columns)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a table: of one target, and of a period of days in UTC, both ends in it."""

    target: str | None = None
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.since and self.until and self.since > self.until:
            problem = f"the period ends on {self.until} before it begins on {self.since}"
            raise ExportError(problem, "give --since the earlier day; both days are part of the period")

    @property
    def period(self) -> bool:
        """Whether a period is asked for."""
        return bool(self.since or self.until)

    def lacking(self, table: Table) -> str | None:
        """Return why rows of `table` cannot be chosen so, in words."""
        if self.target and not table.has_target:
            return f"{table.name} has no column target"
        if self.period and table.time is None:
            return f"{table.name} has no column that says when"
        return None


@dataclass(frozen=True, slots=True)
class Rows:
    """What is exported: a query, and how it came about."""

    name: str
    sql: str
    table: Table | None = None
    selection: Selection = Selection()


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written; `raw` leaves text as it is, `bom` tells Excel that a CSV is UTF-8."""

    format: Format = "csv"
    compression: Compression | None = None
    raw: bool = False
    bom: bool = False

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.format == "xlsx" and self.compression:
            problem = "an Excel file is compressed as it is"
            raise ExportError(problem, "leave --compression out")
        if self.bom and (self.format != "csv" or self.compression not in (None, "none")):
            problem = "a byte order mark is for a plain CSV file that Excel opens"
            raise ExportError(problem, "leave --bom out, or write CSV without compression")

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        ending = ENDINGS[self.format]
        outer = self.format in ("csv", "jsonl") and self.compression
        return ending + COMPRESSED.get(outer or "", "")


def form_of(name: str, format_: Format | None, compression: Compression | None) -> tuple[Format, Compression | None]:
    """Return format and compression, from the ending of a file's name where they are not given."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes[-2:]]
    outer = next((how for how, ending in COMPRESSED.items() if suffixes and suffixes[-1] == ending), None)
    inner = (suffixes[:-1] if outer else suffixes)[-1:]
    known = {f".{ending}": ENDINGS[ending].removeprefix(".") for ending in ENDINGS}
    told = known.get(inner[0]) if inner else None
    if told and format_ and told != format_:
        problem = f"{Path(name).name} ends like {told}, and --format says {format_}"
        raise ExportError(problem, "leave --format out, or end the name accordingly")
    chosen = next(one for one in get_args(Format) if one == (told or format_ or "csv"))
    if chosen in ("parquet", "xlsx"):
        return chosen, compression
    return chosen, compression or next((one for one in get_args(Compression) if one == outer), None)


def of_table(table: Table, selection: Selection) -> Rows:
    """Return the rows of `table` that `selection` asks for, or raise ExportError."""
    lacking = selection.lacking(table)
    if lacking:
        raise ExportError(lacking, 'write what you want as a query: intel-pipeline export --query "select …"')
    conditions = []
    if selection.target:
        conditions.append(f"target = {literal(selection.target)}")
    if selection.since:
        conditions.append(f"{quoted(table.time or '')} >= {moment(selection.since)}")
    if selection.until:
        conditions.append(f"{quoted(table.time or '')} < {moment(selection.until + timedelta(days=1))}")
    where = f" where {' and '.join(conditions)}" if conditions else ""
    name = f"{table.name}-{selection.target}" if selection.target else table.name
    return Rows(name, f"select * from {quoted(table.name)}{where}", table, selection)  # noqa: S608  quoted


def day_of(text: str | None) -> date | None:
    """Return the day that `text` names, or raise ExportError."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        problem = f"'{text}' is no day"
        raise ExportError(problem, "write it as year, month and day: 2026-11-01") from error


def chosen(tables: dict[str, Table], names: Sequence[str]) -> list[Table]:
    """Return the tables of these names, or all for `all`; raise ExportError about the first that does not exist."""
    if list(names) == ["all"]:
        return list(tables.values())
    for name in names:
        if name not in tables:
            close = get_close_matches(name, tables, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            problem = f"there is no table '{name}'"
            raise ExportError(problem, f"{hint}`intel-pipeline export --list` lists them all")
    return [tables[name] for name in dict.fromkeys(names)]


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def moment(day: date) -> str:
    """Return the beginning of `day` in UTC as SQL writes it; of use for moments and for days."""
    return f"timestamptz '{day.isoformat()} 00:00:00+00'"
