"""Lists read from pages in memory, as the accuracy benchmark reads them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from intel_pipeline.capture.listing import distinct, evidence_of, read_list
from intel_pipeline.instagram.readings.follower_list import FollowerPage

START = datetime(2026, 11, 24, 6, tzinfo=UTC)


def page(ids: list[int], cursor: str | None, *, limited: bool = False) -> tuple[FollowerPage, datetime]:
    nothing = [None] * len(ids)
    names = [f"person.{number}" for number in ids]
    return FollowerPage(ids, names, nothing, nothing, nothing, cursor, limited), START + timedelta(seconds=len(ids))


def test_pages_make_up_rows_and_evidence_without_a_journal() -> None:
    listing = read_list([page([9, 7], "b"), page([7, 5, 3], None)])
    rows = distinct(listing)
    assert rows["user_id"].to_list() == [3, 5, 7, 9]
    evidence = evidence_of(listing, rows, 5, 4)
    assert (evidence.rows, evidence.distinct, evidence.pages, evidence.ended) == (5, 4, 2, True)
    assert (evidence.reported, listing.first, listing.last) == ([5, 4], page([0, 0], "")[1], page([0, 0, 0], "")[1])


def test_no_page_is_taken_behind_the_end_of_a_list_or_a_break_in_it() -> None:
    taken: list[int] = []

    def pages(cursor: str | None, ids: list[int]) -> Iterator[tuple[FollowerPage, datetime]]:
        for number in count():
            taken.append(number)
            yield page(ids, cursor)

    assert read_list(pages(None, [1])).ended
    assert taken == [0]
    assert "empty page" in str(read_list(pages("b", [])).broken)
    assert taken == [0, 0]
    assert "second time" in str(read_list(pages("b", [1])).broken)
    assert taken == [0, 0, 0, 1]


def test_pages_that_stop_short_of_the_end_make_a_list_that_has_not_ended() -> None:
    listing = read_list([page([9, 7], "b")])
    assert not evidence_of(listing, distinct(listing), 2, 2).ended
