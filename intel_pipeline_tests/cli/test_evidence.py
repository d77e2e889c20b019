from collections.abc import Iterator
from pathlib import Path

import pytest

from intel_pipeline.cli.evidence import NothingLearnedError
from intel_pipeline.warehouse.derive import derive_followers, publish_now
from intel_pipeline_tests.cli.commands import answer, run
from intel_pipeline_tests.listed import listed_pipeline, lists, next_list

EVERYBODY = range(1, 41)
WITHOUT_SEVEN = [number for number in EVERYBODY if number != 7]


@pytest.fixture(autouse=True)
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A publication in which number 7 of a target's followers has left; the count fell with them."""
    monkeypatch.setenv("INTEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    pipeline = listed_pipeline(tmp_path / "data")
    for members in (*[EVERYBODY] * 6, *[WITHOUT_SEVEN] * 3):
        capture = next_list(pipeline, members, len(members))
        assert capture.round is not None
        derive_followers(pipeline, capture.round)
    publish_now(pipeline)
    assert len(lists(pipeline)) == 9
    yield
    pipeline.registry.close()


def test_a_loss_shows_what_was_learned_when_and_from_which_lists() -> None:
    suspected, confirmed = answer("evidence", "7", "--json")
    assert [(one["state"], one["absences"]) for one in (suspected, confirmed)] == [("suspected", 1), ("confirmed", 2)]
    assert (confirmed["listed"], confirmed["reported"], confirmed["target"]) == (39, 39, "tea")
    assert suspected["reason"] == "more complete captures must agree"
    assert confirmed["first_capture_id"] == suspected["capture_id"] != confirmed["capture_id"]
    assert confirmed["needed"] >= 2


def test_a_follower_is_found_by_name_id_or_change() -> None:
    one = answer("evidence", "7", "--json")
    for name in (one[0]["username"], one[0]["change_id"]):
        assert answer("evidence", name, "--target", "tea", "--json") == one


def test_the_table_names_the_captures_and_says_why_a_loss_was_only_suspected() -> None:
    shown = run("evidence", "7").stdout
    captures = {one["capture_id"] for one in answer("evidence", "7", "--json")}
    assert [
        text for text in (*captures, "more complete captures must agree", "missing from") if text not in shown
    ] == []


def test_of_somebody_who_never_changed_nothing_was_learned() -> None:
    with pytest.raises(NothingLearnedError, match="nothing was ever learned about '8'"):
        run("evidence", "8")
