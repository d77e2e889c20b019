import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest

from intel_pipeline.errors import BusyError, DamagedFileError
from intel_pipeline.warehouse import writer
from intel_pipeline.warehouse.schema import Migration, migrate, migrations
from intel_pipeline.warehouse.writer import BLOCK, ROW_GROUP, Transaction, connected, writing
from intel_pipeline_tests.warehouse.lands import rows

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.readline()
"""
LOCK = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with writing(path) as transaction:
        add(transaction, "one")
    return path


def add(transaction: Transaction, target: str) -> None:
    transaction.run("insert into targets values (?, 'x', null, 'active', null, now())", target)


def known(file: Path) -> list[str]:
    return [target for (target,) in rows(file, "select target from targets order by all")]


@contextmanager
def elsewhere(program: str, path: Path) -> Iterator[None]:
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        try:
            yield
        finally:
            other.communicate("done\n", timeout=30)


def test_what_was_written_is_there_for_the_next_one(file: Path) -> None:
    with writing(file) as transaction:
        add(transaction, "two")
        assert transaction.query("select count(*) as n from targets where target <> ?", "x")["n"][0] == 2
    assert known(file) == ["one", "two"]


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt])
def test_whatever_interrupts_a_transaction_leaves_the_rows_as_they_were(
    file: Path, interruption: type[BaseException]
) -> None:
    with pytest.raises(interruption), writing(file) as transaction:  # noqa: PT012  the writing must have begun
        transaction.run("delete from targets")
        add(transaction, "two")
        raise interruption
    assert known(file) == ["one"]
    with writing(file) as transaction:
        add(transaction, "three")
    assert known(file) == ["one", "three"]


def test_replacing_rows_touches_only_those_with_the_given_values(file: Path) -> None:
    with writing(file) as transaction:
        add(transaction, "two")
        fresh = transaction.query("from targets where target = 'two'").with_columns(username=pl.lit("new"))
        transaction.put("targets", fresh, "target", ["two", "three"])
    assert rows(file, "select target, username from targets order by all") == [("one", "x"), ("two", "new")]


def test_a_file_that_somebody_else_has_opened_is_named_with_the_way_out(file: Path) -> None:
    with (
        elsewhere(HOLD, file),
        pytest.raises(BusyError, match=r"another program has opened warehouse\.duckdb") as caught,
        writing(file),
    ):
        pytest.fail("the file was written to while it was open elsewhere")
    assert "open data/intel.duckdb instead" in caught.value.fix
    with writing(file) as transaction:
        add(transaction, "two")
    assert known(file) == ["one", "two"]


def test_another_writer_is_waited_for_and_not_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "PATIENCE", 0.05)
    with (
        elsewhere(LOCK, file.with_suffix(".lock")),
        pytest.raises(BusyError, match="another run has been writing"),
        writing(file),
    ):
        pytest.fail("two wrote at once")
    with writing(file) as transaction:
        add(transaction, "two")


def test_a_new_file_gets_every_migration_once(file: Path) -> None:
    numbers = [migration.number for migration in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
    with writing(file):
        pass
    applied = rows(file, "select number, checksum from schema_migrations order by all")
    assert applied == [(migration.number, migration.checksum) for migration in migrations()]
    with connected(file) as connection:
        assert migrate(connection) == []


def test_a_file_from_before_checksums_were_kept_gets_those_of_the_known_migrations_once(file: Path) -> None:
    with connected(file) as connection:
        connection.execute("alter table schema_migrations drop column checksum")
        connection.execute("alter table schema_migrations drop column applied_at")
        assert migrate(connection) == []
        adopted = connection.execute("select number, checksum from schema_migrations order by all").fetchall()
        assert adopted == [(migration.number, migration.checksum) for migration in migrations()]
        connection.execute("update schema_migrations set checksum = null where number = 1")
    with pytest.raises(DamagedFileError, match=r"another text of 0001_initial\.sql"), writing(file):
        pytest.fail("a file without a checksum was adopted for a second time")


def test_a_migration_whose_text_has_changed_since_it_was_applied_is_refused_with_the_way_out(file: Path) -> None:
    with connected(file) as connection:
        connection.execute("update schema_migrations set checksum = 'another' where number = 3")
    with pytest.raises(DamagedFileError, match=r"another text of 0003_counts\.sql") as caught, writing(file):
        pytest.fail("what another text had made was written to")
    assert "intel-pipeline warehouse rebuild" in caught.value.fix
    assert known(file) == ["one"]


def test_how_lines_end_changes_no_checksum() -> None:
    first = next(migrations())
    windows = Migration(first.number, first.name, first.sql.replace("\n", "\r\n"))
    assert windows.checksum == first.checksum
    assert Migration(first.number, first.name, f"{first.sql}-- more").checksum != first.checksum


def test_a_warehouse_of_a_newer_program_is_refused_and_left_alone(file: Path) -> None:
    with connected(file) as connection:
        connection.execute("insert into schema_migrations values (999, null, null)")
    with pytest.raises(DamagedFileError, match=r"has schema 999, and this program knows [0-9]+ at most"), writing(file):
        pytest.fail("an unknown schema was written to")
    assert known(file) == ["one"]


def test_a_file_that_is_no_warehouse_is_refused_by_duckdb_itself(tmp_path: Path) -> None:
    other = tmp_path / "notes.duckdb"
    other.write_text("not a database " * 1000)
    with pytest.raises(duckdb.Error), writing(other):
        pytest.fail("a text was opened as a database")
    assert other.read_text().startswith("not a database")


def test_no_row_group_is_longer_than_what_a_landing_may_write_anew(file: Path) -> None:
    with writing(file) as transaction:
        transaction.run("create table long as select range as number from range(?)", 3 * ROW_GROUP - 1)
    with writing(file) as transaction:
        transaction.run("insert into long values (-1)")
    longest = """
        select max(rows) from (
            select sum(count) as rows from pragma_storage_info('long') where column_path = '[0]' group by row_group_id
        )
    """
    assert rows(file, longest) == [(ROW_GROUP,)]


def test_a_new_warehouse_is_made_of_small_blocks_and_an_older_one_keeps_those_that_it_has(tmp_path: Path) -> None:
    older = tmp_path / "older.duckdb"
    duckdb.connect(older).close()
    block = "select block_size from pragma_database_size() where database_name <> 'memory'"
    for file, size in ((tmp_path / "new.duckdb", BLOCK), (older, 262_144)):
        for target in ("one", "two"):
            with writing(file) as transaction:
                add(transaction, target)
        assert rows(file, block) == [(size,)]
        assert rows(file, "select target from targets order by all") == [("one",), ("two",)]


def test_what_does_not_fit_into_memory_is_put_beside_the_warehouse_and_not_where_the_program_was_started(
    file: Path,
) -> None:
    with connected(file) as connection:
        assert connection.execute("select current_setting('temp_directory')").fetchall() == [(f"{file}.tmp",)]


def test_a_warehouse_may_lie_in_a_folder_with_quotes_in_its_name(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s "ours"'
    folder.mkdir()
    with writing(folder / "warehouse.duckdb") as transaction:
        add(transaction, "one")
    assert rows(folder / "warehouse.duckdb", "select target from targets") == [("one",)]


@pytest.mark.parametrize(("being_made", "seen"), [(False, 0), (True, 1)])
def test_what_is_done_is_written_down_on_the_way_only_where_a_file_is_being_made(
    file: Path, *, being_made: bool, seen: int
) -> None:
    with connected(file) as connection:
        migrate(connection)
        connection.begin()
        transaction = Transaction(connection, being_made=being_made)
        transaction.run("insert into schema_migrations (number) values (-1)")
        transaction.lighten()
        transaction.run("insert into schema_migrations (number) values (-2)")
        connection.rollback()
        assert connection.execute("select count(*) from schema_migrations where number < 0").fetchall() == [(seen,)]
