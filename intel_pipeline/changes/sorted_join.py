"""Comparing two sorted frames in one pass, in which it is proven that they are sorted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl
from polars.io.plugins import register_io_source

from intel_pipeline.sorting import rises


@dataclass(frozen=True, slots=True)
class Pairs:
    """A query over two streams: `rows`, not to be collected but by `collect`; `refusals`, what stopped a stream."""

    rows: pl.LazyFrame
    refusals: list[Exception]

    def where(self, condition: pl.Expr, *columns: str) -> "Pairs":
        """Return the query for `columns` of the rows that meet `condition`."""
        return replace(self, rows=self.rows.filter(condition).select(columns))

    def collect(self) -> pl.DataFrame:
        """Run the query; raises ValueError for a frame that is not sorted, and what reading one raised."""
        self.refusals.clear()
        found = self.rows.collect(engine="streaming")
        if self.refusals:
            raise self.refusals[0]
        return found


def paired(before: pl.LazyFrame, after: pl.LazyFrame, key: str) -> Pairs:
    """Return the full outer join of both on `key`: columns of `before`, and of `after` with the suffix `_after`.

    Both must be sorted by `key`, distinct and without nulls. The streaming engine turns the claim into a merge join,
    a ninth of the cost of two anti joins. It checks no claim, and a false one gives silent nonsense: so the proof
    stands in the stream, where each row is decoded once for both.
    """
    refusals: list[Exception] = []
    left, right = rising(before, key, "before", refusals), rising(after, key, "after", refusals)
    joined = left.set_sorted(key).join(right.set_sorted(key), on=key, how="full", suffix="_after")
    return Pairs(joined, refusals)


def rising(frame: pl.LazyFrame, key: str, name: str, refusals: list[Exception]) -> pl.LazyFrame:
    """Return the same rows, as far as the keys rise strictly and nothing is refused.

    What ends the stream early is added to `refusals`, and ends every stream that shares them. It is not raised in
    here: a process that exits while Polars still pulls at the other stream would be aborted.
    """
    schema = frame.collect_schema()

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = list(columns or schema)
        source = frame if rows is None else frame.head(rows)
        # The proof needs the key even where nobody else asks for it.
        stream = source.select(list(dict.fromkeys([*wanted, key]))).collect_batches(engine="streaming")
        last = None
        try:
            for batch in stream:
                if not refusals and not rises(batch[key], last):
                    refusals.append(unsorted(name, key))
                # What was begun is read to its end, for the same reason.
                if not refusals and batch.height:
                    last = batch[key][-1]
                    proven = batch.select(wanted)
                    yield proven if predicate is None else proven.filter(predicate)
        except Exception as error:  # noqa: BLE001  it is raised where the query is collected
            refusals.append(error)

    return register_io_source(batches, schema=schema)


def unsorted(name: str, key: str) -> ValueError:
    """Return the error for a frame whose keys do not rise."""
    return ValueError(f"{name} is not sorted by {key}")
