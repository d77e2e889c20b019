from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from intel_pipeline.capture.tally import Limits
from intel_pipeline.capture.work import capture_due
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.settling import Settled, settle
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.wire.exchange import json_reply
from intel_pipeline.warehouse.derive import derive_followers, publish_now
from intel_pipeline.warehouse.writer import connected, writing
from intel_pipeline_tests.worlds import SECOND, VIEWER, add_session, next_morning, small_pipeline

LIMITS = Limits(most=25, seconds=3600)
CAUSES = "select user_id, cause from follower_changes where kind = 'left' and state = 'confirmed' order by user_id"
LOOK = "doc_id=27937681195819736"
# instaloader fetches its tokens from a page first, once for each time that it is started.
START = 1
# The target itself is looked up once somebody seems to be gone: Instagram tells a session that it distrusts so of all.
CONTROL = 1


def nobody(*_: object) -> None:
    """Watch nothing."""


def morning(pipeline: Pipeline) -> None:
    """Capture the target on the next morning and derive what that teaches."""
    day = next_morning(pipeline)
    for surface in ("profile", "followers"):
        capture_due(pipeline, surface, day, LIMITS, nobody)
    derive_followers(pipeline, day)


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    """A pipeline that has seen a week of a target whose followers leave and deactivate."""
    opened = small_pipeline(tmp_path, ["fading"])
    for _ in range(7):
        morning(opened)
    assert opened.instagram is not None
    opened.instagram.requests.clear()
    yield opened
    opened.registry.close()


def causes(pipeline: Pipeline) -> dict[int, str]:
    with connected(pipeline.settings.warehouse_file, read_only=True) as connection:
        return dict(connection.execute(CAUSES).fetchall())


def requests(pipeline: Pipeline) -> int:
    assert pipeline.instagram is not None
    return len(pipeline.instagram.requests)


def test_the_cause_of_a_loss_is_unknown_until_somebody_asks_for_it(pipeline: Pipeline) -> None:
    assert len(causes(pipeline)) >= 10
    assert set(causes(pipeline).values()) == {"unknown"}
    assert pipeline.settings.settle_per_tick == 0


def test_one_look_at_the_account_tells_who_unfollowed_from_who_is_gone(pipeline: Pipeline) -> None:
    settled = settle(pipeline, None, 100, nobody)
    assert pipeline.instagram is not None
    world = pipeline.instagram.world
    truth = {one: "deactivated" if world.profile(one) is None else "unfollowed" for one in causes(pipeline)}
    assert causes(pipeline) == truth
    assert set(truth.values()) == {"deactivated", "unfollowed"}
    assert settled.asked == sum(settled.causes.values()) == requests(pipeline) - START - CONTROL == len(truth)


def test_no_more_accounts_are_looked_up_than_allowed_and_none_twice(pipeline: Pipeline) -> None:
    everybody = len(causes(pipeline))
    assert settle(pipeline, "fading", 3, nobody).asked == 3
    assert sum(cause != "unknown" for cause in causes(pipeline).values()) == 3
    assert requests(pipeline) - START <= 3 + CONTROL
    assert settle(pipeline, None, 100, nobody).asked == everybody - 3
    assert settle(pipeline, None, 100, nobody) == Settled()
    assert settle(pipeline, "elsewhere", 100, nobody) == Settled()


def test_each_request_is_on_the_ledger(pipeline: Pipeline) -> None:
    before = pipeline.registry.ledger.total()
    settle(pipeline, None, 4, nobody)
    assert pipeline.registry.ledger.total() - before == requests(pipeline) >= START + 4


def test_a_warehouse_that_is_made_anew_has_the_causes_without_asking_again(pipeline: Pipeline) -> None:
    settle(pipeline, None, 100, nobody)
    known, spent = causes(pipeline), requests(pipeline)
    pipeline.settings.warehouse_file.unlink()
    with writing(pipeline.settings.warehouse_file):
        pass
    for capture in pipeline.registry.captures.history("fading", "followers"):
        assert capture.round is not None
        derive_followers(pipeline, capture.round)
    assert causes(pipeline) == known
    assert requests(pipeline) == spent


def test_at_the_first_sign_of_trouble_nothing_more_is_asked_and_what_was_told_is_kept(pipeline: Pipeline) -> None:
    assert pipeline.instagram is not None
    trouble = json_reply({"message": "feedback_required", "status": "fail", "spam": True}, 400)
    pipeline.instagram.faults.append(Scripted(LOOK, trouble, after=2))
    settled = settle(pipeline, None, 100, nobody)
    assert settled.stopped is not None
    assert requests(pipeline) == START + 3
    assert 1 <= sum(cause != "unknown" for cause in causes(pipeline).values()) <= 2
    assert settle(pipeline, None, 100, nobody).stopped is not None
    assert requests(pipeline) == START + 3


def test_a_strange_answer_ends_it_leaves_that_cause_unknown_and_does_not_stand_in_the_way_again(
    pipeline: Pipeline,
) -> None:
    assert pipeline.instagram is not None
    everybody = len(causes(pipeline))
    pipeline.instagram.faults.append(Scripted(LOOK, json_reply({"data": {"another": "shape"}})))
    settled = settle(pipeline, None, 100, nobody)
    assert (settled.asked, settled.causes["unknown"]) == (1, 1)
    assert settled.stopped is not None
    assert settle(pipeline, None, 100, nobody).asked == everybody - 1


def test_a_session_that_is_told_the_same_of_the_target_itself_settles_nothing(pipeline: Pipeline) -> None:
    assert pipeline.instagram is not None
    pipeline.instagram.faults.append(
        Scripted(LOOK, json_reply({"data": {"user": None}, "status": "ok"}), times=FOR_EVER)
    )
    settled = settle(pipeline, None, 100, nobody)
    assert settled.stopped is not None
    assert "of 'fading' too" in settled.stopped
    assert set(causes(pipeline).values()) == {"unknown"}
    assert requests(pipeline) == START + 1 + CONTROL


def test_accounts_are_looked_up_with_the_session_that_reads_the_target_and_another_waits(pipeline: Pipeline) -> None:
    add_session(pipeline, "annex", SECOND)
    both = replace(pipeline, settings=pipeline.settings.model_copy(update={"session": None}))
    assert pipeline.instagram is not None
    pipeline.instagram.requests.clear()
    both.registry.targets.assign("fading", "annex")
    assert settle(both, None, 2, nobody).asked == 2
    assert {request.viewer for request in pipeline.instagram.requests} == {SECOND.username}
    both.registry.sessions.stop("annex", "a checkpoint awaits its owner")
    spent = requests(both)
    assert settle(both, None, 2, nobody).stopped == both.session("annex").stopped()
    both.registry.targets.assign("fading", None)
    assert requests(both) == spent
    assert settle(both, None, 2, nobody).asked == 2
    assert {request.viewer for request in pipeline.instagram.requests[spent:]} == {VIEWER.username}


def test_who_has_come_back_is_not_looked_up(pipeline: Pipeline) -> None:
    with writing(pipeline.settings.warehouse_file) as transaction:
        transaction.run("""
            insert into lessons by name
            select * replace (-lesson_id as lesson_id, 'refollowed' as kind, now()::timestamptz as not_after)
            from lessons where kind = 'left' and state = 'confirmed'
        """)
        transaction.run("""
            insert into lesson_followers by name
            select lesson_followers.* replace (-lesson_id as lesson_id)
            from lesson_followers semi join (from lessons where kind = 'left' and state = 'confirmed') using (lesson_id)
        """)
    assert settle(pipeline, None, 100, nobody) == Settled()


def test_without_a_session_nobody_is_looked_up(tmp_path: Path) -> None:
    pipeline = small_pipeline(tmp_path, ["fading"], logged_in=False)
    settled = settle(pipeline, None, 100, nobody)
    assert settled.stopped is not None
    assert "none is in use" in settled.stopped
    assert requests(pipeline) == 0


def test_the_publication_shows_the_cause(pipeline: Pipeline) -> None:
    settle(pipeline, None, 1, nobody)
    publish_now(pipeline)
    with connected(pipeline.settings.publication.resolve(), read_only=True) as connection:
        shown = connection.execute("select count(*) from follower_changes where cause in ('unfollowed', 'deactivated')")
        assert shown.fetchall() == [(1,)]
