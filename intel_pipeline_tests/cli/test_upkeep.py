import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from intel_pipeline.errors import CaptureError
from intel_pipeline.registry.models import Capture
from intel_pipeline_tests.cli.commands import answer, run
from intel_pipeline_tests.listed import listed_pipeline, next_list


@pytest.fixture
def capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Capture]:
    """A capture of days ago in the data folder that the commands use."""
    monkeypatch.setenv("INTEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("INTEL_RAW_PAGES_DAYS", "3650")
    monkeypatch.chdir(tmp_path)
    pipeline = listed_pipeline(tmp_path / "data")
    yield next_list(pipeline, range(1, 101), 100)
    pipeline.registry.close()


def test_the_upkeep_says_what_it_would_do_does_it_and_says_what_it_did(capture: Capture) -> None:
    would = answer("upkeep", "--dry-run", "--json")
    assert (would["packed"], would["became_bytes"], would["dry_run"]) == (2, 0, True)
    assert "would be packed:  2 captures" in run("upkeep", "--dry-run").stdout
    done = run("upkeep")
    assert "packed:  2 captures" in done.stdout
    assert "kept for 3650 days (INTEL_RAW_PAGES_DAYS)" in done.stderr
    assert "packed:  0 captures" in run("upkeep").stdout
    assert capture.capture_id not in done.stderr


def test_a_capture_says_whether_its_pages_are_still_there_and_until_when(
    capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = answer("captures", "show", capture.capture_id, "--json")
    assert (shown["verdict"], shown["raw_pages"]) == ("complete", f"journal/{capture.capture_id}.pages")
    run("upkeep")
    shown = answer("captures", "show", capture.capture_id, "--json")
    assert shown["raw_pages"].startswith("lake/pages/followers/2026-11-03-")
    assert shown["raw_pages_until"].startswith("2036-11-01")
    assert "raw pages until:" in run("captures", "show", capture.capture_id).stdout
    monkeypatch.setenv("INTEL_RAW_PAGES_DAYS", "0")
    assert "not at all" in run("upkeep").stderr
    assert answer("captures", "show", capture.capture_id, "--json")["raw_pages"] is None
    assert "not kept any more" in run("captures", "show", capture.capture_id).stdout
    with pytest.raises(CaptureError, match="not kept any more"):
        run("captures", "show", capture.capture_id, "--pages")


def test_pages_are_shown_as_they_came_before_and_after_they_are_packed(capture: Capture) -> None:
    before = run("captures", "show", capture.capture_id, "--pages").stdout
    pages = [json.loads(line) for line in before.splitlines()]
    assert [page["key"] for page in pages] == ["count before", "followers first", "count after"]
    assert len(pages[1]["body"]["users"]) == 100
    run("upkeep")
    assert run("captures", "show", capture.capture_id, "--pages").stdout == before


def test_a_finished_capture_that_was_left_alone_is_named_with_the_reason(capture: Capture, tmp_path: Path) -> None:
    (tmp_path / "data" / "lake" / str(capture.snapshot)).unlink()
    done = run("upkeep")
    assert f"left alone: {capture.capture_id}: the snapshot" in done.stderr.replace("\n", " ")
