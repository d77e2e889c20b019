"""Rows of a file that is being made, in whole row groups: what is left over of one target waits for the next one's."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intel_pipeline.warehouse.writer import ROW_GROUP, Transaction

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Remainders:
    """What is to be added to each table, fewer rows than a row group has: nobody may ask the table for it till then.

    Row groups that are not full DuckDB lays together later, for which it packs all that is near them once more: a third
    of what writing down a history takes.
    """

    waiting: dict[str, "pl.DataFrame"] = field(default_factory=dict)

    def append(self, transaction: Transaction, table: str, rows: "pl.DataFrame") -> None:
        """Add `rows`, which have the same columns each time, as far as they fill row groups with those that wait."""
        import polars as pl

        together = pl.concat([self.waiting.pop(table), rows]) if table in self.waiting else rows
        whole = together.height // ROW_GROUP * ROW_GROUP
        if whole:
            # In one piece: several are written by several threads, and each begins row groups of its own.
            transaction.append(table, together[:whole].rechunk())
            transaction.lighten()
        # Not as a part of what was given, which would be held as a whole.
        self.waiting[table] = together[whole:].rechunk()

    def land(self, transaction: Transaction) -> None:
        """Add whatever still waits."""
        for table in [*self.waiting]:
            transaction.append(table, self.waiting.pop(table))
            transaction.lighten()
