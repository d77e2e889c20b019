from datetime import UTC, datetime

import pytest

from intel_pipeline.exports import excel
from intel_pipeline.exports.description import ExportError, Form
from intel_pipeline.warehouse.reading import QueryError
from intel_pipeline_tests.exports.books import cells, export, names, publication, sheet_names


@pytest.fixture
def book(tmp_path):
    return publication(tmp_path)


def written(book, tmp_path, question):
    return export(book, question, tmp_path / "out" / "x.xlsx", Form("xlsx")).path


def test_cells_keep_their_kinds(book, tmp_path) -> None:
    question = """select 5 as a, 1.5::double as b, -2.25::decimal(5, 2) as c, true as d, 'x' as e, null as f,
        7::hugeint as g, ['x'] as h, 'inf'::double as i, uuid '00000000-0000-0000-0000-000000000001' as j"""
    assert cells(written(book, tmp_path, question))[1] == [
        ("n", "5"),
        ("n", "1.5"),
        ("n", "-2.25"),
        ("b", "1"),
        ("s", "x"),
        ("n", "7"),
        ("s", '["x"]'),
        ("s", "inf"),
        ("s", "00000000-0000-0000-0000-000000000001"),
    ]


def test_no_digit_of_an_id_or_of_a_long_number_is_lost(book, tmp_path) -> None:
    question = "select 12 as user_id, 3000000000000000001 as post_id, 3000000000000000001 as n, 1000000000000000000000000000000 as m"
    assert cells(written(book, tmp_path, question))[1] == [
        ("s", "12"),
        ("s", "3000000000000000001"),
        ("s", "3000000000000000001"),
        ("s", "1000000000000000000000000000000"),
    ]


def test_moments_are_dates_that_can_be_sorted(book, tmp_path) -> None:
    question = (
        "select timestamptz '2026-11-01 12:00:00+06' as a, date '2026-11-01' as b, timestamp '2026-11-01 12:00:00' as c"
    )
    days = (datetime(2026, 11, 1, tzinfo=UTC) - datetime(1899, 12, 30, tzinfo=UTC)).days
    assert cells(written(book, tmp_path, question))[1] == [("n", f"{days}.25"), ("n", f"{days}"), ("n", f"{days}.5")]


@pytest.mark.parametrize("value", ["timestamptz 'infinity'", "date '1899-12-31'"])
def test_a_moment_that_excel_cannot_show_is_refused_rather_than_shown_wrong(book, tmp_path, value) -> None:
    with pytest.raises(QueryError, match="a holds a moment that Excel cannot show"):
        written(book, tmp_path, f"select {value} as a")


def test_rows_go_over_several_sheets_and_then_are_refused_with_the_way_out(book, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(excel, "ROWS", 3)
    path = written(book, tmp_path, "select range + 1 as a from range(7)")
    assert sheet_names(path) == ["query", "query 2", "query 3"]
    assert [[row[0][1] for row in cells(path, sheet)] for sheet in (1, 2, 3)] == [
        ["a", "1", "2", "3"],
        ["a", "4", "5", "6"],
        ["a", "7"],
    ]
    assert sheet_names(written(book, tmp_path, "select range + 1 as a from range(6)")) == ["query", "query 2"]
    with pytest.raises(ExportError, match="16 rows are more than an Excel file") as refused:
        written(book, tmp_path, "from range(16)")
    assert "--format csv" in refused.value.fix


def test_a_text_that_does_not_fit_a_cell_is_refused_rather_than_left_out(book, tmp_path) -> None:
    assert len(cells(written(book, tmp_path, "select repeat('x', 32767) as a"))[1][0][1]) == 32_767
    with pytest.raises(ExportError, match="32,768 characters"):
        written(book, tmp_path, "select repeat('x', 32768) as a")


def test_nothing_found_is_a_sheet_with_its_headings(book, tmp_path) -> None:
    path = written(book, tmp_path, "select target, kind from follower_changes where false")
    assert cells(path) == [[("s", "target"), ("s", "kind")]]
    assert names(path.parent) == ["x.xlsx", "x.xlsx.manifest.json"]


def test_text_that_the_library_would_take_for_markup_is_text(book, tmp_path) -> None:
    attack = '<r></r></is></c><c><f>1+1</f></c><c t="inlineStr"><is><r></r>'
    path = written(book, tmp_path, f"select '{attack}' as a, 'b' as \"<r></r>\"")
    assert cells(path) == [[("s", "a"), ("s", "'<r></r>")], [("s", f"'{attack}"), ("s", "b")]]
