"""Charts as pure functions: what is drawn of rows, and what is not."""

import json
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.plots import timelines
from intel_pipeline.web.charts import comparison, growth, heatmap, posts

FIRST = datetime(2026, 11, 2, 6, tzinfo=UTC)


def day(number: int, **known: object) -> dict[str, object]:
    at = FIRST + timedelta(days=number)
    nothing = {"gained": None, "followed": 0, "revealed": 0, "lost": 0, "suspected": 0}
    return {"day": at.date(), "counted_at": at, "follower_count": 100, **nothing, **known}


def capture(number, verdict="complete", listed=100, *, low=-2, high=2):
    at = FIRST + timedelta(days=number)
    return {
        "finished_at": at,
        "verdict": verdict,
        "listed": listed,
        "reported": 100,
        "gap_low": low,
        "gap_high": high,
    }


def drawn(option):
    json.dumps(option)
    return {one["name"]: [height for _, height in one["data"]] for one in option["series"]}


def test_a_list_that_was_cut_short_is_a_mark_on_the_count_and_no_point_of_the_curve():
    lines = drawn(growth.growth([day(0), day(1)], [capture(0), capture(1, "limited", listed=3, low=None, high=None)]))
    assert lines["listed"] == [100]
    assert lines["limited list"] == [100]
    assert 3 not in [height for line in lines.values() for height in line]


def test_verdicts_are_told_apart_by_more_than_colour():
    forms = [form for form, _ in growth.MARKS.values()]
    assert len(set(forms)) == len(forms)


def test_the_first_band_does_not_flatten_the_curve():
    lines = drawn(growth.growth([day(0), day(1)], [capture(0, low=-900, high=900), capture(1)]))
    assert lines["band begins"] == [100 - 4, 98]
    assert lines["usual gap"] == [8, 4]


def test_days_without_a_count_leave_no_point():
    assert drawn(growth.growth([day(0), day(1, counted_at=None, follower_count=None)], []))["reported"] == [100]
    assert growth.growth([], [])["series"] == []


def test_who_left_goes_down_and_who_is_suspected_is_apart():
    bars = drawn(growth.movement([day(0, followed=3, lost=2), day(1, followed=None, lost=0, suspected=4)]))
    assert bars == {"followed": [3, None], "left": [-2, 0], "suspected, not lost yet": [0, -4]}


def test_growth_is_compared_from_the_first_day_that_all_have():
    rows = [
        {"target": target, "day": date(2026, 11, number), "follower_count": count}
        for target, number, count in (("a", 1, 10), ("a", 2, 20), ("a", 3, 30), ("b", 2, 400), ("b", 3, 300))
    ]
    assert [(row["target"], row["index"]) for row in comparison.indexed(rows)] == [
        ("a", 100),
        ("a", 150),
        ("b", 100),
        ("b", 75),
    ]
    assert comparison.by_day(comparison.indexed(rows)) == [
        {"day": date(2026, 11, 2), "a": 100, "b": 100},
        {"day": date(2026, 11, 3), "a": 150, "b": 75},
    ]
    assert comparison.indexed(rows[:2] + rows[4:]) == []


def test_a_target_that_began_with_nobody_has_no_index():
    rows = [{"target": "a", "day": date(2026, 11, 1), "follower_count": 0}]
    assert [row["index"] for row in comparison.indexed(rows)] == [None]


def test_an_overlap_is_a_share_of_each_row_s_audience():
    pair = {"a": "large", "b": "small", "share_of_a": 0.01, "share_of_b": 0.5}
    (series,) = heatmap.by_pair(["small", "large"], [pair])["series"]
    # Across, down: half of small's followers follow large; the diagonal says nothing and is not there.
    assert sorted(series["data"]) == [[0, 1, 1.0], [1, 0, 50.0]]


def test_monday_is_on_top_and_an_hour_without_a_figure_is_no_zero():
    rows = [
        {"weekday": 1, "hour": 9, "median_engagement_rate": 0.05},
        {"weekday": 7, "hour": 23, "median_engagement_rate": None},
    ]
    option = heatmap.by_hour(rows)
    assert option["series"][0]["data"] == [[9, 0, 5.0]]
    assert option["yAxis"]["inverse"]
    assert option["yAxis"]["data"][0] == "Mon"


def test_cohorts_that_are_too_young_have_no_cell():
    months = (date(2026, 10, 1), date(2026, 11, 1))
    rows = [
        {"cohort_month": month, "days_later": later, "retention": 0.9}
        for month, later in ((months[0], 1), (months[0], 30), (months[1], 1))
    ]
    assert [cell[:2] for cell in heatmap.by_cohort(rows)["series"][0]["data"]] == [[0, 0], [1, 0], [0, 1]]


def test_each_post_is_a_line_and_the_median_of_all_is_named():
    curves = [{"shortcode": code, "age_hours": 24 * age, "likes": age} for code in ("x", "y") for age in (1, 2)]
    lines = drawn(posts.by_age([{"age_days": 1, "median_likes": 5}], curves))
    assert lines == {"x": [1, 2], "y": [1, 2], posts.MEDIAN: [5]}
    assert posts.by_age([], [])["legend"]["data"] == []


COUNT = st.integers(0, 3_000_000)
MOMENT = st.integers(0, 330 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
READINGS = st.lists(
    st.builds(
        timelines.Reading,
        at=MOMENT,
        complete=st.booleans(),
        listed=st.none() | COUNT,
        reported=st.none() | COUNT,
        low=st.none() | COUNT,
        high=st.none() | COUNT,
    )
)
MOVED = st.lists(
    st.builds(
        timelines.Moved,
        day=st.dates(date(2026, 1, 1), date(2026, 12, 1)),
        followed=COUNT,
        revealed=COUNT,
        lost=COUNT,
        suspected=COUNT,
    ),
    max_size=40,
)


@given(
    READINGS,
    st.lists(st.tuples(MOMENT, COUNT)),
)
def test_a_curve_of_a_report_is_well_formed_whatever_was_captured(readings, counts):
    drawing = timelines.growth("Curve <&'\">", sorted(counts), sorted(readings, key=lambda one: one.at))
    assert not drawing or ET.fromstring(drawing).get("aria-label") == "Curve <&'\">"  # noqa: S314  our own text


@given(MOVED)
def test_bars_of_a_report_stay_within_their_frame(moved):
    drawing = timelines.movement("Bars", sorted(moved, key=lambda one: one.day))
    bars = [one for one in ET.fromstring(drawing) if one.tag == "rect"] if drawing else []  # noqa: S314  our own text
    for bar in bars:
        top, height = int(bar.get("y")), int(bar.get("height"))
        assert timelines.TOP <= top <= top + height <= timelines.BOTTOM


@given(st.integers(-10_000, 10_000), st.integers(0, 10_000_000))
def test_an_axis_has_a_few_round_numbers(low, span):
    numbers = timelines.round_numbers(low, low + span)
    assert len(numbers) <= timelines.LINES + 2
    assert all(low <= number <= low + span for number in numbers)
