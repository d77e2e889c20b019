import json
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.contracts.follower import SCHEMA, FollowerSnapshot
from intel_pipeline.contracts.profile import PROFILE_SCHEMA, ProfileSnapshot
from intel_pipeline.contracts.quarantine import FEW, SHARE, Sieve
from intel_pipeline.errors import ContractError
from intel_pipeline_tests.contracts.rows import FOLLOWER, PROFILE

BAD = {"username": "Not A Name", "position": -1, "page": -7}


def frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


def listed(count: int, bad: dict[int, str], first: int = 1) -> list[dict[str, object]]:
    """Return followers, of whom those at some places have a bad value in a column."""
    rows: list[dict[str, object]] = []
    for place in range(count):
        row = {**FOLLOWER, "user_id": first + place, "position": place}
        rows.append({**row, bad[place]: BAD[bad[place]]} if place in bad else row)
    return rows


def sieve() -> Sieve:
    return Sieve(FollowerSnapshot, "the followers of 'desk'")


@given(
    parts=st.lists(st.integers(1, 300), min_size=1, max_size=3),
    places=st.dictionaries(st.integers(0, 900), st.sampled_from(sorted(BAD)), max_size=FEW),
)
def test_sound_rows_go_through_as_they_were_and_all_others_are_set_aside_with_their_rule(
    parts: list[int], places: dict[int, str]
) -> None:
    rows = listed(sum(parts), places)
    ends = [sum(parts[:number]) for number in range(len(parts) + 1)]
    frames = [frame(rows[start:end]) for start, end in pairwise(ends)]
    bad = {place: column for place, column in places.items() if place < len(rows)}
    if any(all(place in bad for place in range(start, end)) for start, end in pairwise(ends)):
        # A part of which nothing is sound is refused as a whole.
        return
    sifting = sieve()
    found = [row for one in sifting.sound(frames) for row in one.to_dicts()]
    assert found == frame([row for place, row in enumerate(rows) if place not in bad]).to_dicts()
    aside = [row for one in sifting.aside for row in one.to_dicts()]
    told = {json.loads(row["row"])["user_id"] - 1: (row["column"], row["value"]) for row in aside}
    assert told == {place: (column, str(BAD[column])) for place, column in bad.items()}
    assert sifting.number == len(bad) == len(aside)


def test_it_says_how_many_rows_broke_which_rule_and_no_value() -> None:
    sifting = sieve()
    list(sifting.sound([frame(listed(900, {3: "username", 5: "username", 8: "position"}))]))
    assert sifting.words == (
        "3 rows broke the contract and were set aside"
        " (position: at least 0, 1 row; username: matches ^[a-z0-9._]{1,30}$, 2 rows)"
    )


def test_a_missing_value_is_told_of_as_such() -> None:
    sifting = sieve()
    rows = listed(10, {})
    rows[4]["username"] = None
    list(sifting.sound([frame(rows)]))
    assert sifting.aside[0].select("column", "rule", "value").rows() == [("username", "not null", None)]


@pytest.mark.parametrize(("count", "number", "allowed"), [(100, FEW, True), (100, FEW + 1, False), (2000, 20, True)])
def test_of_too_many_bad_rows_the_whole_list_is_refused(count: int, number: int, *, allowed: bool) -> None:
    sifting = sieve()
    frames = [frame(listed(count, dict.fromkeys(range(number), "username")))]
    assert (number <= max(FEW, SHARE * count)) is allowed
    if allowed:
        assert sum(one.height for one in sifting.sound(frames)) == count - number
    else:
        with pytest.raises(ContractError, match=f"username: str_matches.*, {number} rows"):
            list(sifting.sound(frames))


def test_bad_rows_of_several_parts_add_up() -> None:
    first, second = listed(50, {1: "page", 2: "page", 3: "page"}), listed(50, {1: "page", 2: "page", 3: "page"}, 51)
    sifting = sieve()
    with pytest.raises(ContractError, match="page: "):
        list(sifting.sound([frame(first), frame(second)]))


def test_a_list_out_of_order_is_refused_whatever_else_is_set_aside() -> None:
    rows = listed(20, {2: "username"})
    rows[7]["user_id"] = rows[8]["user_id"]
    with pytest.raises(ContractError, match="user_id: strictly_increasing"):
        list(sieve().sound([frame(rows)]))


def test_a_profile_is_refused_as_a_whole() -> None:
    bad = pl.DataFrame([{**PROFILE, "follower_count": -1}], schema=PROFILE_SCHEMA)
    with pytest.raises(ContractError, match="follower_count: "):
        list(Sieve(ProfileSnapshot, "the profile of 'desk'").sound([bad]))


def test_columns_that_are_not_the_contracts_are_no_matter_of_rows() -> None:
    with pytest.raises(ContractError, match="page: the column is missing"):
        list(sieve().sound([frame(listed(3, {})).drop("page")]))
