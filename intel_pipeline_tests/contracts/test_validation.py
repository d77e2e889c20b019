import subprocess
import sys
import traceback

import polars as pl
import pytest

from intel_pipeline.contracts.follower import SCHEMA, FollowerSnapshot
from intel_pipeline.contracts.validation import validated
from intel_pipeline.errors import ContractError
from intel_pipeline_tests.contracts.rows import FOLLOWER

SECRET = "Somebody Else"
BAD = [{**FOLLOWER, "username": SECRET, "position": -987_654}, {**FOLLOWER, "username": SECRET}]


def refusal() -> ContractError:
    with pytest.raises(ContractError) as caught:
        validated(FollowerSnapshot, pl.DataFrame(BAD, schema=SCHEMA), "followers of desk")
    return caught.value


def test_every_broken_rule_has_its_line() -> None:
    lines = refusal().problem.splitlines()
    assert lines == [
        "followers of desk breaks the contract FollowerSnapshot:",
        "  - position: greater_than_or_equal_to(0), 1 row",
        "  - user_id: strictly_increasing, 1 row",
        "  - username: str_matches('^[a-z0-9._]{1,30}$'), 2 rows",
    ]


def test_no_value_is_told_not_even_in_a_traceback() -> None:
    error = refusal()
    told = "".join(traceback.format_exception(error))
    assert SECRET not in told
    assert "987" not in told
    assert str(FOLLOWER["user_id"]) not in told
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_column_of_the_wrong_type_is_told_without_its_values() -> None:
    frame = pl.DataFrame([FOLLOWER], schema=SCHEMA).with_columns(user_id=pl.lit(SECRET))
    with pytest.raises(ContractError, match=r"user_id: dtype\('Int64'\) expected, String found, 1 row") as caught:
        validated(FollowerSnapshot, frame, "followers of desk")
    assert SECRET not in str(caught.value)


def test_a_lazy_frame_is_refused_since_nothing_in_it_would_be_checked() -> None:
    with pytest.raises(TypeError, match=r"followers of desk: .* not a LazyFrame; collect it first"):
        validated(FollowerSnapshot, pl.LazyFrame(BAD, schema=SCHEMA), "followers of desk")  # type: ignore[arg-type]


def test_pandera_cannot_be_switched_off_from_outside() -> None:
    from pandera.config import config_context

    with config_context(validation_enabled=False):
        refusal()


def test_importing_the_package_and_the_validation_loads_no_pandera() -> None:
    code = "import sys, intel_pipeline.contracts.validation; print('pandera' in sys.modules, 'polars' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603  our own code
    assert loaded.stdout.split() == ["False", "False"]
