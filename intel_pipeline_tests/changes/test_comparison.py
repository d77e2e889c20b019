from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from intel_pipeline.changes.comparison import MEMBER, Compared, compared, differing, listing, pieces
from intel_pipeline.changes.places import HEAD
from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.lake.row_groups import scanned

# Who is in a list, under which name; the order of the list is that of the dictionary.
People = dict[int, str]
Way = Callable[[pl.LazyFrame], pl.DataFrame | pl.LazyFrame]
people = st.dictionaries(st.integers(1, 60), st.sampled_from(["ann", "bob", "cid"]), max_size=40)


def listed(members: People) -> pl.LazyFrame:
    rows = sorted((user_id, name, place) for place, (user_id, name) in enumerate(members.items()))
    return pl.LazyFrame(rows, schema=MEMBER, orient="row")


def known(members: pl.LazyFrame) -> pl.DataFrame:
    return listing(members).collect()


ways_to_know = st.sampled_from([listing, pl.LazyFrame.lazy, known, pl.LazyFrame.collect])
ways_to_hold = st.sampled_from([pl.LazyFrame.lazy, known, pl.LazyFrame.collect])


@given(people, people, ways_to_know, ways_to_know)
def test_it_agrees_with_comparing_one_by_one(
    before: People, after: People, known_before: Way, known_after: Way
) -> None:
    found = compared([(known_before(listed(before)), known_after(listed(after)))])
    place_before, place = ({user_id: at for at, user_id in enumerate(one)} for one in (before, after))
    assert found.arrived.drop("case").rows() == sorted(
        (one, after[one], place[one]) for one in after.keys() - before.keys()
    )
    assert found.missing.drop("case").rows() == sorted(
        (one, before[one], place_before[one]) for one in before.keys() - after.keys()
    )
    both = before.keys() & after.keys()
    assert found.renamed.drop("case").rows() == sorted(
        (one, after[one], before[one]) for one in both if after[one] != before[one]
    )
    stayed = sorted((place[one], place_before[one]) for one in both if place_before[one] < HEAD)
    assert found.head.select("position", "position_before").rows() == stayed
    assert found.arrived.schema == {"case": pl.Int32(), **MEMBER}


@given(st.lists(st.tuples(people, people), min_size=1, max_size=4), ways_to_hold)
def test_lists_of_many_cases_are_compared_as_each_by_itself(pairs: list[tuple[People, People]], hold: Way) -> None:
    lists = [(hold(listed(before)), hold(listed(after))) for before, after in pairs]
    together, apart = compared(lists), [compared([pair]) for pair in lists]
    for name in ("arrived", "missing", "altered", "renamed", "head"):
        parts = [getattr(one, name).with_columns(case=pl.lit(case, pl.Int32)) for case, one in enumerate(apart)]
        assert getattr(together, name).equals(pl.concat(parts))


def test_the_head_ends_after_its_number_of_places() -> None:
    everybody = dict.fromkeys(range(1, 3 * HEAD), "ann")
    found = compared([(listed(everybody), listed(dict(reversed(everybody.items()))))])
    assert sorted(found.head["position_before"]) == list(range(HEAD))
    assert found.head["position"].is_sorted()


@pytest.mark.parametrize("hold", [pl.LazyFrame.lazy, known])
def test_whose_place_is_not_known_is_not_in_the_head(hold: Way) -> None:
    nowhere = listed({1: "ann", 2: "bob"}).with_columns(position=pl.lit(None, pl.Int64))
    assert compared([(hold(nowhere), hold(listed({1: "ann", 2: "bob"})))]).head.is_empty()


@given(people, people)
def test_lists_that_are_held_differ_by_the_same_as_lists_in_a_stream(before: People, after: People) -> None:
    lists = listed(before), listed(after)
    held, streamed = compared([tuple(map(known, lists))]), compared([tuple(map(listing, lists))])
    for part in fields(Compared):
        assert_frame_equal(getattr(held, part.name), getattr(streamed, part.name))


@pytest.mark.parametrize("hold", [pl.LazyFrame.lazy, pl.LazyFrame.collect])
@pytest.mark.parametrize("user_ids", [[2, 1], [1, 1], [1, None]], ids=["backwards", "repeated", "null"])
def test_a_list_that_is_not_sorted_is_refused(user_ids: list[int | None], hold: Way) -> None:
    good = hold(listed({1: "ann", 2: "bob"}))
    bad = hold(pl.LazyFrame({"user_id": user_ids, "username": ["ann", "bob"], "position": [0, 1]}, schema=MEMBER))
    with pytest.raises(ValueError, match="before is not sorted by key"):
        compared([(bad, good)])
    with pytest.raises(ValueError, match="after is not sorted by key"):
        compared([(good, bad)])


@pytest.mark.parametrize("gone", [0, 1], ids=["before", "after"])
def test_what_reading_a_list_raises_is_raised(tmp_path: Path, gone: int) -> None:
    paths = tmp_path / "before.parquet", tmp_path / "after.parquet"
    for path in paths:
        listing(listed(dict.fromkeys(range(1, 9), "ann"))).collect().write_parquet(path, row_group_size=2)
    scans = [
        scanned(path, pl.Schema(pl.read_parquet_schema(path)), OSError(f"{path.name} is unreadable")) for path in paths
    ]
    paths[gone].unlink()
    with pytest.raises(OSError, match=f"{paths[gone].name} is unreadable"):
        compared([(scans[0], scans[1])])


def test_names_and_places_are_not_read_where_fingerprints_are_known(tmp_path: Path) -> None:
    before, after = tmp_path / "before.parquet", tmp_path / "after.parquet"
    members = dict.fromkeys(range(1, 9), "ann")
    for path in (before, after):
        listing(listed(members)).select("user_id", FINGERPRINT).collect().write_parquet(path)
    found = differing(*(pieces([pl.scan_parquet(path)], FINGERPRINT) for path in (before, after)))
    assert not found.missing.size + found.arrived.size + found.altered.size
