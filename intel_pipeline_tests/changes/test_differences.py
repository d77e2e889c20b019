import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.comparison import MEMBER, Compared, compared
from intel_pipeline.changes.differences import DIFFERENCE, compared_again, difference_of, merged
from intel_pipeline.contracts.attributes import ATTRIBUTES, fingerprinted

# Who is in a list, in its order, under which name and whether verified.
People = dict[int, tuple[str, bool | None]]
people = st.dictionaries(
    st.integers(1, 40), st.tuples(st.sampled_from(["ann", "bob"]), st.sampled_from([None, True])), max_size=30
)
pairs = st.lists(st.tuples(people, people), min_size=1, max_size=4)


def listed(members: People) -> pl.DataFrame:
    rows = [
        (user_id, name, place, name.title(), None, verified)
        for place, (user_id, (name, verified)) in enumerate(members.items())
    ]
    schema = {**MEMBER, "full_name": pl.String, "is_private": pl.Boolean, "is_verified": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("user_id")


def found(lists: list[tuple[People, People]]) -> Compared:
    return compared([(listed(before), listed(after)) for before, after in lists], ATTRIBUTES[1:])


def kept(before: People, after: People) -> pl.DataFrame:
    earlier, later = (fingerprinted(listed(one)).to_arrow() for one in (before, after))
    rows = pl.DataFrame(difference_of(earlier.select([*MEMBER, earlier.column_names[-1]]), later))
    assert rows.schema == DIFFERENCE
    return rows


def parts(differing: Compared) -> dict[str, list[tuple[object, ...]]]:
    return {name: getattr(differing, name).rows() for name in ("arrived", "missing", "altered", "renamed", "head")}


def again(differences: list[pl.DataFrame]) -> Compared:
    rows = pl.concat([pl.DataFrame(schema=DIFFERENCE), *differences])
    return compared_again(rows, [one.height for one in differences])


@given(pairs)
def test_what_is_kept_of_each_case_tells_what_comparing_all_of_them_does(lists: list[tuple[People, People]]) -> None:
    told, whole = again([kept(*pair) for pair in lists]), found(lists)
    assert parts(told) == parts(whole)
    assert told.arrived.schema == whole.arrived.schema


@given(pairs, pairs)
def test_parts_put_together_are_as_if_they_had_been_compared_at_once(
    first: list[tuple[People, People]], second: list[tuple[People, People]]
) -> None:
    together = merged([found(first), again([]), found(second)], [len(first), 0, len(second)])
    assert parts(together) == parts(found([*first, *second]))
