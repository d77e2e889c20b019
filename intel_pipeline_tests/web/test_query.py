"""The query page and the sandbox behind it."""

import pytest

from intel_pipeline.web.charts.table import chart_of
from intel_pipeline.web.publication import Publications
from intel_pipeline.web.questions import about, questions
from intel_pipeline.web.sandbox import QueryError, run
from intel_pipeline_tests.web.conftest import VIC


@pytest.fixture
def reading(shown):
    publications = Publications(shown.settings.publication)
    with publications.reading() as opened:
        yield opened
    publications.close()


@pytest.mark.parametrize(
    "sql",
    [
        "create table mine as select 1",
        "insert into targets select * from targets",
        "with gone as (delete from posts returning *) from gone",
        "copy posts to 'x.csv'",
        "attach 'x.duckdb'",
        "install httpfs",
        "load httpfs",
        "set threads = 9",
        "reset enable_external_access",
        "pragma database_list",
        "call pragma_version()",
        "export database 'x'",
        "select * from read_text('/etc/hostname')",
        "from 'x.parquet'",
        "select 1; select 2",
        "-- nothing",
        "selec 1",
    ],
)
def test_what_does_more_than_read_is_refused_and_says_what_may_be(reading, sql):
    with pytest.raises(QueryError) as caught:
        run(reading, sql)
    assert caught.value.fix


@pytest.mark.parametrize(
    "sql", ["from targets", "show all tables", "describe captures", "summarize posts", "values (1)"]
)
def test_what_reads_is_answered(reading, sql):
    assert run(reading, sql).rows


def test_what_takes_too_long_is_ended(reading):
    with pytest.raises(QueryError, match="ended after"):
        run(reading, "select count(*) from range(1000000) a, range(1000000) b", seconds=1)


def test_what_takes_too_much_memory_is_refused_though_duckdb_does_not_count_it(reading):
    with pytest.raises(QueryError):
        run(reading, "select repeat('x', 2000000000)")


def test_rows_beyond_the_limit_are_neither_shown_nor_made(reading):
    answer = run(reading, "from range(1000000000)", 5)
    assert (answer.rows, answer.truncated) == ([[0], [1], [2], [3], [4]], True)


def test_no_number_is_none_in_json(reading):
    assert run(reading, "select 'nan'::double, 'inf'::double, 1.5::decimal(3, 1), date '2026-11-02'").rows == [
        [None, None, 1.5, "2026-11-02"]
    ]


def test_the_questions_of_the_documentation_are_offered_about_ones_own_targets(client):
    assert len(questions()) == 20
    asked = about(questions()[1], ["open"])
    assert "'open'" in asked.sql
    assert "'large'" not in asked.sql
    assert questions()[0].words in client(VIC).get("/query").text


def test_a_query_is_shown_as_table_and_chart_and_downloaded(client):
    sql = "select day, follower_count from daily_growth where target = 'open'"
    text = client(VIC).get("/query", params={"sql": sql}).text
    assert "5 rows" in text
    assert 'data-chart="result-chart-data"' in text
    answer = client(VIC).get("/query", params={"sql": "select '=1+1' as cell", "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines() == ["cell", "'=1+1"]


def test_a_mistake_keeps_what_was_typed(client):
    answer = client(VIC).get("/query", params={"sql": "from nowhere"})
    assert answer.status_code == 422
    assert "from nowhere</textarea>" in answer.text
    assert "What now:" in answer.text


def test_lines_are_drawn_over_time_bars_over_words_and_nothing_where_keys_repeat():
    over_time = chart_of(["day", "count"], ["DATE", "BIGINT"], [["2026-11-03", 2], ["2026-11-02", 1]])
    assert over_time["series"][0]["data"] == [["2026-11-02", 1], ["2026-11-03", 2]]
    assert chart_of(["name", "count"], ["VARCHAR", "BIGINT"], [["a", 2], ["b", 1]])["series"][0]["type"] == "bar"
    assert chart_of(["name", "count"], ["VARCHAR", "BIGINT"], [["a", 2], ["a", 1]]) is None
    assert chart_of(["name"], ["VARCHAR"], [["a"], ["b"]]) is None
    # A list of numbers is none.
    assert chart_of(["name", "counts"], ["VARCHAR", "BIGINT[]"], [["a", [2]], ["b", [1]]]) is None


def test_what_does_not_fit_into_memory_is_answered_with_what_to_do(reading):
    with pytest.raises(QueryError, match="more memory than one may") as refused:
        run(reading, "select count(distinct number) from range(20_000_000) as numbers(number)")
    assert "fewer days" in refused.value.fix
