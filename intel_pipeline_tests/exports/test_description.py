from datetime import date

import pytest

from intel_pipeline.exports.description import Column, ExportError, Form, Selection, Table, chosen, form_of, of_table

MOMENT = "TIMESTAMP WITH TIME ZONE"
TABLE = Table("posts", (Column("target", "VARCHAR"), Column("last_seen_at", MOMENT), Column("taken_at", MOMENT)))
PLAIN = Table("plain", (Column("a", "INTEGER"), Column("not_after", "VARCHAR")))


@pytest.mark.parametrize(
    ("name", "format_", "compression", "form"),
    [
        ("", None, None, ("csv", None)),
        ("x.csv", None, None, ("csv", None)),
        ("x.CSV", None, None, ("csv", None)),
        ("x.csv.gz", None, None, ("csv", "gzip")),
        ("a.b/x.jsonl.zst", None, None, ("jsonl", "zstd")),
        ("x.ndjson", "jsonl", None, ("jsonl", None)),
        ("x.parquet", None, "gzip", ("parquet", "gzip")),
        ("x.xlsx", "xlsx", None, ("xlsx", None)),
        ("-", "parquet", None, ("parquet", None)),
        ("v1.2/", "xlsx", None, ("xlsx", None)),
        ("x.data", "jsonl", None, ("jsonl", None)),
    ],
)
def test_the_name_of_a_file_says_how_it_is_written(name, format_, compression, form) -> None:
    assert form_of(name, format_, compression) == form


def test_a_name_and_a_format_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ExportError, match="ends like csv, and --format says xlsx"):
        form_of("x.csv", "xlsx", None)


@pytest.mark.parametrize(
    "wrong",
    [{"format": "xlsx", "compression": "gzip"}, {"format": "jsonl", "bom": True}, {"bom": True, "compression": "gzip"}],
)
def test_what_does_not_go_together_is_refused(wrong) -> None:
    with pytest.raises(ExportError):
        Form(**wrong)


@pytest.mark.parametrize(
    ("form", "ending"),
    [
        (Form("csv", "gzip"), ".csv.gz"),
        (Form("csv", "none"), ".csv"),
        (Form("parquet", "gzip"), ".parquet"),
        (Form("jsonl", "zstd"), ".jsonl.zst"),
    ],
)
def test_a_file_ends_as_it_is_written(form, ending) -> None:
    assert form.ending == ending


def test_rows_are_chosen_by_target_and_by_the_table_s_own_time_column() -> None:
    asked = of_table(TABLE, Selection("o'neil", date(2026, 11, 1), date(2026, 11, 30)))
    assert asked.name == "posts-o'neil"
    assert asked.sql == (
        "select * from \"posts\" where target = 'o''neil' and \"taken_at\" >= timestamptz '2026-11-01 00:00:00+00'"
        " and \"taken_at\" < timestamptz '2026-12-01 00:00:00+00'"
    )


@pytest.mark.parametrize("selection", [Selection("nasa"), Selection(since=date(2026, 11, 1))])
def test_a_table_without_the_column_is_refused_rather_than_exported_whole(selection) -> None:
    with pytest.raises(ExportError, match="plain has no column"):
        of_table(PLAIN, selection)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ExportError, match="ends on 2026-11-01 before it begins on 2026-11-02"):
        Selection(since=date(2026, 11, 2), until=date(2026, 11, 1))


def test_a_table_that_does_not_exist_gets_a_guess() -> None:
    tables = {"posts": TABLE, "plain": PLAIN}
    with pytest.raises(ExportError) as refused:
        chosen(tables, ["post"])
    assert "did you mean posts?" in refused.value.fix
    assert chosen(tables, ["all"]) == [TABLE, PLAIN]
    assert chosen(tables, ["plain", "plain"]) == [PLAIN]
