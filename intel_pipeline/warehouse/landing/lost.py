"""Who has left: looked up among newcomers, who may be back."""

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from intel_pipeline.changes.cases import KEY
from intel_pipeline.changes.standing import LOST
from intel_pipeline.warehouse.landing.keeping import Wave, places_of
from intel_pipeline.warehouse.landing.known import named
from intel_pipeline.warehouse.writer import Transaction

# By their numbers first: of nearly all who have ever left nothing else is read.
AMONG = """
select target, user_id, username, not_before
from (from lost semi join (select user_id from asked) using (user_id)) semi join asked using (target, user_id)
"""
OF = "select target, user_id, username, not_before from lost semi join asked using (target)"
ROWS = pl.Schema({"target": pl.String(), **LOST})
NOBODY = pl.DataFrame(schema={"case": pl.Int32(), **LOST})


class Lost(Protocol):
    """Those whose loss is confirmed and who have not come back since."""

    def among(self, newcomers: pl.DataFrame, targets: Sequence[str]) -> pl.DataFrame:
        """Return `case` and LOST of those `newcomers` (`case`, `user_id`) who had left; `targets`: of each case."""

    def learn(self, wave: Wave) -> None:
        """Take in who has left and who is back by what a wave taught."""


class WrittenLost:
    """As they are in the warehouse, where each wave is written down before the next asks."""

    def __init__(self, transaction: Transaction) -> None:
        """Ask within a transaction."""
        self.transaction = transaction

    def among(self, newcomers: pl.DataFrame, targets: Sequence[str]) -> pl.DataFrame:
        """Return those of the newcomers who had left."""
        if newcomers.is_empty():
            return NOBODY
        places = places_of(targets)
        asked = newcomers.join(places, on="case").select("target", "user_id")
        return placed(self.transaction.query(AMONG, asked=asked), places)

    def learn(self, wave: Wave) -> None:
        """Take nothing in: it is written down."""


class RememberedLost:
    """Of some targets, held: many waves of them ask one after the other, and nothing is written down in between."""

    def __init__(self, transaction: Transaction, targets: Sequence[str]) -> None:
        """Begin with what is in the warehouse."""
        # Held are hundreds of thousands; of a name each would hold a pointer.
        self.label = pl.Enum(targets)
        rows = transaction.query(OF, asked=named(targets)).select(ROWS.names()).cast(ROWS)
        self.rows = rows.with_columns(pl.col("target").cast(self.label))

    def among(self, newcomers: pl.DataFrame, targets: Sequence[str]) -> pl.DataFrame:
        """Return those of the newcomers who had left."""
        if newcomers.is_empty():
            return NOBODY
        places = places_of(targets)
        asked = newcomers.join(places, on="case").select(pl.col("target").cast(self.label), "user_id")
        found = self.rows.join(asked, on=["target", "user_id"], how="semi")
        return placed(found.with_columns(pl.col("target").cast(pl.String)), places)

    def learn(self, wave: Wave) -> None:
        """Forget who is back, and take in who has left."""
        again, gone = (
            wave.of(rows).with_columns(pl.col("target").cast(self.label))
            for rows in (wave.lessons.again, wave.lessons.confirmed)
        )
        if again.height:
            self.rows = self.rows.join(again, on=["target", "user_id"], how="anti", maintain_order="left")
        self.rows = pl.concat([self.rows, gone.select(ROWS.names())])


def placed(found: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return who was found with the case of their target, as NOBODY has the columns."""
    return found.join(places, on="target").select(NOBODY.columns).cast(NOBODY.schema).sort(KEY)
