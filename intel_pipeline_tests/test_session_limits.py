from itertools import pairwise
from pathlib import Path

import pytest

from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.errors import SessionError
from intel_pipeline.instagram.source import SURFACES, Surface
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.limits import WORDS, Name
from intel_pipeline.session_limits import OF_SURFACES, SETTINGS, bounds, limits_of, refuse_unbearable
from intel_pipeline.settings import load_settings
from intel_pipeline_tests.worlds import asked, askers, clock_of, pair_pipeline, small_pipeline

DEFAULTS = {
    "window": 60,
    "hour": 200,
    "profile": 200,
    "followers": 120,
    "followees": 60,
    "posts": 60,
    "day": 30_000,
    "interval": 2,
}


def captured(pipeline: Pipeline, surface: Surface) -> Tally:
    limits = Limits(most=25, seconds=3600)
    return capture_due(pipeline, surface, today(pipeline.clock), limits, lambda *_: None)


def test_without_limits_of_its_own_a_session_has_those_of_the_settings(tmp_path: Path) -> None:
    limits = limits_of(load_settings(data_dir=tmp_path), None)
    assert {name: limits.allowed(name) for name in SETTINGS} == DEFAULTS
    assert set(SETTINGS) == set(WORDS)
    assert OF_SURFACES == SURFACES


def test_a_limit_of_its_own_takes_the_place_of_the_setting_lower_or_higher(tmp_path: Path) -> None:
    limits = limits_of(load_settings(data_dir=tmp_path), {"hour": 50, "followers": 300, "interval": 9})
    assert {name: limits.allowed(name) for name in SETTINGS} == {
        **DEFAULTS,
        "hour": 50,
        "followers": 300,
        "interval": 9,
    }


def test_defaults_lie_well_below_what_can_be_chosen_and_what_instaloader_lets_through() -> None:
    assert {name: bounds(name) for name in SETTINGS} == {
        "window": (1, 75),
        **dict.fromkeys(("hour", *OF_SURFACES), (1, 400)),
        "day": (200, 300_000),
        "interval": (1, 60),
    }


@pytest.mark.parametrize(("name", "figure"), [("hour", 401), ("followers", 0), ("day", 199), ("interval", 0)])
def test_a_limit_that_was_never_borne_or_is_none_at_all_is_refused_with_the_reason(name: Name, figure: int) -> None:
    with pytest.raises(SessionError, match=f"{figure} {WORDS[name]} cannot be a limit: it has to lie between"):
        refuse_unbearable(name, figure)
    for bound in bounds(name):
        refuse_unbearable(name, bound)


def test_what_was_chosen_under_wider_bounds_is_kept_within_those_of_now(tmp_path: Path) -> None:
    limits = limits_of(load_settings(data_dir=tmp_path), {"hour": 4_000, "interval": 0})
    assert (limits.hour, limits.interval) == (400, 1)


def test_a_surface_whose_budget_is_spent_rests_and_the_others_and_the_session_go_on(tmp_path: Path) -> None:
    pipeline = small_pipeline(tmp_path, ["open"], followers_requests_per_hour=3, longest_wait=30)
    captured(pipeline, "profile")
    tally = captured(pipeline, "followers")
    assert str(tally.stopped).startswith(
        "the session 'desk' has used its budget of 3 requests for followers in an hour, until 2026-11-02 07:"
    )
    assert asked(pipeline, "followers") == 3
    assert pipeline.session("desk").not_now() is None
    assert captured(pipeline, "posts").verdicts == {"open": "complete"}
    assert pipeline.idle(today(pipeline.clock)) == pipeline.session("desk").resting("followers")
    assert captured(pipeline, "followers").stopped == pipeline.session("desk").resting("followers")
    clock_of(pipeline).sleep(3600)
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    assert asked(pipeline, "followers") == 5


def test_where_the_budget_of_profiles_is_spent_lists_rest_too_since_each_begins_with_a_look_at_one(
    tmp_path: Path,
) -> None:
    pipeline = small_pipeline(tmp_path, ["open"], profile_requests_per_hour=3, longest_wait=30)
    captured(pipeline, "profile")
    captured(pipeline, "followers")
    assert "requests for profiles in an hour" in str(pipeline.session("desk").resting("posts"))
    spent = pipeline.registry.ledger.total()
    assert captured(pipeline, "posts").verdicts == {}
    assert pipeline.registry.ledger.total() == spent


def test_a_fresh_account_is_asked_with_less_than_an_old_one_over_the_same_hour(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "fading"], longest_wait=30)
    pipeline.registry.targets.assign("open", "annex")
    pipeline.registry.targets.assign("fading", "desk")
    pipeline.registry.sessions.limit("annex", {"followers": 2})
    captured(pipeline, "profile")
    tally = captured(pipeline, "followers")
    assert tally.verdicts == {"fading": "complete"}
    assert "'annex' has used its budget of 2 requests for followers" in str(tally.stopped)
    assert [askers(pipeline, "followers").count(name) for name in ("second.viewer", "plain.viewer")] == [2, 2]


def test_between_two_requests_of_a_session_lies_its_own_interval(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "fading"])
    pipeline.registry.targets.assign("open", "annex")
    pipeline.registry.targets.assign("fading", "desk")
    pipeline.registry.sessions.limit("annex", {"interval": 40})
    captured(pipeline, "profile")
    captured(pipeline, "followers")
    assert pipeline.instagram is not None
    moments = [one.moment for one in pipeline.instagram.requests if one.viewer == "second.viewer"]
    assert min((b - a).total_seconds() for a, b in pairwise(moments)) >= 40
