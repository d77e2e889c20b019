"""The ledger's requests, in the warehouse."""

from datetime import timedelta

import polars as pl

from intel_pipeline.registry.ledger import Ledger
from intel_pipeline.warehouse.writer import Transaction

COLUMNS = pl.Schema(
    {
        "request_id": pl.Int64(),
        "sent_at": pl.Datetime("us", "UTC"),
        "session": pl.String(),
        "surface": pl.String(),
        "status": pl.Int32(),
        "waited": pl.Float64(),
        "bytes": pl.Int64(),
        "identities": pl.Int64(),
    }
)
# A request is completed when its answer is there, or not at all: after so long, nothing about it changes any more.
SETTLED = timedelta(days=1)
LAST_SETTLED = """
select coalesce(min(request_id) - 1, 0) from requests where sent_at > (select max(sent_at) from requests) - $1::interval
"""
AT_ONCE = 50_000


def land_requests(transaction: Transaction, ledger: Ledger, at_once: int = AT_ONCE) -> None:
    """Land the ledger's requests from the first on that may not have been complete when it was landed last.

    So each landing reads a day's requests, however long the ledger is.
    """
    last = transaction.rows(LAST_SETTLED, SETTLED)[0][0]
    transaction.run("delete from requests where request_id > ?", last)
    while later := ledger.after(last, at_once):
        rows = [[row[name] for name in COLUMNS] for row in later]
        transaction.append("requests", pl.DataFrame(rows, schema=COLUMNS, orient="row"))
        last = later[-1]["request_id"]
