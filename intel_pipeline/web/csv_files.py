"""CSV files as they are downloaded: streamed, and without what a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

from starlette.responses import Response, StreamingResponse

from intel_pipeline.exports.formulas import harmless

BATCH = 1000


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """Return rows as the file `name`.csv, of which only a part is in memory at once."""
    return attached(name, lines(columns, rows))


def attached(name: str, pieces: Iterator[bytes]) -> Response:
    """Return pieces of CSV as the file `name`.csv."""
    # What goes wrong goes wrong before the first byte is on its way, and can still be said.
    whole = chain([next(pieces)], pieces)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "private, no-store"}
    return StreamingResponse(whole, 200, headers, "text/csv; charset=utf-8")


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield the lines of a CSV file with a heading, many at a time."""
    heading: list[Sequence[object]] = [columns]
    told = ([cell(row[column]) for column in columns] for row in rows)
    rows_left = chain(heading, told)
    while batch := list(islice(rows_left, BATCH)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(batch)
        yield text.getvalue().encode()


def cell(value: object) -> object:
    """Return a value as a cell: moments in UTC as ISO 8601 has them, lists as a sentence, texts without formulas."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    return harmless(value) if isinstance(value, str) else value
