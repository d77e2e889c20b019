"""Excel files: streamed row by row, over several sheets where one does not hold them all."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from intel_pipeline.exports.description import Column, ExportError
from intel_pipeline.exports.formulas import is_formula

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

# Excel's own limits. The first row is the heading.
ROWS = 1_048_576 - 1
COLUMNS = 16_384
TEXT = 32_767
# What Excel opens in bearable time and memory.
SHEETS = 5
AT_ONCE = 5_000
# A double holds any integer of 15 digits; of a longer one Excel would show zeros at the end.
EXACT = 10**15
NAME = 31
FORBIDDEN = str.maketrans("[]:*?/\\'", "________")

Row = Sequence[Any]


def refuse_too_many(rows: int, columns: int) -> None:
    """Raise ExportError where Excel could not hold so much."""
    fix = "write CSV or Parquet, which hold any number (--format csv), or choose less: --target, --since, --query"
    if rows > ROWS * SHEETS:
        problem = f"{rows:,} rows are more than an Excel file of ours holds: {SHEETS} sheets of {ROWS:,}"
        raise ExportError(problem, fix)
    if columns > COLUMNS:
        problem = f"{columns:,} columns are more than the {COLUMNS:,} that Excel has"
        raise ExportError(problem, fix)


def write_excel(  # noqa: PLR0913  what, how it is called, and where it goes
    connection: "DuckDBPyConnection",
    sql: str,
    columns: Sequence[Column],
    name: str,
    file: Path | IO[bytes],
    folder: Path,
) -> int:
    """Write the rows of `sql` into an Excel file, and return how many; temporary files go into `folder`.

    Text is text whatever it begins with, and what looks like a formula is marked as Excel itself does it for a cell that
    was typed with an apostrophe before it. Raises ExportError where the library is not installed, or for a longer text
    than a cell holds.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        problem = "Excel files need a library that is not installed"
        raise ExportError(problem, "pip install 'intel-pipeline[excel]', or write CSV: --format csv") from error
    options = {"constant_memory": True, "tmpdir": str(folder), "use_zip64": True, "nan_inf_to_errors": False}
    with Workbook(str(file) if isinstance(file, Path) else file, options) as workbook:
        return fill(workbook, rows_of(connection, sql), columns, name)


def rows_of(connection: "DuckDBPyConnection", sql: str) -> Iterator[Row]:
    """Yield the rows of a query as they come."""
    for batch in connection.sql(sql).to_arrow_reader(AT_ONCE):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def fill(workbook: "Workbook", rows: Iterator[Row], columns: Sequence[Column], name: str) -> int:
    """Write the rows, a new sheet whenever one is full."""
    writers = [writer(workbook, column) for column in columns]
    sheet = add_sheet(workbook, columns, name, 1)
    count = 0
    for row in rows:
        place = count % ROWS
        if count and not place:
            sheet = add_sheet(workbook, columns, name, count // ROWS + 1)
        for number, (write, value) in enumerate(zip(writers, row, strict=True)):
            if value is not None:
                write(sheet, place + 1, number, value)
        count += 1
    for one in workbook.worksheets():
        one.autofilter(0, 0, min(count, ROWS), len(columns) - 1)
    return count


def add_sheet(workbook: "Workbook", columns: Sequence[Column], name: str, number: int) -> "Worksheet":
    """Return a new sheet with its heading, which stays where it is."""
    ending = "" if number == 1 else f" {number}"
    sheet = workbook.add_worksheet(name.translate(FORBIDDEN)[: NAME - len(ending)] + ending)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 21 if column.temporal else max(12, min(40, len(column.name) + 4)))
    bold = workbook.add_format({"bold": True})
    marked = workbook.add_format({"bold": True, "quote_prefix": True})
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, inert(column.name), marked if is_formula(column.name) else bold)
    return sheet


def writer(workbook: "Workbook", column: Column) -> Callable[["Worksheet", int, int, Any], object]:
    """Return what writes a value of this column into a cell."""
    marked = workbook.add_format({"quote_prefix": True})
    if column.temporal:
        shown = "yyyy-mm-dd" if column.type == "DATE" else f'yyyy-mm-dd"T"hh:mm:ss{zone(column)}'
        moment = workbook.add_format({"num_format": shown})
        return lambda sheet, row, place, value: sheet.write_datetime(row, place, value, moment)

    def write(sheet: "Worksheet", row: int, place: int, value: Any) -> None:  # noqa: ANN401  whatever a cell can hold
        match value:
            case bool():
                sheet.write_boolean(row, place, value)
            case str():
                if len(value) > TEXT:
                    problem = f"{column.name} holds a text of {len(value):,} characters; a cell of Excel holds {TEXT:,}"
                    raise ExportError(problem, "write CSV or Parquet, or cut it in a query: left(…, 32767)")
                sheet.write_string(row, place, inert(value), marked if is_formula(value) else None)
            case float() if isfinite(value):
                sheet.write_number(row, place, value)
            case int() | Decimal() if -EXACT < value < EXACT:
                sheet.write_number(row, place, value)
            case _:
                sheet.write_string(row, place, str(value))

    return write


def inert(text: str) -> str:
    """Return `text` so that XlsxWriter writes it as text: what stands between <r> and </r> it would take for markup.

    Somebody's biography could so put a formula into a cell of its own.
    """
    return f"'{text}" if text.startswith("<r>") and text.endswith("</r>") else text


def zone(column: Column) -> str:
    """Return what says in a cell that its moment is in UTC, where that is known."""
    return '"Z"' if column.type.endswith("TIME ZONE") else ""
