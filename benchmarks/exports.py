"""Ten million rows exported in each format: seconds, and the most memory that the process took. `make exports`."""

import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import limits
from benchmarks.measure import in_own_process
from benchmarks.memory import kilobytes
from benchmarks.report import Report, over, tell
from intel_pipeline.exports.description import ExportError, Form, Rows
from intel_pipeline.exports.excel import ROWS, SHEETS
from intel_pipeline.exports.writing import exporting, unheard

SIZE = 10_000_000
# Two sheets; a full file of five takes two and a half times as long.
EXCEL_SIZE = 2 * ROWS
# As wide as follower_changes and as its view does it: the newest of what was learned about each change.
TABLE = """
create table log as
select md5(n::varchar) as change_id, 'target' || n % 20 as target, 1000000000 + n * 7 as user_id,
    case n % 3 when 0 then 'followed' else 'left' end as kind, 'confirmed' as state, 'user.name.' || n as username,
    null::varchar as previous_username, n % 5000 as position, timestamptz '2026-01-01' + interval (n) second as not_before,
    timestamptz '2026-01-02' + interval (n) second as not_after, 1::integer as absences,
    timestamptz '2026-01-02' + interval (n) second as learned_at
from range($1) as numbers(n)
"""
VIEW = "create view changes as from log qualify row_number() over (partition by change_id order by learned_at desc) = 1"
WAYS: dict[str, tuple[str, Form, int]] = {
    "csv": ("from log", Form("csv"), SIZE),
    "csv, zstd": ("from log", Form("csv", "zstd"), SIZE),
    "csv of a view": ("from changes", Form("csv"), SIZE),
    "jsonl": ("from log", Form("jsonl"), SIZE),
    "parquet": ("from log", Form("parquet"), SIZE),
    "xlsx": (f"from log limit {EXCEL_SIZE}", Form("xlsx"), EXCEL_SIZE),
}


def run() -> Report:
    """Return seconds, megabytes and size of each format, each in a process of its own."""
    rows: list[tuple[object, ...]] = []
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        publication = write(Path(folder), SIZE)
        for way, (_, _, size) in WAYS.items():
            done = measured(way, publication, Path(folder) / "out")
            rows.append((way, size, done["seconds"], done["megabytes"], limits.EXPORT_PEAK_MB, done["bytes"] / 2**20))
            broken += over(f"megabytes of {way}", done["megabytes"], limits.EXPORT_PEAK_MB)
            broken += [f"{way}: {done['rows']:,.0f} rows of {size:,}"] if done["rows"] != size else []
        try:
            one(publication, "from log", Form("xlsx"), Path(folder) / "out" / "all")
            broken.append(f"{SIZE:,} rows went into an Excel file, which ends at {SHEETS * ROWS:,}")
        except ExportError as refused:
            rows.append((f"xlsx: {refused.problem}", SIZE, None, None, None, None))
    columns = ("what", "rows", "seconds", "peak MB", "limit MB", "MB written")
    return Report(f"Exports of {SIZE:,} rows", columns, rows, broken)


def write(folder: Path, size: int) -> Path:
    """Return a publication of one table of `size` rows."""
    import duckdb

    path = folder / "intel-000001.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(TABLE, [size])
        connection.execute(VIEW)
    return path


def one(publication: Path, query: str, form: Form, path: Path) -> dict[str, float]:
    """Export the answer of `query`; return rows, bytes, seconds and megabytes."""
    began = time.perf_counter()
    with exporting(publication, path.parent) as exporter:
        done = exporter.export(Rows("changes", query), form, path, datetime.now(UTC), unheard)
    seconds = time.perf_counter() - began
    done.path.unlink()
    return {"rows": done.rows, "bytes": done.bytes, "seconds": seconds, "megabytes": kilobytes("VmHWM") / 1024}


def measured(way: str, publication: Path, folder: Path) -> dict[str, float]:
    """Return what a process of its own found."""
    return in_own_process("benchmarks.exports", way, publication, folder / "export")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        tell([run()])
    query, form, _ = WAYS[sys.argv[1]]
    print(json.dumps(one(Path(sys.argv[2]), query, form, Path(sys.argv[3]))))  # noqa: T201  read by `measured`
