import pytest

from intel_pipeline.simulator.fault_names import FAULTS, with_faults
from intel_pipeline.simulator.specs import TargetSpec

PLAIN = TargetSpec(label="plain", username="lamp.lighter", renames_on=((3, "lamp.house"),))
CHANCES = ("cut", "cut_slightly", "dead", "duplicated", "empty_page", "flickering", "hidden", "limited", "overlapping")


def test_an_unknown_faults_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no fault 'hiden'; there are hidden, hiding, .*, wobbling"):
        with_faults(PLAIN, {"cut": 1.0, "hiden": 1.0})


def test_a_negative_strength_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the strength -0\.5"):
        with_faults(PLAIN, {"cut": -0.5})


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_no_strength_is_none_and_one_of_any_strength_is_one(name: str) -> None:
    assert with_faults(PLAIN, {name: 0.0}) == PLAIN
    assert with_faults(PLAIN, {name: 1.0}) != PLAIN
    assert with_faults(PLAIN, {name: 1.0}) == FAULTS[name](PLAIN)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_described_in_one_line(name: str) -> None:
    description = FAULTS[name].description
    assert 15 < len(description) < 110
    assert "\n" not in description


@pytest.mark.parametrize("name", CHANCES)
def test_however_strong_a_fault_is_its_chance_stays_a_chance(name: str) -> None:
    with_faults(PLAIN, {name: 1e6})


def test_strength_scales_rates_chances_shares_and_lengths() -> None:
    spec = with_faults(PLAIN, {"deactivating": 2, "dead": 3, "hidden": 0.5, "lagging": 0.25, "target_private": 0.3})
    assert spec.deactivates_per_day == pytest.approx(0.6)
    assert spec.deaths == pytest.approx(0.15)
    assert spec.hidden_share == pytest.approx(0.005)
    assert spec.count_lag == pytest.approx(3)
    assert spec.private_between == (60, 63)


def test_faults_combine_whatever_order_they_are_named_in() -> None:
    faults = dict.fromkeys(FAULTS, 1.0)
    combined = with_faults(PLAIN, faults)
    assert with_faults(PLAIN, dict(reversed(faults.items()))) == combined
    assert combined.cuts == ((0.1, 0.6), (0.1, 0.995))
    assert combined.renames_on == ((3, "lamp.house"), (40, "lamp.lighter.now"), (90, "lamp.lighter.later"))


def test_a_target_that_renames_more_than_the_fault_says_goes_on_doing_so() -> None:
    busy = TargetSpec(label="busy", username="lamp.lighter", renames_per_day=7)
    assert with_faults(busy, {"renaming": 1.0}).renames_per_day == 7
    assert with_faults(busy, {"renaming": 9.0}).renames_per_day == 9
