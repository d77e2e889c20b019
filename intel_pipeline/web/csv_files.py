"""CSV as of RFC 4180, the one way in which it is written here: streamed, and harmless to spreadsheets."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from starlette.responses import Response, StreamingResponse

from intel_pipeline.exports.formulas import harmless
from intel_pipeline.web.values import shown

BATCH = 1000
TYPE = "text/csv; charset=utf-8"


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """Return rows as the file `name`.csv, of which only a part is in memory at once."""
    return attached(name, pieces(columns, ([row[column] for column in columns] for row in rows)))


def attached(name: str, written: Iterator[bytes], more: Mapping[str, str] | None = None) -> Response:
    """Return pieces of CSV as the file `name`.csv, with `more` headers."""
    # What goes wrong goes wrong before the first byte is on its way, and can still be said.
    whole = chain([next(written)], written)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "private, no-store"}
    return StreamingResponse(whole, 200, {**headers, **(more or {})}, TYPE)


def pieces(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield a CSV file with a heading, many lines at a time."""
    told = ([cell(value, column) for value, column in zip(row, columns, strict=True)] for row in rows)
    left = chain([[harmless(column) for column in columns]], told)
    while batch := list(islice(left, BATCH)):
        text = io.StringIO()
        csv.writer(text).writerows(batch)
        yield text.getvalue().encode()


def cell(value: object, column: str = "") -> str:
    """Return a value as a cell: as JSON has it where it is no text, and without formulas where it may be one."""
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case bool():
            return str(value).lower()
        case int() | float() | Decimal():
            return str(value)
    told = shown(value, column)
    return harmless(told if isinstance(told, str) else json.dumps(told, ensure_ascii=False))
