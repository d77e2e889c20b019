"""Small publications, exports of them, and Excel files read back."""

import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb

from intel_pipeline.exports.description import Form, Rows
from intel_pipeline.exports.manifest import Exported
from intel_pipeline.exports.writing import Exporter, exporting

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

CHANGES = """
create table follower_changes (
    target varchar not null, user_id bigint not null, kind varchar, username varchar,
    not_before timestamptz, not_after timestamptz
);
insert into follower_changes
select case when n % 2 = 0 then 'nasa' else 'esa' end, 7000000000000000000 + n, 'left', 'name.' || n,
    timestamptz '2026-11-01 06:00:00+00' + interval (n) day, timestamptz '2026-11-01 06:00:00.25+00' + interval (n) day
from range(10) as numbers(n);
create table targets (target varchar, added_at timestamptz);
create table plain (a integer);
create table schema_migrations (number integer);
create view few as from follower_changes limit 3;
comment on view few is 'A few.';
"""


def publication(folder: Path, sql: str = CHANGES) -> Path:
    """Return a publication whose generation was made with `sql`."""
    generation = folder / "publications" / "intel-000007.duckdb"
    generation.parent.mkdir(parents=True)
    with duckdb.connect(generation) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(sql)
    name = folder / "intel.duckdb"
    name.symlink_to(generation)
    return name


def export(book: Path, query: str, path: Path, form: Form | None = None) -> Exported:
    with exporting(book, path.parent) as exporter:
        return export_with(exporter, query, path, form)


def export_with(exporter: Exporter, query: str, path: Path, form: Form | None = None) -> Exported:
    return exporter.export(Rows("query", query), form or Form(), path, NOW, lambda *_: None)


def text(book: Path, query: str, path: Path, form: Form | None = None) -> str:
    """Return what an export of `query` holds."""
    return export(book, query, path, form).path.read_text(encoding="utf-8")


def rows(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(sql, list(values)).fetchall()


def cells(path: Path, sheet: int = 1) -> list[list[tuple[str, str]]]:
    """Return type and value of each cell of a sheet, row by row: text (s), numbers (n) and truths (b)."""
    with zipfile.ZipFile(path) as archive:
        tree = ET.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314  our own file
    return [[cell_of(cell) for cell in row] for row in tree.iter(f"{SHEET}row")]


def cell_of(cell: ET.Element) -> tuple[str, str]:
    if cell.get("t") == "inlineStr":
        return "s", "".join(cell.itertext())
    assert cell.find(f"{SHEET}f") is None, "a formula"
    return cell.get("t", "n"), cell.findtext(f"{SHEET}v") or ""


def marked(path: Path) -> list[str]:
    """Return the texts whose cells say, as Excel does, that an apostrophe was typed before them."""
    with zipfile.ZipFile(path) as archive:
        styles = ET.fromstring(archive.read("xl/styles.xml"))  # noqa: S314  our own file
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314  our own file
    formats = [xf.get("quotePrefix") == "1" for xf in styles.find(f"{SHEET}cellXfs") or ()]
    return ["".join(cell.itertext()) for cell in sheet.iter(f"{SHEET}c") if formats[int(cell.get("s", "0"))]]


def sheet_names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def lines(content: str) -> Iterable[str]:
    return content.splitlines()
