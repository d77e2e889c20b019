"""Settlements: the causes of losses, as far as they have been looked up."""

from collections.abc import Collection

import polars as pl

from intel_pipeline.registry.settlements import Settlements
from intel_pipeline.warehouse.writer import Transaction

COLUMNS = pl.Schema(
    {
        "change_id": pl.String(),
        "target": pl.String(),
        "user_id": pl.Int64(),
        "cause": pl.String(),
        "looked_up_at": pl.Datetime("us", "UTC"),
    }
)
# Losses that nobody has looked up, newest first, of those who have not come back since.
UNSETTLED = """
select change_id, target, user_id, username from follower_changes as loss
where kind = 'left' and state = 'confirmed' and list_contains($1, target)
    and change_id not in (select change_id from settlements)
    and not exists (
        from follower_changes as back
        where back.kind = 'refollowed' and back.target = loss.target and back.user_id = loss.user_id
            and back.not_after > loss.not_after
    )
order by not_after desc, change_id limit $2
"""


def land_settlements(transaction: Transaction, targets: Collection[str], settlements: Settlements) -> None:
    """Put the settlements of `targets` in the place of those that were there."""
    rows = [{name: getattr(one, name) for name in COLUMNS} for one in settlements.of(targets)]
    transaction.put("settlements", pl.DataFrame(rows, schema=COLUMNS), "target", list(targets))


def unsettled(transaction: Transaction, targets: Collection[str], most: int) -> pl.DataFrame:
    """Return at most so many confirmed losses of `targets` that nobody has looked up.

    Columns: `change_id`, `target`, `user_id`, `username`.
    """
    return transaction.query(UNSETTLED, list(targets), most)
