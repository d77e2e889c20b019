from pathlib import Path

import duckdb
import pytest

from intel_pipeline.warehouse import reading as module
from intel_pipeline.warehouse.reading import QueryError, reading
from intel_pipeline_tests.exports.books import publication


def test_a_generation_that_goes_between_finding_and_opening_it_is_not_missed(tmp_path, monkeypatch) -> None:
    name = publication(tmp_path)
    newer = name.resolve().with_name("intel-000011.duckdb")
    with duckdb.connect(newer) as connection:
        connection.execute("create table newer (a integer)")
    connected, opened = module.connected, []

    def overtaken(file: Path, **options: object) -> object:
        """So many are published at this very moment that the one that was found is gone."""
        if not opened:
            file.unlink()
            name.unlink()
            name.symlink_to(newer)
        opened.append(file)
        return connected(file, **options)

    monkeypatch.setattr(module, "connected", overtaken)
    with reading(name) as (connection, generation):
        assert connection.execute("from newer").fetchall() == []
    assert generation == newer
    assert len(opened) == 2


def test_a_publication_that_is_damaged_is_an_error_and_not_an_endless_search(tmp_path) -> None:
    name = publication(tmp_path)
    name.resolve().write_bytes(b"no database")
    with pytest.raises(duckdb.IOException), reading(name):
        pass


def test_a_link_that_leads_nowhere_is_as_good_as_nothing_published(tmp_path) -> None:
    name = publication(tmp_path)
    name.resolve().unlink()
    with pytest.raises(QueryError, match="nothing has been published"), reading(name):
        pass


@pytest.mark.parametrize(
    "sql", ["from local", "from read_csv('/etc/passwd')", "set memory_limit = '1GB'", "reset access_mode"]
)
def test_a_query_reaches_neither_files_nor_this_program_s_variables_nor_settings(tmp_path, sql) -> None:
    local = duckdb.sql("select 1 as a")
    with reading(publication(tmp_path)) as (connection, _), pytest.raises(duckdb.Error):
        connection.execute(sql)
    assert local.fetchall() == [(1,)]
