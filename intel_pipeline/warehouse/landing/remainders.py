"""Rows of a file that is being made, in whole row groups: what is left over of one target waits for the next one's."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from intel_pipeline.warehouse.writer import ROW_GROUP, Transaction


@dataclass(frozen=True, slots=True)
class Remainders:
    """What is to be added to each table, fewer rows than a row group has: nobody may ask the table for it till then.

    Row groups that are not full DuckDB lays together later, for which it packs all that is near them once more: a third
    of what writing down a history takes.
    """

    waiting: dict[str, pl.DataFrame] = field(default_factory=dict)

    def append(self, transaction: Transaction, table: str, rows: pl.DataFrame) -> None:
        """Add `rows`, which have the same columns each time, as far as they fill row groups with those that wait.

        Fewer than a row group are added as they are: DuckDB fills the last one with them.
        """
        if rows.height < ROW_GROUP:
            self._add(transaction, table, rows)
            return
        if table in self.waiting:
            waiting = self.waiting.pop(table)
            filling = ROW_GROUP - waiting.height
            # In one piece: several are written by several threads, and each begins row groups of its own.
            self._add(transaction, table, pl.concat([waiting, rows[:filling]]).rechunk())
            rows = rows[filling:]
        whole = rows.height // ROW_GROUP * ROW_GROUP
        self._add(transaction, table, rows[:whole])
        if whole < rows.height:
            self.waiting[table] = detached(rows[whole:])

    def land(self, transaction: Transaction) -> None:
        """Add whatever still waits."""
        for table in [*self.waiting]:
            self._add(transaction, table, self.waiting.pop(table))

    def _add(self, transaction: Transaction, table: str, rows: pl.DataFrame) -> None:
        if rows.height:
            transaction.append(table, rows)
            transaction.lighten()


def detached(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows in memory of their own: as a part of a larger frame they would hold all of that, and its file."""
    copied: pl.DataFrame = rows[np.arange(rows.height)]
    # Polars copies where texts lie, and not the texts.
    return pl.DataFrame(copied.to_arrow())
