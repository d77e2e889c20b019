from pathlib import Path

import pytest

from intel_pipeline.registry.models import Capture
from intel_pipeline.registry.store import Registry
from intel_pipeline.warehouse.landing.followees import land_followees
from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.warehouse.lands import captured, followers, rows


@pytest.fixture
def history(registry: Registry, lake: Path) -> list[Capture]:
    lists = [({7: "ann", 5: "bo"}, "complete"), ({7: "ann.b", 9: "cy"}, "complete"), ({9: "cy"}, "partial")]
    return [
        captured(registry, lake, number, followers(members), surface="followees", verdict=verdict)
        for number, (members, verdict) in enumerate(lists)
    ]


def landed(file: Path, lake: Path, *captures: Capture) -> list[tuple[object, ...]]:
    with writing(file) as transaction:
        land_followees(transaction, lake, captures)
    return rows(file, "select target, user_id, username, position, capture_id from followees order by user_id")


LAST = [("desk", 7, "ann.b", 0, "desk-followees-1"), ("desk", 9, "cy", 1, "desk-followees-1")]


def test_the_last_complete_list_is_whom_a_target_follows(file: Path, lake: Path, history: list[Capture]) -> None:
    assert len(landed(file, lake, history[0])) == 2
    assert landed(file, lake, *history[1:]) == LAST
    assert rows(file, "select count(*) from captures where surface = 'followees'") == [(3,)]


def test_an_old_round_that_is_derived_again_brings_no_old_list_back(
    file: Path, lake: Path, history: list[Capture]
) -> None:
    landed(file, lake, *history)
    assert landed(file, lake, history[0]) == LAST
    assert landed(file, lake, *history) == LAST


def test_of_other_targets_nothing_is_lost(file: Path, lake: Path, registry: Registry, history: list[Capture]) -> None:
    other = captured(registry, lake, 0, followers({3: "di"}), target="shop", surface="followees")
    assert landed(file, lake, history[1], other) == [("shop", 3, "di", 0, "shop-followees-0"), *LAST]


def test_a_list_of_nobody_leaves_nobody(file: Path, lake: Path, registry: Registry, history: list[Capture]) -> None:
    landed(file, lake, *history)
    assert landed(file, lake, captured(registry, lake, 5, followers({}), surface="followees")) == []
