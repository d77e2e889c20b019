"""Which tables a warehouse has, asked of itself: one that is added is checked and rebuilt like the others."""

from typing import TYPE_CHECKING

from intel_pipeline.warehouse.schema import APPLIED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = """
select table_name from duckdb_tables()
where database_name = $1 and not internal and not temporary and table_name <> $2 order by all
"""


def derived_tables(connection: "DuckDBPyConnection", database: str | None = None) -> list[str]:
    """Return the names of the tables of an attached database, or of the connection's own, that hold what was derived."""
    own = database or connection.execute("select current_database()").fetchall()[0][0]
    return [name for (name,) in connection.execute(TABLES, [own, APPLIED]).fetchall()]
