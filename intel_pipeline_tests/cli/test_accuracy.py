import pytest

from intel_pipeline.accuracy.figures import Figures
from intel_pipeline.accuracy.scores import Score
from intel_pipeline.accuracy.trials import EVERYTHING, NOTHING
from intel_pipeline.accuracy.trying import OURS
from intel_pipeline.cli.accuracy import (
    FULL_SEEDS,
    UnknownFaultError,
    UntrueError,
    conclude,
    percent,
    planned,
)
from intel_pipeline.simulator.fault_names import FAULTS
from intel_pipeline_tests.cli.commands import answer, run


def test_the_full_plan_tries_each_fault_every_pair_and_all_at_once() -> None:
    trials = planned([], 1, 7, full=True)
    tried = {name: sum(trial.name == name for trial in trials) for name in {trial.name for trial in trials}}
    alone = {NOTHING, EVERYTHING, *FAULTS}
    assert {name for name, number in tried.items() if number == FULL_SEEDS} == alone
    pairs = [number for name, number in tried.items() if name not in alone]
    assert pairs == [1] * (len(FAULTS) * (len(FAULTS) - 1) // 2)
    assert {trial.seed for trial in trials if trial.name not in alone} == {*range(FULL_SEEDS)}
    assert {trial.days for trial in trials} == {180}


def test_faults_that_are_named_are_combined() -> None:
    assert {trial.name for trial in planned(["hiding", "cut"], 3, 7, full=False)} == {"hiding + cut"}


def test_a_trial_prints_ours_beside_the_baselines() -> None:
    found = answer("accuracy", "--fault", "flickering", "--seeds", "1", "--days", "12", "--workers", "1", "--json")
    by_claimant = {one["claimant"]: one["left"] for one in found}
    assert by_claimant[OURS]["untrue"] == 0
    assert by_claimant["set difference by id"]["untrue"] > 10
    assert {one["tried"] for one in found} == {"flickering"}


def test_the_table_says_what_was_tried_and_what_came_of_it() -> None:
    shown = run("accuracy", "--fault", "renaming", "--seeds", "1", "--days", "12", "--workers", "1").stdout
    assert [
        word for word in ("renaming", "lasted k", "renames", "set difference by username") if word not in shown
    ] == []


def test_faults_are_listed_with_what_they_do() -> None:
    shown = run("accuracy", "--faults").stdout
    assert [name for name in FAULTS if name not in shown] == []


def test_a_fault_that_does_not_exist_names_the_way_to_those_that_do() -> None:
    with pytest.raises(UnknownFaultError, match="--faults"):
        run("accuracy", "--fault", "gremlins")


def test_an_untrue_loss_ends_with_an_error() -> None:
    figures = Figures()
    scores = {"left": Score(claimed=9, untrue=1), "followed": Score(), "renamed": Score()}
    figures.add("hiding", {OURS: scores})
    with pytest.raises(UntrueError, match="1 of 9 confirmed losses"):
        conclude(figures)


def test_a_share_is_rounded_down_to_hundredths_and_whole_only_where_it_is() -> None:
    assert percent(1.0) == "100 %"
    assert percent(0.99999) == "99.99 %"
    assert percent(0.5) == "50.00 %"
    assert percent(None) is None
