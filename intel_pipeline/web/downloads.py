"""Tables as files that a spreadsheet opens: streamed, and without what it would take for a formula."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from intel_pipeline.web.csv_files import attached, cell
from intel_pipeline.web.publication import Publications, query

BATCH = 1000
# For a query that a page cuts to a page's length.
ALL = 2**31


def as_csv(publications: Publications, name: str, file: str, values: Mapping[str, Any]) -> Response:
    """Return the answer to the named query as `file`.csv; raise QueryError where nothing has been published."""
    return attached(file, written(publications, query(name), values))


def written(publications: Publications, sql: str, values: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the CSV of an answer, piece by piece: columns that only serve to turn pages are data as well."""
    text = io.StringIO()
    writer = csv.writer(text)
    with publications.reading() as reading:
        for rows in reading.pieces(sql, values, BATCH):
            writer.writerows([cell(value) for value in row] for row in rows)
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
