"""Tables as files that a spreadsheet opens: streamed, and without what it would take for a formula."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from starlette.responses import Response, StreamingResponse

from intel_pipeline.exports.formulas import harmless
from intel_pipeline.web.publication import Publications, query

BATCH = 1000
# For a query that a page cuts to a page's length.
ALL = 2**31


def as_csv(publications: Publications, name: str, file: str, values: Mapping[str, Any]) -> Response:
    """Return the answer to the named query as `file`.csv; raise QueryError where nothing has been published."""
    pieces = written(publications, query(name), values)
    # What goes wrong goes wrong before the first byte is on its way, and can still be said.
    whole = chain([next(pieces)], pieces)
    headers = {"Content-Disposition": f'attachment; filename="{file}.csv"', "Cache-Control": "private, no-store"}
    return StreamingResponse(whole, media_type="text/csv; charset=utf-8", headers=headers)


def written(publications: Publications, sql: str, values: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the CSV of an answer, piece by piece: columns that only serve to turn pages are data as well."""
    with publications.reading() as reading:
        reading.cursor.execute(sql, dict(values))
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([column[0] for column in reading.cursor.description or ()])
        while True:
            rows = reading.cursor.fetchmany(BATCH)
            writer.writerows([plain(value) for value in row] for row in rows)
            yield text.getvalue().encode()
            if not rows:
                return
            text.seek(0)
            text.truncate()


def plain(value: object) -> object:
    """Return a value as a cell: moments in UTC as ISO 8601 has them, texts without formulas."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return harmless(value) if isinstance(value, str) else value
