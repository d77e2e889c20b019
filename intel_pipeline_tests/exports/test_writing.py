import gzip
import io
import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intel_pipeline.errors import DiskFullError
from intel_pipeline.exports.description import Column, Form, Rows, Selection, Table, of_table
from intel_pipeline.exports.manifest import manifest_path
from intel_pipeline.exports.scratch import scratch
from intel_pipeline.exports.writing import exporting
from intel_pipeline.warehouse.reading import QueryError
from intel_pipeline_tests.exports.books import NOW, export, export_with, names, publication, rows, text

KILLED = """
import signal
import sys
from pathlib import Path
from intel_pipeline_tests.exports.books import NOW
from intel_pipeline.exports.description import Form, Rows
from intel_pipeline.exports.writing import exporting
# A shell that started the tests in the background has it ignored in all its children.
signal.signal(signal.SIGINT, signal.default_int_handler)
def tell(*_):
    print("half way", flush=True)
    sys.stdin.readline()
book, path = map(Path, sys.argv[1:])
with exporting(book, path.parent) as exporter:
    exporter.export(Rows("query", "from range(1000000000000) order by hash(range)"), Form(), path, NOW, tell)
"""
COLUMNS = {
    "whole": "BIGINT",
    "wide": "HUGEINT",
    "part": "DOUBLE",
    "money": "DECIMAL(18,2)",
    "word": "VARCHAR",
    "truth": "BOOLEAN",
    "moment": "TIMESTAMP WITH TIME ZONE",
    "day": "DATE",
    "list": "VARCHAR[]",
}
WORDS = st.text(st.one_of(st.sampled_from("=+-@;,\"\n\r\t\\ '"), st.characters(codec="utf-8", exclude_characters="\0")))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds are naive
# DuckDB reads a decimal from JSON by way of a double, which has 15 digits; it writes all of them.
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.integers(-(10**37), 10**37),
        st.none() | st.floats(allow_nan=False),
        st.none() | st.decimals(Decimal("-1e12"), Decimal("1e12"), places=2),
        st.none() | WORDS,
        st.none() | st.booleans(),
        st.none() | MOMENTS,
        st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
        st.none() | st.lists(st.none() | WORDS),
    ),
    max_size=8,
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return publication(tmp_path)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_rows=ROWS)
def test_what_is_written_reads_back_as_what_the_query_answers(tmp_path_factory, given_rows) -> None:
    folder = tmp_path_factory.mktemp("book")
    table = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    book = publication(folder, f"create table t ({table})")
    with duckdb.connect(book.resolve()) as connection:
        connection.execute("set timezone = 'UTC'")
        for row in given_rows:
            connection.execute(f"insert into t values ({', '.join('?' * len(row))})", list(row))  # noqa: S608
    asked = ", ".join(COLUMNS)
    with exporting(book, folder) as exporter:
        expected = exporter.connection.execute("from t").fetchall()
        csv, jsonl, parquet = (
            export_with(exporter, "from t", folder / f"t.{form.format}", form).path
            for form in (Form("csv", raw=True), Form("jsonl"), Form("parquet"))
        )
    types = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in {**COLUMNS, "list": "JSON"}.items()) + "}"
    strict = (
        "header = true, quote = '\"', escape = '\"', delim = ',', new_line = '\\n', auto_detect = false, nullstr = ''"
    )
    lists = f"select * replace (from_json(list, '[\"VARCHAR\"]') as list) from read_csv($1, columns = {types}, allow_quoted_nulls = false, {strict})"  # noqa: S608
    assert rows(lists, str(csv)) == expected
    types = types.replace("'JSON'", "'VARCHAR[]'")
    assert (
        rows(f"select {asked} from read_json($1, columns = {types}, format = 'newline_delimited')", str(jsonl))  # noqa: S608
        == expected
    )
    assert rows("select * replace (wide::hugeint as wide) from read_parquet($1)", str(parquet)) == expected


def test_moments_are_in_utc_and_say_so(book, out) -> None:
    question = "select timestamptz '2026-11-01 06:00:00+02' as a, timestamp '2026-11-01 06:00:00.5' as b, date '2026-11-01' as c"
    assert (
        text(book, question, out / "x.csv").splitlines()[1]
        == "2026-11-01T04:00:00.000000Z,2026-11-01T06:00:00.500000,2026-11-01"
    )
    line = json.loads(text(book, question, out / "x.jsonl", Form("jsonl")))
    assert line == {"a": "2026-11-01T04:00:00.000000Z", "b": "2026-11-01T06:00:00.500000", "c": "2026-11-01"}


def test_json_lines_are_json_also_where_a_number_is_none(book, out) -> None:
    written = text(
        book,
        "select 'inf'::double as a, 'nan'::float as b, 1.5::double as c, null::double as d",
        out / "x.jsonl",
        Form("jsonl"),
    )
    assert json.loads(written, parse_constant=pytest.fail) == {"a": "inf", "b": "nan", "c": 1.5, "d": None}


def test_an_empty_text_and_none_are_told_apart_in_csv(book, out) -> None:
    assert text(book, "select '' as a, null::varchar as b", out / "x.csv").splitlines()[1] == '"",'


@pytest.mark.parametrize("form", [Form("csv"), Form("csv", bom=True), Form("csv", raw=True)])
def test_nothing_found_is_a_file_with_its_headings(book, out, form) -> None:
    written = text(book, "from follower_changes where target = 'nobody'", out / "x.csv", form)
    headings = "target,user_id,kind,username,not_before,not_after"
    assert written.replace('"', "").removeprefix("\ufeff") == headings + "\n"
    assert written.startswith("\ufeff") == form.bom


def test_a_byte_order_mark_stands_before_the_first_heading_and_nowhere_else(book, out) -> None:
    written = text(book, "select 'ü' as a, 1 as b from range(2)", out / "x.csv", Form(bom=True))
    assert written == '\ufeff"a","b"\n"ü",1\n"ü",1\n'


def test_compression_is_what_was_asked_for(book, out) -> None:
    packed = export(book, "select 1 as a", out / "x.csv.gz", Form("csv", "gzip"))
    assert gzip.decompress(packed.path.read_bytes()) == b"a\n1\n"
    export(book, "select 1 as a", out / "x.parquet", Form("parquet", "gzip"))
    assert rows("select compression from parquet_metadata($1)", str(out / "x.parquet")) == [("GZIP",)]


def test_the_manifest_says_what_the_file_holds_and_where_it_came_from(book, out) -> None:
    with exporting(book, out) as exporter:
        asked = of_table(exporter.tables()["follower_changes"], Selection("nasa", date(2026, 11, 3), date(2026, 11, 7)))
        done = exporter.export(asked, Form(), out / "x.csv", NOW, lambda *_: None)
    told = json.loads(manifest_path(done.path).read_text())
    content = done.path.read_bytes()
    assert told["rows"] == done.rows == content.count(b"\n") - 1 == 3
    assert (told["bytes"], told["sha256"]) == (len(content), sha256(content).hexdigest())
    assert told["columns"][-1] == {"name": "not_after", "type": "TIMESTAMP WITH TIME ZONE"}
    assert (told["publication"], told["exported_at"]) == ("intel-000007.duckdb", "2026-11-26T09:00:00+00:00")
    assert (told["table"], told["target"], told["time_column"]) == ("follower_changes", "nasa", "not_after")
    assert (told["since"], told["until"]) == ("2026-11-03", "2026-11-07")
    assert told["version"].startswith("intel-pipeline ")
    again = told["query"].replace('"follower_changes"', "read_csv($1)")
    assert len(rows(again, str(done.path))) == 3


def test_both_days_are_part_of_a_period() -> None:
    table = Table("t", (Column("target", "VARCHAR"), Column("captured_at", "TIMESTAMP WITH TIME ZONE")))
    asked = of_table(table, Selection(None, date(2026, 11, 1), date(2026, 11, 1))).sql
    day = datetime(2026, 11, 1, tzinfo=UTC)
    moments = [day - timedelta(microseconds=1), day, day + timedelta(days=1, microseconds=-1), day + timedelta(days=1)]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; create table t (target varchar, captured_at timestamptz)")
        for moment in moments:
            connection.execute("insert into t values ('x', ?)", [moment])
        assert connection.execute(f"select count(*) from ({asked})").fetchall() == [(2,)]  # noqa: S608


def test_all_tables_of_one_export_are_of_one_publication(book, out) -> None:
    with exporting(book, out) as exporter:
        newer = book.resolve().with_name("intel-000008.duckdb")
        with duckdb.connect(newer) as connection:
            connection.execute("create table follower_changes (a integer)")
        book.unlink()
        book.symlink_to(newer)
        done = [export_with(exporter, "from follower_changes", out / f"{number}.csv") for number in (1, 2)]
    assert [one.rows for one in done] == [10, 10]
    assert export(book, "from follower_changes", out / "3.csv").rows == 0


def test_the_program_s_own_tables_are_not_offered(book, out) -> None:
    with exporting(book, out) as exporter:
        tables = exporter.tables()
    assert list(tables) == ["few", "follower_changes", "plain", "targets"]
    assert tables["few"].comment == "A few."
    assert (tables["follower_changes"].time, tables["targets"].time, tables["plain"].time) == (
        "not_after",
        "added_at",
        None,
    )


@pytest.mark.parametrize(
    "question",
    [
        "from read_csv('/etc/passwd')",
        "from '/etc/passwd'",
        "attach 'x.duckdb'",
        "insert into targets values ('x', null)",
        "create table x (a integer)",
        "set memory_limit = '10GB'",
        "copy targets to 'x.csv'",
        "select 1; select 2",
        "select 1) to 'x.csv' (format csv); --",
        "",
        "pivot targets on target using count(*)",
        "from nowhere",
        "from book",
    ],
)
def test_a_query_reaches_no_file_writes_nothing_and_is_one_query(book, out, question) -> None:
    with pytest.raises(QueryError) as refused:
        export(book, question, out / "x.csv")
    assert any(word in refused.value.problem for word in ("Error", "one query", "pivot"))
    assert names(out) == []


@pytest.mark.parametrize(
    "question",
    ["select 1; ", "select 1 -- so", "from few -- ;", "pivot few on kind in ('left') using count(*)", "describe few"],
)
def test_a_query_may_end_and_begin_as_queries_do(book, out, question) -> None:
    assert export(book, question, out / "x.csv").rows > 0


def test_a_failure_leaves_what_was_there_and_nothing_else(book, out) -> None:
    export(book, "select 1 as a", out / "x.csv")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(QueryError, match="too late"):
        export(
            book,
            "select case when range < 100000 then range else error('too late') end from range(200000)",
            out / "x.csv",
        )
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_full_disk_is_called_so(book, out, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFullError, match="out is full"):
        export(book, "select 1", out / "x.csv")
    monkeypatch.undo()
    assert names(out) == []


def test_an_export_that_is_killed_leaves_no_file_and_the_next_one_sweeps_the_rest(book, out) -> None:
    command = [sys.executable, "-c", KILLED, str(book), str(out / "x.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stdout.readline() == "half way\n"
        (hidden,) = names(out)
        assert (out / hidden / "export").exists()
        export(book, "select 1", out / "other.csv")
        assert hidden in names(out), "it is still being written"
        process.kill()
    assert not (out / "x.csv").exists()
    export(book, "select 1", out / "other.csv")
    assert names(out) == ["other.csv", "other.csv.manifest.json"]


def test_ctrl_c_ends_an_export_with_a_word_and_without_a_trace(book, out) -> None:
    command = [sys.executable, "-c", KILLED, str(book), str(out / "x.csv")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stdout.readline() == b"half way\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert b"interrupted; no file was written" in told
    assert names(out) == []


def test_sweeping_leaves_other_people_s_files_alone(tmp_path) -> None:
    for name in (".intel-export-0000000a", ".mine.0123abcd.tmp", "x.csv"):
        (tmp_path / name).write_text("mine")
    (tmp_path / ".intel-export-0000000b").mkdir()
    with scratch(tmp_path):
        assert len(names(tmp_path)) == 4
    assert names(tmp_path) == [".intel-export-0000000a", ".mine.0123abcd.tmp", "x.csv"]


def test_a_stream_gets_the_rows_as_they_come(book, out) -> None:
    stream = io.BytesIO()
    with exporting(book, out) as exporter:
        assert exporter.pour(Rows("q", "select range as a from range(100000)"), Form(), stream) == 100_000
        assert stream.getvalue().splitlines()[-1] == b"99999"
        stream = io.BytesIO()
        exporter.pour(Rows("q", "select 1 as a"), Form("xlsx"), stream)
    assert stream.getvalue().startswith(b"PK")
    assert names(out) == []


def test_a_reader_who_has_enough_ends_the_export(book, out) -> None:
    class Enough(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError

    with exporting(book, out) as exporter, pytest.raises(BrokenPipeError):
        exporter.pour(Rows("q", "from range(1000000000)"), Form(), Enough())


def test_a_query_that_fails_before_its_first_row_does_not_keep_a_stream_waiting(book, out) -> None:
    with exporting(book, out) as exporter, pytest.raises(QueryError, match="at once"):
        exporter.pour(Rows("q", "select error('at once') from range(5)"), Form(), io.BytesIO())
