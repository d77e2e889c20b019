"""A Parquet file as a stream of its row groups, in and out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

# Sorted ids shrink to a quarter in this encoding; Polars reads it and cannot write it.
DELTA = "DELTA_BINARY_PACKED"
# Fewer and larger batches make comparing two lists a tenth cheaper; a scan holds one of them at a time.
ROW_GROUP = 524_288


def write(
    path: Path,
    tables: Iterable["pa.Table"],
    integers: Sequence[str],
    dense: Sequence[str],
    footer: Callable[[int], dict[bytes, bytes]],
) -> None:
    """Write `tables`, of one schema and at least one of them, to `path`; hold no more of them than a row group.

    The columns `integers` are packed as DELTA and `dense` ones as they are, as far as there are such; compressing
    these once more gains nothing, and costs a tenth of comparing. `footer` is told the number of rows. Raises OSError
    where the disk refuses.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    groups = grouped(tables)
    first = next(groups)
    packed = [name for name in integers if name in first.column_names]
    others = [name for name in first.column_names if name not in (*packed, *dense)]
    # Nearly every name is there once: a dictionary of them costs a sixth of the file, and as much of reading it.
    repeated = [name for name in others if pa.types.is_primitive(first.schema.field(name).type)]
    with pq.ParquetWriter(
        path,
        first.schema,
        compression={name: "zstd" if name in others else "none" for name in first.column_names},
        compression_level=dict.fromkeys(others, 1),
        use_dictionary=repeated,
        column_encoding=dict.fromkeys(packed, DELTA),
    ) as writer:
        rows = 0
        for group in chain([first], groups):
            writer.write_table(group, row_group_size=ROW_GROUP)
            rows += group.num_rows
        writer.add_key_value_metadata(footer(rows))


def grouped(tables: Iterable["pa.Table"]) -> Iterator["pa.Table"]:
    """Yield the rows of `tables` in tables of ROW_GROUP, of which only the last may be shorter."""
    import pyarrow as pa

    waiting: list[pa.Table] = []
    for table in tables:
        joined = pa.concat_tables([*waiting, table])
        while joined.num_rows > ROW_GROUP:
            yield joined[:ROW_GROUP]
            joined = joined[ROW_GROUP:]
        waiting = [joined]
    yield from waiting


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
    """Yield `columns` of each row group."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from groups(file, columns)


def groups(file: "ParquetFile", columns: list[str]) -> Iterator["pl.DataFrame"]:
    """Yield `columns` of each row group; PyArrow decodes sorted ids in two thirds of Polars' time."""
    import polars as pl

    for number in range(file.num_row_groups):
        yield pl.DataFrame(file.read_row_group(number, columns=columns, use_threads=False))


def read(file: "ParquetFile", columns: list[str]) -> "pl.DataFrame":
    """Return `columns` of all rows, in the order of the file."""
    import polars as pl

    frames = [*groups(file, columns)]
    return pl.concat(frames) if frames else pl.DataFrame(file.schema_arrow.empty_table().select(columns))


def chosen(path: Path, columns: list[str], predicate: "pl.Expr | None", rows: int | None) -> Iterator["pl.DataFrame"]:
    """Yield `columns` of those of the first `rows` that `predicate` keeps; Polars decodes the rest only of these."""
    import polars as pl

    scan = pl.scan_parquet(path, glob=False)
    if rows is not None:
        scan = scan.head(rows)
    if predicate is not None:
        scan = scan.filter(predicate)
    yield from scan.select(columns).collect_batches(engine="streaming")
