"""Reading a Parquet file as a stream of its row groups."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def scanned(path: Path, schema: "pl.Schema", unreadable: Exception) -> "pl.LazyFrame":
    """Return a lazy frame of the file at `path`, which has the columns `schema`; a row group is held at a time.

    Collecting raises `unreadable` for bytes that cannot be read.
    """
    import polars as pl
    import pyarrow as pa
    from polars.io.plugins import register_io_source

    def batches(
        columns: list[str] | None, predicate: "pl.Expr | None", rows: int | None, _size: int | None
    ) -> Iterator["pl.DataFrame"]:
        wanted = list(columns or schema)
        everything = predicate is None and rows is None
        try:
            yield from whole(path, wanted) if everything else chosen(path, wanted, predicate, rows)
        except (OSError, pa.ArrowException, pl.exceptions.PolarsError) as error:
            raise unreadable from error

    return register_io_source(batches, schema=schema)


def whole(path: Path, columns: list[str]) -> Iterator["pl.DataFrame"]:
    """Yield `columns` of each row group; PyArrow decodes sorted ids in two thirds of Polars' time."""
    import polars as pl
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield pl.DataFrame(file.read_row_group(number, columns=columns, use_threads=False))


def chosen(path: Path, columns: list[str], predicate: "pl.Expr | None", rows: int | None) -> Iterator["pl.DataFrame"]:
    """Yield `columns` of those of the first `rows` that `predicate` keeps; Polars decodes the rest only of these."""
    import polars as pl

    scan = pl.scan_parquet(path, glob=False)
    if rows is not None:
        scan = scan.head(rows)
    if predicate is not None:
        scan = scan.filter(predicate)
    yield from scan.select(columns).collect_batches(engine="streaming")
