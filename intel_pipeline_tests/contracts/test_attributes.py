import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.contracts.attributes import ATTRIBUTES, FINGERPRINT, fingerprinted, fingerprints

LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789._")


def test_a_fingerprint_is_the_same_for_ever() -> None:
    found = fingerprints(pl.DataFrame({"username": ["kettle.works", "123456789", ""]}))
    assert found.to_list() == [0x02D0C486, 0xCBF43926, 0]
    assert (found.name, found.dtype) == (FINGERPRINT, pl.UInt32())


@given(st.text(LETTERS, max_size=13), st.text(LETTERS, min_size=4, max_size=4), st.data())
def test_names_that_differ_within_four_neighbouring_letters_are_told_apart(
    start: str, middle: str, data: st.DataObject
) -> None:
    other = data.draw(st.text(LETTERS, min_size=4, max_size=4).filter(lambda text: text != middle))
    end = data.draw(st.text(LETTERS, max_size=13))
    names = [start + middle + end, start + other + end]
    more = {"full_name": ["Ann", "Ann"], "is_private": [True, True], "is_verified": [None, None]}
    assert fingerprints(pl.DataFrame({"username": names, **more})).n_unique() == 2


def test_each_attribute_counts_and_one_that_is_missing_is_none_of_the_others() -> None:
    rows = [
        ("ann", "Ann", True, False),
        ("ann", "Ann", False, False),
        ("ann", "Ann", False, True),
        ("ann", "Ann B", False, True),
        ("ann", None, False, True),
        ("ann", "", False, True),
        ("ann", None, None, True),
    ]
    assert fingerprints(pl.DataFrame(rows, schema=[*ATTRIBUTES], orient="row")).n_unique() == len(rows)


def test_fingerprints_that_a_frame_has_are_kept_and_others_computed() -> None:
    frame = pl.LazyFrame({"username": ["123456789"]})
    computed = fingerprinted(frame)
    assert computed.collect()[FINGERPRINT].to_list() == [0xCBF43926]
    stored = frame.with_columns(pl.lit(7, pl.UInt32).alias(FINGERPRINT))
    assert fingerprinted(stored).collect()[FINGERPRINT].to_list() == [7]
    assert computed.collect_schema() == stored.collect_schema()
