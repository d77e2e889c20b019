from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.plots.curves import HEIGHT, WIDTH, Point, curves

SVG = "{http://www.w3.org/2000/svg}"
FIRST = datetime(2026, 11, 1, 6, tzinfo=UTC)


def days(*points: tuple[int, int | None, bool], band: tuple[int, int] | None = None) -> list[Point]:
    low, high = band or (None, None)
    return [
        Point(FIRST + timedelta(days=day), listed, reported, complete, low, high)
        for day, (listed, reported, complete) in enumerate(points)
    ]


def drawn(label: str, points: Sequence[Point]) -> ET.Element:
    return ET.fromstring(curves([(label, points)]))  # noqa: S314  our own


def places(svg: ET.Element, kind: str) -> list[tuple[float, float]]:
    (line,) = [one for one in svg.iter(f"{SVG}polyline") if one.get("class") == kind]
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in (line.get("points") or "").split())]


def texts(svg: ET.Element) -> Iterator[str | None]:
    return (text.text for text in svg.iter(f"{SVG}text"))


def test_a_list_that_grows_is_drawn_upwards_from_left_to_right() -> None:
    across, up = zip(*places(drawn("nasa", days((10, 10, True), (12, 12, True), (17, 17, True))), "l"), strict=True)
    assert list(across) == sorted(across)
    assert list(up) == sorted(up, reverse=True)


def test_a_list_that_is_not_complete_is_a_mark_and_no_part_of_the_line() -> None:
    svg = drawn("nasa", days((10, 10, True), (3, 10, False), (11, 11, True)))
    assert len(places(svg, "l")) == 2
    assert len([*svg.iter(f"{SVG}circle")]) == 1


def test_the_newest_numbers_the_gap_and_where_it_usually_lies_are_written_out() -> None:
    svg = drawn("nasa", days((990, 1000, True), (1995, 2007, True), band=(8, 14)))
    assert [*texts(svg)] == ["nasa", "1,995 of 2,007", "gap 12, usual 8 to 14", "01 Nov to 02 Nov"]
    assert len([*svg.iter(f"{SVG}rect")]) == 1


def test_where_no_number_was_reported_there_is_neither_gap_nor_band() -> None:
    svg = drawn("nasa", days((5, None, True), (6, None, True)))
    assert [*texts(svg)] == ["nasa", "6", "01 Nov to 02 Nov"]


def test_a_label_cannot_become_markup() -> None:
    assert next(texts(drawn("<script>&\"'", days((1, 1, True))))) == "<script>&\"'"


POINTS = st.lists(
    st.tuples(st.integers(0, 10**9), st.none() | st.integers(0, 10**9), st.booleans()), min_size=1, max_size=30
)


@given(
    POINTS, st.none() | st.tuples(st.integers(-99, 99), st.integers(-99, 99)).map(lambda band: (min(band), max(band)))
)
def test_whatever_the_numbers_are_everything_lies_within_the_panel(points, band) -> None:
    svg = drawn("any", days(*points, band=band))
    spots = [spot for line in ("l", "r") for spot in places(svg, line)]
    spots += [(float(one.get("cx")), float(one.get("cy"))) for one in svg.iter(f"{SVG}circle")]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in spots)
    assert all(before[0] <= after[0] for before, after in pairwise(places(svg, "l")))


def test_a_dozen_targets_of_two_months_are_a_picture_of_few_kilobytes() -> None:
    points = days(*((20_000 + 7 * day, 20_010 + 7 * day, True) for day in range(60)), band=(0, 20))
    picture = curves([(f"target-{number}", points) for number in range(12)])
    assert len(picture) < 30_000
    assert picture.count("<g ") == 12
