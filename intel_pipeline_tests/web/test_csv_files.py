"""CSV, of whatever page or address: one way of writing it."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from intel_pipeline.web.csv_files import BATCH, cell, pieces
from intel_pipeline_tests.web.conftest import ADA

NEXT_DOOR = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        ("a, b", "a, b"),
        ("=1+1", "'=1+1"),
        ("-1", "'-1"),
        (-1, "-1"),
        (-1.5, "-1.5"),
        (Decimal("-1.50"), "-1.50"),
        (2**70, str(2**70)),
        (True, "true"),
        (datetime(2026, 11, 2, 8, tzinfo=NEXT_DOOR), "2026-11-02T06:00:00Z"),
        (date(2026, 11, 2), "2026-11-02"),
        (["a", "b; c"], '["a", "b; c"]'),
        ((1, None), "[1, null]"),
        ({"a": datetime(2026, 11, 2, tzinfo=UTC)}, '{"a": "2026-11-02T00:00:00Z"}'),
        ([], "[]"),
        (["x;=cmd"], '["x;\'=cmd"]'),
    ],
)
def test_a_cell_is_what_json_says_where_it_is_no_text_and_no_formula_where_it_is(value, written):
    assert cell(value) == written


def test_lines_end_as_the_standard_says_and_what_is_within_a_cell_stays_as_it_is():
    awkward = [["a\nb", 'say "x"'], ["c,d", None]]
    content = b"".join(pieces(["=one", "two"], awkward))
    assert content.split(b"\r\n") == [b"'=one,two", b'"a\nb","say ""x"""', b'"c,d",', b""]
    # A quoted line-break does not end a line.
    assert list(csv.reader(io.StringIO(content.decode(), newline="")))[1:] == [["a\nb", 'say "x"'], ["c,d", ""]]


def test_of_many_rows_a_part_is_held_at_once():
    taken = []
    rows = ([taken.append(number) or number] for number in range(3 * BATCH))
    written = pieces(["n"], rows)
    next(written)
    assert len(taken) < 2 * BATCH
    assert sum(piece.count(b"\r\n") for piece in written) > 2 * BATCH - 2


PLACES = (
    "/changes?format=csv",
    "/health?format=calendar.csv",
    "/health?format=checks.csv",
    "/health/captures?format=csv",
    "/collection?format=csv",
    "/compare/overlap.csv?targets=open,fading",
    "/targets/open/followers.csv",
    "/targets/open/data/target_days.csv",
    "/query?format=csv&sql=from captures",
    "/audit?format=csv",
)


@pytest.mark.parametrize("place", PLACES)
def test_every_page_writes_it_so(client, place):
    answer = client(ADA).get(place)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].endswith('.csv"')
    content = answer.content
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_lists_are_json_in_the_query_and_on_the_pages_alike(client):
    asked = client(ADA).get("/query?format=csv&sql=select capture_id, reasons from captures").text
    query = {row["capture_id"]: row["reasons"] for row in csv.DictReader(io.StringIO(asked))}
    shown = client(ADA).get("/health/captures?format=csv").text
    page = {row["capture_id"]: row["reasons"] for row in csv.DictReader(io.StringIO(shown))}
    assert page == query
    assert any(json.loads(reasons) for reasons in page.values())
