from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from intel_pipeline.cli.console import opened
from intel_pipeline.errors import CaptureError, TargetError
from intel_pipeline.warehouse.derive import derive_followers
from intel_pipeline_tests.cli.commands import answer, run
from intel_pipeline_tests.listed import listed_pipeline, lists, next_list

WHOLE, AFTER = range(1, 101), range(41, 101)


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of a capture that is held back in the data folder that the commands use."""
    monkeypatch.setenv("INTEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    pipeline = listed_pipeline(tmp_path / "data")
    for members in (WHOLE, AFTER):
        capture = next_list(pipeline, members, len(members))
    yield capture.capture_id
    pipeline.registry.close()


def test_captures_are_listed_newest_first_with_what_they_proved_and_why(held: str) -> None:
    newest, oldest = (one for one in answer("captures", "list", "--json") if one["surface"] == "followers")
    assert newest["capture_id"] == held
    assert (newest["verdict"], newest["held"], newest["listed"], newest["missing"]) == ("suspect", True, 60, 40)
    assert (oldest["verdict"], oldest["reasons"], oldest["gap_low"], oldest["gap_high"]) == ("complete", [], -2, 2)
    table = run("captures", "list").stdout
    assert [word for word in ("suspect, held", "-2 to 2", "missing at once", "profile") if word not in table] == []


def test_the_list_can_be_narrowed_by_target_verdict_and_number(held: str) -> None:
    assert [one["capture_id"] for one in answer("captures", "list", "tea", "--verdict", "suspect", "--json")] == [held]
    assert len(answer("captures", "list", "--limit", "3", "--json")) == 3
    assert answer("captures", "list", "--verdict", "limited", "--json") == []
    with pytest.raises(TargetError, match="no target 'coffee'"):
        run("captures", "list", "coffee")
    assert "limited" in run("captures", "list", "--verdict", "perfect").stderr


def test_an_accepted_capture_is_complete_and_its_losses_are_published(held: str) -> None:
    with opened() as pipeline:
        for capture in lists(pipeline):
            assert capture.round is not None
            derive_followers(pipeline, capture.round)
    result = run("captures", "accept", held)
    assert "accepted by the operator" in result.stdout
    losses = "select count(*) as n from follower_changes where kind = 'left' and state = 'suspected'"
    assert answer("sql", losses, "--json") == [{"n": 40}]
    assert answer("sql", "select count(*) as n from followers", "--json") == [{"n": 60}]
    assert answer("captures", "list", "--verdict", "suspect", "--json") == []
    with pytest.raises(CaptureError, match="is complete and not held back"):
        run("captures", "accept", held)


def test_of_an_accepted_capture_without_a_round_it_is_said_who_derives_it(held: str) -> None:
    with opened() as pipeline, pipeline.registry.engine.begin() as connection:
        connection.execute(text("update captures set round = null"))
    result = run("captures", "accept", held)
    assert "the next tick derives what it teaches" in result.stderr
    assert [one["verdict"] for one in answer("captures", "list", "--limit", "1", "--json")] == ["complete"]


def test_what_is_not_there_cannot_be_accepted_and_the_error_says_where_to_look(held: str) -> None:
    with pytest.raises(CaptureError, match="there is no capture") as caught:
        run("captures", "accept", "20260101T000000-nothing")
    assert "captures list" in caught.value.fix
