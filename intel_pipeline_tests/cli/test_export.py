import json
import os
import subprocess
import sys

import duckdb
import pytest

from intel_pipeline.errors import TargetError
from intel_pipeline.exports.description import ExportError
from intel_pipeline.settings import load_settings
from intel_pipeline.warehouse.reading import QueryError
from intel_pipeline_tests.cli.commands import answer, run
from intel_pipeline_tests.exports.books import names, publication, rows


@pytest.fixture
def book(folder):
    """A data folder with a publication of a few changes, and a target on the watchlist."""
    publication(folder)
    run("targets", "add", "nasa")
    return folder


def test_a_table_goes_into_the_data_folder_unless_it_is_told_where(book, tmp_path):
    shown = run("export", "follower_changes").stdout
    assert "exports/follower_changes.csv: 10 rows" in shown.replace("\n", "")
    assert names(book / "exports") == ["follower_changes.csv", "follower_changes.csv.manifest.json"]
    run("export", "follower_changes", "--target", "nasa", "--since", "2026-11-05", "-o", str(tmp_path / "x.parquet"))
    assert rows(
        "select count(*), min(not_after)::date::varchar from read_parquet($1)", str(tmp_path / "x.parquet")
    ) == [(3, "2026-11-05")]
    assert names(tmp_path) == ["data", "x.parquet", "x.parquet.manifest.json"]


def test_several_tables_go_into_a_folder(book, tmp_path):
    done = answer("export", "follower_changes", "few", "--format", "jsonl", "-o", str(tmp_path / "several"), "--json")
    assert [(one["path"], one["rows"]) for one in done] == [
        (str(tmp_path / "several" / "follower_changes.jsonl"), 10),
        (str(tmp_path / "several" / "few.jsonl"), 3),
    ]
    assert json.loads((tmp_path / "several" / "few.jsonl.manifest.json").read_text())["sha256"] == done[1]["sha256"]


def test_all_leaves_out_what_cannot_be_chosen_so_and_says_it(book, tmp_path):
    shown = run("export", "all", "--target", "nasa", "-o", f"{tmp_path}/all/")
    assert "Left out: plain has no column target" in shown.stderr
    assert [name for name in names(tmp_path / "all") if name.endswith(".csv")] == [
        "few-nasa.csv",
        "follower_changes-nasa.csv",
        "targets-nasa.csv",
    ]


def test_what_exists_is_replaced_only_when_told(book, tmp_path):
    mine = tmp_path / "x.csv"
    mine.write_text("mine")
    with pytest.raises(ExportError, match="exists") as refused:
        run("export", "--query", "select 1 as a", "-o", "x.csv")
    assert "--overwrite" in refused.value.fix
    assert mine.read_text() == "mine"
    run("export", "--query", "select 1 as a", "-o", "x.csv", "--overwrite")
    assert mine.read_text() == "a\n1\n"


def test_a_device_is_never_replaced_by_a_file(book, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExportError, match="is no file"):
        run("export", "plain", "-o", "pipe", "--overwrite")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing says what to export"),
        (["plain", "--query", "select 1"], "together are too much"),
        (["--query", "select 1", "--target", "nasa"], "choose rows of tables"),
        (["follower_change"], "no table 'follower_change'"),
        (["follower_changes", "--since", "2026-11-03", "--until", "2026-11-01"], "before it begins"),
        (["plain", "--since", "2026-11-03"], "plain has no column that says when"),
        (["plain", "few", "-o", "x.csv"], "several tables do not go into one file"),
        (["plain", "few", "-o", "-"], "several tables do not go into one pipe"),
        (["plain", "-o", "x.csv", "--format", "xlsx"], "ends like csv"),
        (["plain", "--format", "xlsx", "--bom"], "byte order mark"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_left_behind(book, tmp_path, words, said):
    with pytest.raises(ExportError, match=said):
        run("export", *words)
    assert names(tmp_path) == ["data"]
    assert not (book / "exports").exists() or names(book / "exports") == []


def test_a_target_that_does_not_exist_and_a_query_that_is_wrong_are_called_so(book):
    with pytest.raises(TargetError, match="no target 'nobody'"):
        run("export", "few", "--target", "nobody")
    with pytest.raises(QueryError, match="nowhere"):
        run("export", "--query", "from nowhere")


def test_before_anything_is_published_the_way_on_is_named(folder):
    with pytest.raises(QueryError, match="nothing has been published yet"):
        run("export", "followers")


def test_an_empty_answer_is_a_file_with_headings_and_is_said(book, tmp_path):
    shown = run("export", "--query", "from plain", "-o", "x.csv")
    assert (tmp_path / "x.csv").read_text() == "a\n"
    assert "only the headings" in shown.stderr


def test_the_list_tells_what_there_is_and_what_a_period_goes_by(book):
    shown = run("export", "--list").stdout
    assert "follower_changes" in shown
    listed = {one["table"]: one for one in answer("export", "--list", "--json")}
    assert listed["follower_changes"]["time_column"] == "not_after"
    assert listed["plain"] == {"table": "plain", "time_column": None, "columns": {"a": "INTEGER"}, "comment": None}


def test_a_pipe_gets_the_rows_and_a_file_that_a_shell_appends_to_keeps_what_it_had(book, tmp_path):
    assert run("export", "--query", "select 1 as a", "-o", "-").stdout == "a\n1\n"
    assert run("export", "few", "--format", "xlsx", "-o", "-").stdout_bytes.startswith(b"PK")
    kept = tmp_path / "kept.csv"
    kept.write_text("before\n")
    command = [sys.executable, "-m", "intel_pipeline", "export", "--query", "select 1 as a", "-o", "-"]
    environment = {**os.environ, "INTEL_DATA_DIR": str(load_settings().data_dir)}
    with kept.open("a") as out:
        subprocess.run(command, stdout=out, check=True, env=environment, cwd=tmp_path)  # noqa: S603  our own interpreter
    assert kept.read_text() == "before\na\n1\n"
    assert names(book / "exports") == []


def test_a_real_publication_exports_whole_in_every_format(demo, tmp_path):
    for format_ in ("csv", "jsonl", "parquet", "xlsx"):
        done = answer("export", "all", "--format", format_, "-o", str(tmp_path / format_), "--json")
        with duckdb.connect((demo / "intel.duckdb").resolve(), read_only=True) as connection:
            for one in done:
                table = one["path"].rpartition("/")[2].split(".")[0]
                assert connection.execute(f"select count(*) from {table}").fetchall() == [(one["rows"],)]  # noqa: S608
