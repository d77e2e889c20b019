from pathlib import Path

import pytest

from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.warehouse.lands import rows

UNEXPLAINED = {
    "tables": "select table_name from duckdb_tables() where not internal and comment is null",
    "views": "select view_name from duckdb_views() where not internal and comment is null",
    "columns": """
        select table_name || '.' || column_name from duckdb_columns() where not internal and comment is null
    """,
    "macros": """
        select function_name from duckdb_functions()
        where not internal and function_type like '%macro' and comment is null
    """,
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that nothing was landed in."""
    file = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    with writing(file):
        pass
    return file


@pytest.mark.parametrize("kind", UNEXPLAINED)
def test_everything_in_the_warehouse_says_what_it_is(fresh: Path, kind: str) -> None:
    assert rows(fresh, UNEXPLAINED[kind]) == []
