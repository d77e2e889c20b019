import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.defs.lists import MOST_CURVES, MOST_POINTS
from intel_pipeline.plots.curves import HEIGHT, RIGHT, Point, curves
from intel_pipeline.plots.strokes import as_image

FIRST = datetime(2026, 9, 1, 6, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def days(*listed: int, gap: int = 2) -> list[Point]:
    return [
        Point(FIRST + timedelta(days=day), number, number + gap, True, gap, 0, 5) for day, number in enumerate(listed)
    ]


def drawn(*targets: tuple[str, list[Point]]) -> list[ET.Element]:
    root = ET.fromstring(curves(targets))  # noqa: S314  our own text
    return [panel for panel in root if panel.tag == f"{SVG}g"]


def texts(panel):
    return [text.text for text in panel.iter(f"{SVG}text")]


def lines(panel, kind):
    return [path.get("d") for path in panel.iter(f"{SVG}path") if path.get("class") == kind]


def circles(panel, kind):
    return [(int(one.get("cx")), int(one.get("cy"))) for one in panel.iter(f"{SVG}circle") if one.get("class") == kind]


def test_a_panel_tells_label_standing_range_gap_and_days():
    (panel,) = drawn(("nasa", days(100, 120, 115)))
    # Axes: what is listed and what is reported, then the gap with its band; then the days.
    assert texts(panel) == ["nasa", "115 -5", "122", "100", "5", "0", "01 Sep", "03 Sep"]


def test_the_curve_rises_with_the_list_and_falls_with_it():
    (panel,) = drawn(("nasa", days(100, 200, 100, gap=0)))
    assert lines(panel, "l") == ["M80,124l145-84l145,84"]


def test_a_list_that_is_not_complete_is_a_circle_and_no_part_of_the_curve():
    points = days(1000, 1010, 1020)
    cut = Point(points[1].at, 50, 1012, complete=False)
    (panel,) = drawn(("nasa", [points[0], cut, points[2]]))
    assert circles(panel, "n") == [(225, 124)]
    assert "1022" in texts(panel)
    assert "1000" in texts(panel)
    assert "50" not in texts(panel)
    assert len(re.findall("[lhv]", lines(panel, "l")[0])) == 1


def test_a_gap_outside_its_band_is_marked_outside_of_it():
    points = days(1000, 1000, 1000)
    suspect = Point(points[2].at, 991, 1000, False, 9, 0, 5)
    (panel,) = drawn(("nasa", [*points[:2], suspect]))
    band = lines(panel, "b")[0]
    top_of_band = int(re.match(r"M\d+,(\d+)", band)[1])
    assert min(y for _, y in circles(panel, "n") if y > 124) < top_of_band


def test_the_wide_band_of_a_first_list_does_not_flatten_the_gaps_that_follow():
    first, *rest = days(20_000, 20_010, 20_020)
    wide = replace(first, low=-200, high=200)
    (panel,) = drawn(("nasa", [wide, *rest]))
    assert texts(panel)[4:6] == ["5", "0"]


def test_a_level_costs_no_more_than_its_ends():
    (panel,) = drawn(("nasa", days(*[100] * 50)))
    assert lines(panel, "l") == ["M80,124h290"]


def test_a_target_with_one_capture_is_drawn_too():
    (one,) = drawn(("one", days(7)))
    assert texts(one)[:2] == ["one", "7"]
    assert circles(one, "d")


def test_a_label_is_escaped_and_shortened_in_its_middle():
    (panel,) = drawn(("<b>&'\"", days(1, 2)))
    assert texts(panel)[0] == "<b>&'\""
    (panel,) = drawn(("a-label-of-many-letters-north", days(1, 2)))
    assert texts(panel)[0] == "a-label-of-m…-north"


def test_an_image_is_one_destination_of_markdown_and_holds_the_svg_whole():
    svg = curves([("<>)(\"'#%", days(1, 2, 3))])
    image = as_image(svg, "lists")
    destination = re.fullmatch(r"!\[lists\]\(<([^<>\n]+)>\)", image)[1]
    head, _, body = destination.partition(",")
    assert head == "data:image/svg+xml;utf8"
    assert unquote(body) == svg
    assert "#" not in body


def test_the_plots_of_a_tick_stay_under_20_kb_however_restless_the_targets():
    chance = random.Random(3)
    courses = []
    for number in range(MOST_CURVES):
        points, listed = [], chance.choice([230, 45_000, 1_250_000])
        for day in range(MOST_POINTS):
            listed += chance.randint(-listed // 200 - 2, listed // 150 + 3)
            gap, complete = chance.randint(2, 6), chance.random() > 0.05
            at = FIRST + timedelta(days=day)
            points.append(Point(at, listed, listed + gap, complete, gap if complete else None, 0, 8))
        courses.append((f"a-target-with-a-name-{number}", points))
    assert 10_000 < len(as_image(curves(courses), "followers")) < 20_000


NUMBERS = st.integers(0, 10**9)
BAND = st.tuples(st.integers(-99, 99), st.integers(-99, 99)).map(sorted)


@given(st.lists(st.tuples(NUMBERS, st.none() | NUMBERS, st.booleans(), st.booleans(), st.none() | BAND), min_size=1))
def test_whatever_the_numbers_are_everything_lies_within_the_panel(told):
    points = [
        Point(
            FIRST + timedelta(days=day),
            listed,
            reported,
            complete,
            reported - listed if whole and reported is not None else None,
            *(band or (None, None)),
        )
        for day, (listed, reported, complete, whole, band) in enumerate(told)
    ]
    (panel,) = drawn(("any", points))
    spots = [spot for kind in ("n", "d") for spot in circles(panel, kind)]
    for kind in ("l", "r", "g", "b"):
        for line in lines(panel, kind):
            x, y = 0, 0
            for step, along, down in re.findall(r"([Mlhv])(-?\d+)(?:,?(-?\d+))?", line):
                x, y = (int(along), int(down)) if step == "M" else (x + int(along), y + int(down or 0))
                spots.append((x, y))
    assert all(0 <= x <= RIGHT and 0 <= y <= HEIGHT for x, y in spots)
