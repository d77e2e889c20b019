import dagster as dg
import pytest

from intel_pipeline.defs.snapshots.checks import results, specs
from intel_pipeline.registry.models import Capture

SOUND = {
    "verdict": "complete",
    "reasons": [],
    "distinct_count": 95,
    "reported_before": 100,
    "reported_after": 100,
    "gap_low": 0,
    "gap_high": 10,
    "held": False,
}


def capture(target: str = "nasa", **differing: object) -> Capture:
    return Capture(**{"capture_id": f"{target}-1", "target": target, **SOUND, **differing})


def found(*captures: Capture, surface: str = "followers") -> dict[str, dg.AssetCheckResult]:
    return {one.check_name: one for one in results(surface, "follower_snapshots", captures)}


def failing(*captures: Capture) -> dict[str, dg.AssetCheckSeverity]:
    return {name: one.severity for name, one in found(*captures).items() if not one.passed}


def test_a_sound_round_passes_and_says_so():
    assert failing(capture(), capture("esa")) == {}
    assert found(capture())["mass_loss"].description == "no list is held back"


HELD = {"verdict": "suspect", "held": True, "missing_count": 40, "missing_limit": 12, "reasons": ["40 are missing"]}
SHORT = {"verdict": "suspect", "distinct_count": 60, "reasons": ["too short"]}


@pytest.mark.parametrize(
    ("differing", "checks"),
    [
        ({"verdict": "partial", "reasons": ["cut"]}, {"verdicts": "WARN"}),
        ({"set_aside": 3, "verdict": "partial", "reasons": ["3 rows"]}, {"verdicts": "WARN", "contract": "WARN"}),
        (SHORT, {"verdicts": "WARN", "gap_band": "WARN"}),
        (HELD, {"verdicts": "WARN", "mass_loss": "ERROR"}),
    ],
)
def test_what_is_wrong_with_one_target_fails_its_own_check_only_and_is_red_where_somebody_has_to_act(differing, checks):
    assert {name: severity.name for name, severity in failing(capture("esa"), capture(**differing)).items()} == checks


def test_each_failure_names_its_target_and_the_way_out():
    held = found(capture(**HELD), capture("esa"))["mass_loss"]
    assert "nasa: 40 of the list before are missing, and 12 may be" in held.description
    assert "captures accept nasa-1" in held.description
    assert "esa" not in held.description
    assert "a gap of 40, and its own lies between 0 and 10" in found(capture(**SHORT))["gap_band"].description


def test_who_was_captured_again_counts_by_the_last_time():
    assert failing(capture(**HELD), capture()) == {}


def test_answers_of_another_shape_are_red_and_what_came_can_be_looked_at():
    drifted = capture(verdict="failed", failure="drift", reasons=["an unknown shape"])
    assert {name: one.name for name, one in failing(drifted).items()} == {"verdicts": "WARN", "drift": "ERROR"}
    assert "captures show nasa-1 --pages" in found(drifted)["drift"].description


def test_profiles_and_posts_have_no_band_and_no_losses():
    assert [spec.name for spec in specs("posts", "post_snapshots")] == ["verdicts", "contract", "drift"]
    assert {*found(capture(), surface="posts")} == {"verdicts", "contract", "drift"}
