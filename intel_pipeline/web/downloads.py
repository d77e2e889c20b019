"""Answers to named queries as files that a spreadsheet opens."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from starlette.responses import Response

from intel_pipeline.web.csv_files import BATCH, attached, pieces
from intel_pipeline.web.publication import Publications, query

# For a query that a page cuts to a page's length.
ALL = 2**31


def as_csv(publications: Publications, name: str, file: str, values: Mapping[str, Any]) -> Response:
    """Return the answer to the named query as `file`.csv; raise QueryError where nothing has been published."""
    return attached(file, written(publications, query(name), values))


def written(publications: Publications, sql: str, values: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the CSV of an answer, piece by piece: columns that only serve to turn pages are data as well."""
    with publications.reading() as reading:
        batches = reading.pieces(sql, values, BATCH)
        columns, *rows = next(batches)
        yield from pieces(columns, chain(rows, chain.from_iterable(batches)))
