"""Writing exports: streamed by DuckDB in bounded memory, put under their names whole, a manifest beside each."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from intel_pipeline.disk import naming_full_disk
from intel_pipeline.errors import InterruptedTickError
from intel_pipeline.exports.description import (
    Column,
    ExportError,
    Form,
    Rows,
    Selection,
    Table,
    chosen,
    of_table,
    quoted,
)
from intel_pipeline.exports.excel import refuse_too_many, write_excel
from intel_pipeline.exports.manifest import Exported, checksum, manifest, manifest_path
from intel_pipeline.exports.pipe import poured
from intel_pipeline.exports.projection import headings, projected
from intel_pipeline.exports.scratch import scratch
from intel_pipeline.replacement import put
from intel_pipeline.warehouse.reading import QueryError, reading_into
from intel_pipeline.warehouse.writer import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = """
select table_name, column_name, data_type,
    coalesce(tables.comment, views.comment)
from duckdb_columns() as columns
left join duckdb_tables() as tables using (database_name, schema_name, table_name)
left join duckdb_views() as views on
    views.database_name = columns.database_name and views.schema_name = columns.schema_name and view_name = table_name
where not columns.internal and table_name <> 'schema_migrations'
order by table_name, column_index
"""
MARK = "\ufeff"
NEWLINE = "\n"
# Seconds between two looks at how far it is.
LOOK = 0.2

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Exporter:
    """A publication's generation, held open: whatever it exports is of one moment."""

    connection: "DuckDBPyConnection"
    generation: Path
    folder: Path

    def tables(self) -> dict[str, Table]:
        """Return what can be exported, by name."""
        found: dict[str, Table] = {}
        for name, column, type_, comment in self.connection.execute(TABLES).fetchall():
            before = found[name].columns if name in found else ()
            found[name] = Table(name, (*before, Column(column, type_)), comment)
        return found

    def export(self, rows: Rows, form: Form, path: Path, now: datetime, tell: Tell) -> Exported:
        """Write `rows` to `path`, and a manifest beside it; what stood there before stays until the new one is whole.

        `tell` is told, from another thread, the name and which part of it is done, from 0 to 1.
        """
        written = self.folder / "export"
        with naming_full_disk(path.parent):
            columns = self.columns(rows.sql)
            with following(self.connection, rows.name, tell):
                count = self.write(rows, form, columns, written)
            done = Exported(path, count, written.stat().st_size, checksum(written))
            text = manifest(done, rows, form, columns, self.generation, now)
            # What has a manifest is what the manifest says, at any moment.
            manifest_path(path).unlink(missing_ok=True)
            put(written, path)
            written.write_text(text, encoding="utf-8")
            put(written, manifest_path(path))
        return done

    def pour(self, rows: Rows, form: Form, out: IO[bytes]) -> int:
        """Write `rows` into a stream as they come, and return how many."""
        columns = self.columns(rows.sql)
        if form.format == "xlsx":
            return self.write(rows, form, columns, out)
        with poured(self.folder / "pipe", out) as pipe:
            return self.write(rows, form, columns, pipe)

    def columns(self, sql: str) -> list[Column]:
        """Return a query's columns, or raise QueryError with DuckDB's own words; nothing but one query passes."""
        import duckdb

        try:
            kinds = [statement.type.name for statement in duckdb.extract_statements(sql)]
            if kinds == ["MULTI"]:
                problem = "a pivot has to name the columns that it makes"
                raise QueryError(problem, "say which: pivot … on kind in ('followed', 'left') using count(*)")
            if kinds != ["SELECT"]:
                problem = f"one query is asked for, and this is {' and '.join(kinds) or 'none'}"
                raise QueryError(problem, 'for example --query "select * from follower_changes"')
            found = self.connection.execute(f"describe {nested_query(sql)}").fetchall()
        except duckdb.Error as error:
            raise refusal(error) from error
        return [Column(*row[:2]) for row in found]

    def write(self, rows: Rows, form: Form, columns: list[Column], file: Path | IO[bytes]) -> int:
        """Write the rows into a file that nobody else looks at, or an Excel file into a stream; return how many."""
        import duckdb

        selected, quotes = projected(columns, form)
        source = f"select {selected} from {nested_query(rows.sql)}"  # noqa: S608  its author's own query
        try:
            if form.format == "xlsx":
                counting = f"select count(*) from {nested_query(rows.sql)}"  # noqa: S608  its author's own query
                refuse_too_many(self.connection.execute(counting).fetchall()[0][0], len(columns))
                return write_excel(self.connection, source, columns, rows.name, file, self.folder)
            options = copy_options(form, headings(columns, form), quotes)
            copied = self.connection.execute(f"copy ({source}) to {literal(str(file))} ({options})").fetchall()
        except duckdb.Error as error:
            raise refusal(error) from error
        except RuntimeError as error:
            # What DuckDB makes of Ctrl-C.
            if "interrupted" not in str(error):
                raise
            problem = "interrupted; no file was written, and what stood under its name is still there"
            raise InterruptedTickError(problem, "run the same command again") from error
        count: int = copied[0][0]
        if form.bom and not count and isinstance(file, Path) and file.is_file():
            # DuckDB parts rows by line breaks, and ends the file with one more, which would stand in an empty line.
            file.write_text(file.read_text(encoding="utf-8").removesuffix("\n"), encoding="utf-8")
        return count


def copy_options(form: Form, names: Sequence[str], quotes: Sequence[str]) -> str:
    """Return DuckDB's options of COPY for a file of this form with columns of these names."""
    compression = form.compression or ("zstd" if form.format == "parquet" else "none")
    if form.format == "parquet":
        return f"format parquet, use_tmp_file false, compression {compression.replace('none', 'uncompressed')}"
    shared = f"use_tmp_file false, compression {compression}"
    if form.format == "jsonl":
        return f"format json, {shared}"
    forced = f", force_quote ({', '.join(map(quoted, quotes))})" if quotes else ""
    if not form.bom:
        return f"format csv, header true, {shared}{forced}"
    heading = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    return f"format csv, header false, prefix {literal(MARK + heading + NEWLINE)}, suffix {literal(NEWLINE)}, {shared}{forced}"


@contextmanager
def exporting(publication: Path, folder: Path) -> Iterator[Exporter]:
    """Yield what exports the newest publication into `folder`, where it keeps what is not whole yet out of sight."""
    with (
        naming_full_disk(folder),
        scratch(folder) as hidden,
        reading_into(publication, hidden) as (connection, generation),
    ):
        yield Exporter(connection, generation, hidden)


def export_tables(  # noqa: PLR0913  what, from where, where to, how, when
    publication: Path, folder: Path, names: Sequence[str], selection: Selection, form: Form, now: datetime
) -> list[Exported]:
    """Write the newest of these tables into `folder`, in the place of what was there; of `all`, what can be chosen so."""
    with exporting(publication, folder) as exporter:
        tables = chosen(exporter.tables(), names)
        if list(names) == ["all"]:
            tables = [table for table in tables if not selection.lacking(table)]
        work = [of_table(table, selection) for table in tables]
        return [exporter.export(rows, form, folder / f"{rows.name}{form.ending}", now, unheard) for rows in work]


def unheard(name: str, part: float) -> None:
    """Tell nobody how far an export is."""


def refuse_present(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Raise ExportError about the first of `paths` at which something stands that must not be replaced."""
    for path in paths:
        if path.exists() and not path.is_file():
            problem = f"{path} is no file"
            raise ExportError(problem, "name a file after -o, or a folder that ends with /")
        if path.exists() and not overwrite:
            problem = f"{path} exists"
            raise ExportError(problem, "replace it with --overwrite, or name another file with -o")


@contextmanager
def following(connection: "DuckDBPyConnection", name: str, tell: Tell) -> Iterator[None]:
    """Tell how far DuckDB is, until the end."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK):
            tell(name, max(0.0, connection.query_progress() / 100))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def nested_query(sql: str) -> str:
    """Return a query in brackets; a line of its own ends a comment at its end."""
    return f"({sql.rstrip().rstrip(';')}\n)"


def refusal(error: Exception) -> QueryError:
    """Return DuckDB's own words, with a way out."""
    import duckdb

    if isinstance(error, duckdb.OutOfMemoryException):
        problem = "this query needs more memory than an export may take: " + str(error).splitlines()[0]
        return QueryError(
            problem, "let it do less at once: fewer columns, --target, --since, no list() over everything"
        )
    return QueryError(str(error), "`intel-pipeline export --list` lists tables and columns")
