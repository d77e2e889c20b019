import errno
import os
from datetime import timedelta

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError

from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.work import capture_due
from intel_pipeline.changes.differences import part_of
from intel_pipeline.clock import today
from intel_pipeline.collection import standing
from intel_pipeline.errors import DiskFullError, RoundError
from intel_pipeline.instagram.source import Surface
from intel_pipeline.lake import difference_file, snapshot_file
from intel_pipeline.lake.difference_file import Against
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.wire.exchange import json_reply
from intel_pipeline_tests.worlds import asked, clock_of, next_morning, small_pipeline

LIMITS = Limits(most=25, seconds=3600)
FOLLOWERS = "/followers/"


def captured(pipeline: Pipeline, surface: Surface, limits: Limits = LIMITS) -> Tally:
    return capture_due(pipeline, surface, today(pipeline.clock), limits, lambda *_: None)


def test_a_follower_snapshot_holds_exactly_the_followers_of_the_world(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"])
    captured(pipeline, "profile")
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    capture = pipeline.registry.captures.history("open", "followers")[0]
    frame = snapshot_file.read(pipeline.settings.lake_dir, capture.snapshot)
    world = pipeline.instagram.world
    truth = {(person.id, person.username) for person in world.followers_of(world.target_id("open"))}
    assert set(frame.select("user_id", "username").iter_rows()) == truth
    assert (capture.reported_before, capture.reported_after, capture.distinct_count) == (230, 230, 230)


def test_what_a_list_differs_by_from_the_complete_one_before_is_found_at_the_capture(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"])
    for _ in range(2):
        captured(pipeline, "profile")
        assert captured(pipeline, "followers").verdicts == {"open": "complete"}
        next_morning(pipeline)
    lake = pipeline.settings.lake_dir
    before, after = pipeline.registry.captures.history("open", "followers")
    against = Against(before.capture_id, after.distinct_count - before.distinct_count)
    rows = difference_file.together([difference_file.read(lake, against, after.snapshot)])
    earlier, later = ({*snapshot_file.read(lake, one.snapshot)["user_id"]} for one in (before, after))
    assert {*part_of(rows, "arrived")["user_id"]} == later - earlier
    assert {*part_of(rows, "missing")["user_id"]} == earlier - later != set()


def test_followees_are_captured_where_the_operator_asks_for_them(tmp_path):
    without = small_pipeline(tmp_path / "without", ["open"])
    assert (captured(without, "followees").stopped, without.surfaces) == (None, ("profile", "followers", "posts"))
    pipeline = small_pipeline(tmp_path / "with", ["open"], surfaces="followees,profile")
    captured(pipeline, "profile")
    assert captured(pipeline, "followers").due == 0
    assert captured(pipeline, "followees").verdicts == {"open": "complete"}
    capture = pipeline.registry.captures.history("open", "followees")[0]
    frame = snapshot_file.read(pipeline.settings.lake_dir, capture.snapshot)
    world = pipeline.instagram.world
    assert set(frame["username"]) == {one.username for one in world.followees_of(world.target_id("open"))}
    assert (pipeline.due(today(pipeline.clock)), asked(pipeline, "followers")) == (0, 0)


def test_logged_out_posts_are_captured_where_the_operator_asks_for_them(tmp_path):
    pipeline = small_pipeline(
        tmp_path, ["open", "closed"], logged_in=False, surfaces="profile,posts", posts_per_capture=14
    )
    captured(pipeline, "profile")
    tally = captured(pipeline, "posts")
    assert tally.verdicts == {"open": "complete", "closed": "failed"}
    assert "private" in tally.reasons["closed"]
    capture = pipeline.registry.captures.history("open", "posts")[0]
    world = pipeline.instagram.world
    newest = [post.pk for post in world.posts_of(world.target_id("open"))][:14]
    assert sorted(snapshot_file.read(pipeline.settings.lake_dir, capture.snapshot)["post_id"]) == sorted(newest)
    assert asked(pipeline, "post") == 14


def test_one_target_that_fails_neither_stops_nor_hides_the_others(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open", "friendly", "closed", "vanishing"])
    captured(pipeline, "profile")
    next_morning(pipeline)
    assert captured(pipeline, "profile").verdicts == {
        "open": "complete",
        "friendly": "complete",
        "closed": "complete",
        "vanishing": "failed",
    }
    tally = captured(pipeline, "followers")
    assert tally.verdicts == {"open": "complete", "friendly": "complete", "closed": "failed", "vanishing": "failed"}
    assert "private" in tally.reasons["closed"]
    assert "no such account" in tally.reasons["vanishing"]
    assert captured(pipeline, "posts").verdicts["closed"] == "failed"


def test_an_unknown_username_fails_with_what_to_do_and_is_not_declared_gone(tmp_path):
    pipeline = small_pipeline(tmp_path, [])
    pipeline.registry.targets.add("nobody.here", None, None)
    assert captured(pipeline, "profile").reasons["nobody-here"].startswith("Instagram shows no such account")
    assert pipeline.registry.targets.get("nobody-here").state == "active"


def test_an_account_that_its_profile_capture_could_not_see_costs_no_further_request(tmp_path):
    pipeline = small_pipeline(tmp_path, ["vanishing"])
    captured(pipeline, "profile")
    next_morning(pipeline)
    captured(pipeline, "profile")
    pipeline.registry.targets.add("nobody.here", None, None)
    spent = pipeline.registry.ledger.total()
    reasons = {**captured(pipeline, "followers").reasons, **captured(pipeline, "posts").reasons}
    assert pipeline.registry.ledger.total() == spent
    assert "profile could not be captured" in reasons["vanishing"]
    assert "not known yet" in reasons["nobody-here"]


def test_a_list_that_is_private_to_the_session_is_not_asked_for(tmp_path):
    pipeline = small_pipeline(tmp_path, ["closed"])
    captured(pipeline, "profile")
    captured(pipeline, "followers")
    assert asked(pipeline, "followers") == 0


def test_a_target_is_followed_through_its_rename(tmp_path):
    pipeline = small_pipeline(tmp_path, ["renaming"])
    captured(pipeline, "profile")
    next_morning(pipeline)
    assert captured(pipeline, "profile").verdicts == {"renaming": "complete"}
    assert captured(pipeline, "posts").verdicts == {"renaming": "complete"}
    assert pipeline.registry.targets.get("renaming").username == "second.light"


def test_a_target_without_followers_and_posts_is_complete_and_empty(tmp_path):
    pipeline = small_pipeline(tmp_path, ["empty"])
    captured(pipeline, "profile")
    assert captured(pipeline, "followers").verdicts == {"empty": "complete"}
    assert captured(pipeline, "posts").verdicts == {"empty": "complete"}


def test_what_is_captured_is_not_due_again_and_costs_no_request(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"])
    captured(pipeline, "profile")
    spent = pipeline.registry.ledger.total()
    assert captured(pipeline, "profile").due == 0
    assert pipeline.registry.ledger.total() == spent


def test_a_tick_takes_the_longest_uncaptured_targets_first_and_no_more_than_it_may(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open", "renaming"])
    captured(pipeline, "profile", Limits(most=25, seconds=3600, targets=("open",)))
    next_morning(pipeline)
    assert list(captured(pipeline, "profile", Limits(most=1, seconds=3600)).verdicts) == ["renaming"]


def test_a_tick_begins_no_target_after_its_time_and_says_so(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open", "friendly", "renaming"])
    tally = captured(pipeline, "profile", Limits(most=25, seconds=0))
    assert len(tally.verdicts) == 1
    assert "next tick" in tally.stopped


def test_status_tells_how_far_an_interrupted_capture_is_and_when_it_may_end(tmp_path):
    throttle = Scripted(FOLLOWERS, json_reply({"message": "wait", "status": "fail"}, 429), after=3)
    pipeline = small_pipeline(tmp_path, ["open"], [throttle])
    captured(pipeline, "profile")
    captured(pipeline, "followers")
    (row,) = standing(pipeline)["in_progress"]
    assert (row["target"], row["surface"], row["session"]) == ("open", "followers", "desk")
    assert (row["state"], row["rows"], row["of"], row["percent"]) == ("interrupted, resumes", 150, 230, "65 %")
    cooled = pipeline.registry.sessions.cooling("desk")
    assert cooled < row["expected_end"] < cooled + timedelta(minutes=1)
    pipeline.registry.sessions.stop("desk", "Instagram asks for a code")
    (row,) = standing(pipeline)["in_progress"]
    assert (row["expected_end"], "asks for a code" in row["state"]) == (None, True)
    clock_of(pipeline).sleep(700)
    pipeline.registry.sessions.resume("desk")
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    assert standing(pipeline)["in_progress"] == []


def test_a_throttle_ends_the_tick_and_the_capture_resumes_at_the_next_page_after_it(tmp_path):
    throttle = Scripted(FOLLOWERS, json_reply({"message": "wait", "status": "fail"}, 429), after=3)
    pipeline = small_pipeline(tmp_path, ["open", "friendly"], [throttle])
    captured(pipeline, "profile")
    tally = captured(pipeline, "followers", Limits(most=25, seconds=3600, targets=("open", "friendly")))
    assert "429" in tally.stopped
    assert tally.verdicts == {}
    refused = asked(pipeline, "followers")
    assert captured(pipeline, "followers").stopped.startswith("the session 'desk' cools down")
    assert asked(pipeline, "followers") == refused
    clock_of(pipeline).sleep(700)
    assert captured(pipeline, "followers").verdicts == {"open": "complete", "friendly": "complete"}
    pages = sum(
        capture.page_count for capture in pipeline.registry.captures.of_round(today(pipeline.clock), "followers")
    )
    assert asked(pipeline, "followers") == pages + 1


@pytest.mark.parametrize("message", ["challenge_required", "feedback_required", "checkpoint_required"])
def test_a_sign_of_danger_stops_the_session_and_nothing_more_is_asked(tmp_path, message):
    danger = Scripted(FOLLOWERS, json_reply({"message": message, "status": "fail"}, 400), times=FOR_EVER)
    pipeline = small_pipeline(tmp_path, ["open", "friendly", "renaming"], [danger])
    captured(pipeline, "profile")
    assert "owner" in captured(pipeline, "followers").stopped
    spent = pipeline.registry.ledger.total()
    assert captured(pipeline, "followers").stopped.startswith("the session 'desk' is stopped")
    assert captured(pipeline, "posts").stopped.startswith("the session 'desk' is stopped")
    assert pipeline.registry.ledger.total() == spent
    assert asked(pipeline, "followers") == 1


def test_a_session_that_is_logged_out_is_not_used_again(tmp_path):
    please = json_reply({"message": "Please wait a few minutes before you try again.", "require_login": True}, 401)
    pipeline = small_pipeline(tmp_path, ["open", "friendly"], [Scripted(FOLLOWERS, please, times=FOR_EVER)])
    captured(pipeline, "profile")
    assert captured(pipeline, "followers").stopped
    assert asked(pipeline, "followers") == 1
    assert pipeline.registry.sessions.state("desk").stopped_because


def test_without_a_session_public_profiles_are_captured_and_lists_are_left_for_when_there_is_one(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"], logged_in=False)
    assert captured(pipeline, "profile").verdicts == {"open": "complete"}
    spent = pipeline.registry.ledger.total()
    tally = captured(pipeline, "followers")
    assert tally.verdicts == {}
    assert "logged-in session" in tally.stopped
    assert pipeline.registry.ledger.total() == spent
    assert pipeline.due(today(pipeline.clock)) == 0
    assert [target.label for target in pipeline.lacking("followers", today(pipeline.clock))] == ["open"]


def test_without_a_connection_the_tick_ends_and_nothing_is_written_off(tmp_path):
    def no_way(_: object) -> None:
        raise requests.exceptions.ConnectionError(MaxRetryError(None, "/", NameResolutionError("www", None, OSError())))

    pipeline = small_pipeline(tmp_path, ["open", "friendly"])
    pipeline.instagram.faults.append(Scripted("GET", no_way, times=FOR_EVER))
    tally = captured(pipeline, "profile")
    assert "cannot be reached: no connection" in tally.stopped
    assert tally.verdicts == {}
    assert pipeline.registry.ledger.total() == 1
    assert pipeline.due(today(pipeline.clock)) == 6


def test_a_stumble_of_the_network_is_left_for_another_try_and_then_written_down(tmp_path):
    broken = Scripted(FOLLOWERS, json_reply({}, 502), after=1, times=2)
    pipeline = small_pipeline(tmp_path, ["open"], [broken])
    captured(pipeline, "profile")
    first = captured(pipeline, "followers", Limits(most=25, seconds=3600, last_try=False))
    assert (first.unfinished, first.verdicts) == (["open"], {})
    last = captured(pipeline, "followers")
    assert last.verdicts == {"open": "failed"}
    assert "502" in last.reasons["open"]
    next_morning(pipeline)
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}


def test_a_last_try_that_got_further_is_not_written_off(tmp_path):
    broken = Scripted(FOLLOWERS, json_reply({}, 502), after=2)
    pipeline = small_pipeline(tmp_path, ["open"], [broken])
    captured(pipeline, "profile")
    assert captured(pipeline, "followers").unfinished == ["open"]
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    pages = pipeline.registry.captures.history("open", "followers")[0].page_count
    assert asked(pipeline, "followers") == pages + 1


def test_another_shape_of_answer_is_drift_and_the_page_as_received_is_kept(tmp_path):
    changed = Scripted(FOLLOWERS, json_reply({"users": [{"id": "1"}], "status": "ok"}), times=FOR_EVER)
    pipeline = small_pipeline(tmp_path, ["open"], [changed])
    captured(pipeline, "profile")
    tally = captured(pipeline, "followers")
    assert pipeline.registry.captures.newest("open", None, 1)[0].failure == "drift"
    assert "unknown shape" in tally.reasons["open"]
    assert len(list(pipeline.settings.journal_dir.iterdir())) == 2


def test_an_empty_list_with_a_count_is_suspect_and_not_everybodys_leaving(tmp_path):
    dead = Scripted(FOLLOWERS, json_reply({"users": [], "big_list": False, "status": "ok"}), times=FOR_EVER)
    pipeline = small_pipeline(tmp_path, ["open"], [dead])
    captured(pipeline, "profile")
    tally = captured(pipeline, "followers")
    assert tally.verdicts == {"open": "suspect"}
    assert "230" in tally.reasons["open"]


def test_a_closed_round_and_one_to_come_cannot_be_captured_and_the_error_says_why(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"])
    day = today(pipeline.clock)
    captured(pipeline, "profile")
    next_morning(pipeline)
    captured(pipeline, "profile")
    with pytest.raises(RoundError, match="how things are now"):
        capture_due(pipeline, "profile", day, LIMITS, lambda *_: None)
    with pytest.raises(RoundError, match="has not begun"):
        capture_due(pipeline, "profile", day.replace(year=2030), LIMITS, lambda *_: None)


def test_a_round_stays_open_past_midnight_until_the_next_one_opens(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"])
    day = today(pipeline.clock)
    captured(pipeline, "profile")
    next_morning(pipeline)
    assert capture_due(pipeline, "posts", day, LIMITS, lambda *_: None).verdicts == {"open": "complete"}


def test_a_capture_that_another_run_holds_is_left_alone(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open", "renaming"])
    captures = pipeline.registry.captures
    target = pipeline.registry.targets.get("open")
    held = captures.begin(target, "profile", today(pipeline.clock), "simulator")
    captures._set(held, holder="another-machine:1:aaaaaa")  # noqa: SLF001  another machine cannot be had here
    tally = captured(pipeline, "profile")
    assert (tally.busy, tally.verdicts) == (["open"], {"renaming": "complete"})


def test_a_full_disk_is_named_and_the_capture_resumes_where_it_stopped(tmp_path, monkeypatch):
    pipeline = small_pipeline(tmp_path, ["open"])
    captured(pipeline, "profile")
    kept = 3
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > kept:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DiskFullError, match="is full"):
            captured(pipeline, "followers")
    before = asked(pipeline, "followers")
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    pages = pipeline.registry.captures.history("open", "followers")[0].page_count
    assert asked(pipeline, "followers") <= pages + 1
    assert before < pages


def test_identities_spent_stop_a_list_in_the_middle_and_it_resumes_at_the_next_page_a_day_later(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open", "friendly"], identities_per_day=200, longest_wait=30)
    captured(pipeline, "profile")
    tally = captured(pipeline, "followers", Limits(most=25, seconds=3600, targets=("open", "friendly")))
    assert tally.stopped.startswith(
        "the session 'desk' has used its budget of 200 identities in a day, until 2026-11-03"
    )
    assert (tally.verdicts, asked(pipeline, "followers")) == ({}, 4)
    # Only lists have to wait: what returns no identities goes on, and the session does not cool down.
    assert pipeline.session("desk").not_now() is None
    assert captured(pipeline, "posts").verdicts == {"open": "complete", "friendly": "complete"}
    assert captured(pipeline, "followers").stopped == pipeline.session("desk").resting("followers")
    assert asked(pipeline, "followers") == 4
    clock_of(pipeline).sleep(86_400)
    assert captured(pipeline, "followers").verdicts == {"open": "complete", "friendly": "complete"}
    pages = sum(
        capture.page_count for capture in pipeline.registry.captures.of_round(today(pipeline.clock), "followers")
    )
    assert asked(pipeline, "followers") == pages


def test_a_budget_of_requests_that_is_spent_ends_the_tick_and_says_which_and_until_when(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"], requests_per_hour=5, longest_wait=30)
    captured(pipeline, "profile")
    tally = captured(pipeline, "followers")
    assert tally.stopped.startswith(
        "the session 'desk' has used its budget of 5 requests in an hour, until 2026-11-02 07:"
    )
    assert len(pipeline.instagram.requests) == pipeline.registry.ledger.total() == 5
    assert captured(pipeline, "followers").stopped.startswith("the session 'desk' cools down until")
    for _ in range(4):
        clock_of(pipeline).sleep(3600)
        captured(pipeline, "followers")
    assert pipeline.registry.captures.latest()[0].verdict == "complete"
