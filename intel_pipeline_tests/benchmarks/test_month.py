from datetime import UTC, date, datetime, timedelta

from benchmarks.daemon import part_of
from benchmarks.month import VICTIMS, kills_of
from benchmarks.month_truth import Claim, Seen, miscounted, poorer, untrue
from intel_pipeline.registry.models import Capture
from intel_pipeline.simulator.events import Event

DAY = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 6, tzinfo=UTC)


def capture(target: str = "a", surface: str = "followers", verdict: str = "complete") -> Capture:
    reasons = [] if verdict == "complete" else ["so it was"]
    moments = {"started_at": AT, "finished_at": AT}
    return Capture(target=target, surface=surface, round=DAY, verdict=verdict, reasons=reasons, **moments)


def test_kills_are_the_same_for_a_seed_and_hit_everything_in_turn():
    assert kills_of(20, 30, 5.0, 7) == kills_of(20, 30, 5.0, 7) != kills_of(20, 30, 5.0, 8)
    kills = kills_of(20, 30, 5.0, 7)
    assert [kill.day for kill in kills] == sorted(kill.day for kill in kills)
    assert {kill.parts for kill in kills} == {*VICTIMS}


def test_a_process_is_told_by_its_command_line():
    assert part_of("python dagster-daemon run --workspace w.yaml") == "daemon"
    assert part_of("python -m dagster api grpc --lazy-load-user-code") == "server"
    assert part_of("python -c from multiprocessing.spawn import spawn_main; spawn_main(pipe_handle=8)") == "run"
    assert part_of("python -c from multiprocessing.resource_tracker import main;main(7)") is None


def test_what_a_round_lacks_or_has_twice_is_named():
    found = [capture(), capture(), capture("b")]
    assert list(miscounted(found, ["a", "b", "c"], ["followers"], [DAY])) == [
        "a: 2 captures of its followers on 2026-11-02",
        "c: 0 captures of its followers on 2026-11-02",
    ]


def test_a_capture_has_to_prove_what_the_world_allowed_and_no_more():
    standing = {"a": Seen(True, True), "gone": Seen(False, False), "private": Seen(True, False)}

    def poor(*captures: Capture, plain: str = "a gone private", drifted: date | None = None) -> list[str]:
        return list(poorer(captures, lambda label, _: standing[label], {*plain.split()}, drifted))

    assert poor(capture(), capture("gone", verdict="failed"), capture("private", verdict="failed")) == []
    assert poor(capture("private", "profile")) == []
    assert poor(capture(verdict="failed")) == ["a: its followers of 2026-11-02 is failed: so it was"]
    assert "not to be seen" in poor(capture("gone"))[0]
    assert "not to be seen" in poor(capture("private"))[0]
    assert poor(capture(verdict="failed"), drifted=DAY) == []
    assert poor(capture(verdict="partial"), plain="b") == []


def test_a_change_is_true_that_happened_between_its_moments():
    hour = timedelta(hours=1)
    events = {"a": [Event(AT, 1, "left", 5, "name", None)]}
    right = Claim("a", "left", 5, AT - hour, AT)
    wrong = [
        Claim("a", "left", 5, AT, AT + hour),
        Claim("a", "left", 6, AT - hour, AT),
        Claim("a", "followed", 5, AT - hour, AT),
        Claim("b", "left", 5, AT - hour, AT),
    ]
    assert list(untrue([right, *wrong], events)) == wrong
    assert (
        list(untrue([Claim("a", "refollowed", 5, AT - hour, AT)], {"a": [Event(AT, 1, "followed", 5, None, "n")]}))
        == []
    )
