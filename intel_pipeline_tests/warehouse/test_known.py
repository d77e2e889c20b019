from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intel_pipeline.changes import rows as balance
from intel_pipeline.changes.standing import Row
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.registry.store import Registry
from intel_pipeline.warehouse.landing import known
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.changes.captures import History, Seen, folded, people
from intel_pipeline_tests.warehouse.lands import rows
from intel_pipeline_tests.warehouse.test_landing_followers import made, one_by_one

KEPT = 1
# By other ids than those of the captures that are learned from without a warehouse.
UNNAMED = "capture"
SEEN = st.builds(lambda last, complete: Seen(people(1, last), complete=complete), st.integers(3, 6), st.booleans())


# The incomplete one teaches what is entered with the first of those that are kept.
FURTHER_BACK = [Seen(people(1, last), complete=last != 5) for last in (3, 3, 5, 6, 6)]


@example(history=FURTHER_BACK)
@given(history=st.lists(SEEN, min_size=1, max_size=9))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_known_of_a_balance_goes_back_just_as_far_as_counts_are_kept(
    registry: Registry, lake: Path, file: Path, history: History
) -> None:
    ((number,),) = rows(file, "select count(distinct target) from captures")
    target = f"desk-{number}"
    with pytest.MonkeyPatch.context() as patched:
        for module in (balance, known):
            patched.setattr(module, "KEPT", KEPT)
        one_by_one(registry, lake, file, made(registry, lake, history, target))
        _, standing = folded(history, target)
        with writing(file) as transaction:
            found = known.known_of(transaction, Lake(lake, registry.captures), [target])[target]
    assert not isinstance(found, DamagedFileError)
    assert unnamed(found.balance) == unnamed(standing.balance)
    assert found.since == standing.since
    assert len(found.balance) <= KEPT + 1


def unnamed(balance: tuple[Row, ...]) -> list[Row]:
    return [row._replace(capture_id=UNNAMED) for row in balance]
