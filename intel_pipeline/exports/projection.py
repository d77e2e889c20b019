"""How each type of column is written in each format: the SQL of a column, as the file shall hold it. Pure."""

from collections.abc import Callable, Sequence

from intel_pipeline.exports.description import Column, Form, quoted
from intel_pipeline.exports.formulas import guarded, harmless
from intel_pipeline.warehouse.writer import literal

INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
HUGE = ("HUGEINT", "UHUGEINT")
FLOATS = ("FLOAT", "DOUBLE")
# Before March 1900 Excel counts a day that there was not.
EXCEL_BEGINS = "1900-03-01"


def csv_column(column: Column, *, raw: bool) -> tuple[str, bool]:
    """Return the SQL of a column in CSV, and whether it is text, which is put in quotes."""
    name = quoted(column.name)
    if plain_number(column) or column.type in ("BOOLEAN", "DATE", "TIME"):
        return name, False
    if column.type.startswith("TIMESTAMP"):
        return iso(column), False
    text = as_text(column)
    return text if raw else guarded(text), True


def jsonl_column(column: Column) -> str:
    """Return the SQL of a column in JSON: moments in ISO 8601, and what JSON has no number for as a string."""
    name = quoted(column.name)
    if column.type.startswith("TIMESTAMP"):
        return iso(column)
    if column.type in FLOATS:
        # As Infinity and NaN stand in Python and DuckDB, which both read them back.
        return f"case when isfinite({name}) then to_json({name}) else to_json({name}::varchar) end"
    return name


def parquet_column(column: Column) -> str:
    """Return the SQL of a column in Parquet, which knows all of DuckDB's types but the widest integers."""
    name = quoted(column.name)
    return f"{name}::decimal(38, 0)" if column.type in HUGE else name


def excel_column(column: Column) -> str:
    """Return the SQL of a column for an Excel cell: text, a truth, a number of at most 15 digits, a day or a moment."""
    name = quoted(column.name)
    if column.type in INTEGERS and not identity(column):
        return f"{name}::bigint" if column.type != "UBIGINT" else f"{name}::decimal(38, 0)"
    if column.type in HUGE:
        return f"{name}::decimal(38, 0)"
    if (plain_number(column) or column.type == "BOOLEAN") and not identity(column):
        return name
    if column.temporal:
        shown = f"timezone('UTC', {name})" if column.type.endswith("TIME ZONE") else name
        shown = shown if column.type == "DATE" else f"{shown}::timestamp"
        begins = literal(EXCEL_BEGINS)
        refused = literal(f"{column.name} holds a moment that Excel cannot show; CSV and Parquet can")
        return f"case when {name} is null or (isfinite({name}) and {name} >= {begins}) then {shown} else error({refused}) end"
    return as_text(column)


def projected(columns: Sequence[Column], form: Form) -> tuple[str, list[str]]:
    """Return the list of columns to select for a file of this form, and the names of those that are put in quotes."""
    if form.format == "csv":
        names = headings(columns, form)
        written = [(name, *csv_column(column, raw=form.raw)) for name, column in zip(names, columns, strict=True)]
        selected = ", ".join(f"{sql} as {quoted(name)}" for name, sql, _ in written)
        return selected, [name for name, _, text in written if text]
    ways: dict[str, Callable[[Column], str]] = {
        "jsonl": jsonl_column,
        "parquet": parquet_column,
        "xlsx": excel_column,
    }
    way = ways[form.format]
    return ", ".join(f"{way(column)} as {quoted(column.name)}" for column in columns), []


def headings(columns: Sequence[Column], form: Form) -> list[str]:
    """Return what stands above the columns in a CSV file."""
    return [column.name if form.raw else harmless(column.name) for column in columns]


def identity(column: Column) -> bool:
    """Tell whether a number is a name in digits, which must keep all of them and is never added up."""
    return column.name == "id" or column.name.endswith("_id")


def plain_number(column: Column) -> bool:
    """Tell whether a column holds numbers."""
    return column.type in (*INTEGERS, *HUGE, *FLOATS) or column.type.startswith("DECIMAL")


def nested(column: Column) -> bool:
    """Tell whether a column holds lists, structures or the like."""
    return column.type.endswith("]") or column.type.startswith(("STRUCT", "MAP", "UNION"))


def as_text(column: Column) -> str:
    """Return the SQL of a column as text: lists and the like as JSON."""
    name = quoted(column.name)
    return f"to_json({name})::varchar" if nested(column) else f"{name}::varchar"


def iso(column: Column) -> str:
    """Return the SQL of moments in ISO 8601: with a Z where they are moments in UTC, without where no zone was said."""
    zone = "Z" if column.type.endswith("TIME ZONE") else ""
    return f"strftime({quoted(column.name)}::{'timestamptz' if zone else 'timestamp'}, '%Y-%m-%dT%H:%M:%S.%f{zone}')"
