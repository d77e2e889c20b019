from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from intel_pipeline.capture.findings import Finding
from intel_pipeline.capture.mass_loss import Resolution
from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.capture.snapshot import keep
from intel_pipeline.contracts.follower import SCHEMA
from intel_pipeline.lake import quarantine_file, snapshot_file
from intel_pipeline.registry.models import Capture
from intel_pipeline_tests.contracts.rows import FOLLOWER

CAPTURE = Capture(capture_id="one", target="desk", surface="followers", started_at=datetime(2026, 11, 1, 6, tzinfo=UTC))
COMPLETE = Outcome(verdict="complete", rows=12, distinct=12, resolved=(Resolution("zero", "complete", "agrees"),))


def listed(*bad: int) -> pl.DataFrame:
    rows = [
        {**FOLLOWER, "user_id": number, "username": "NO NAME" if number in bad else f"p{number}", "position": number}
        for number in range(1, 13)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def test_a_sound_list_is_kept_as_it_is(tmp_path: Path) -> None:
    kept = keep(tmp_path, CAPTURE, Finding(COMPLETE, [listed()]))
    assert (kept.outcome, kept.set_aside) == (COMPLETE, 0)
    assert snapshot_file.read(tmp_path, str(kept.snapshot)).height == 12
    assert not (tmp_path / "quarantine").exists()


def test_a_list_with_a_bad_row_proves_nobodys_absence_and_releases_no_other(tmp_path: Path) -> None:
    kept = keep(tmp_path, CAPTURE, Finding(COMPLETE, [listed(5, 7)]))
    assert kept.outcome == replace(
        COMPLETE,
        verdict="partial",
        distinct=10,
        resolved=(),
        reasons=("2 rows broke the contract and were set aside (username: matches ^[a-z0-9._]{1,30}$, 2 rows)",),
    )
    assert snapshot_file.read_footer(tmp_path / str(kept.snapshot))["verdict"] == "partial"
    assert snapshot_file.read(tmp_path, str(kept.snapshot))["user_id"].to_list() == [1, 2, 3, 4, 6, *range(8, 13)]
    aside = quarantine_file.read(tmp_path, str(kept.snapshot))
    assert (kept.set_aside, aside["value"].to_list()) == (2, ["NO NAME", "NO NAME"])


def test_one_that_waits_for_another_to_agree_waits_no_more_when_rows_are_missing_from_it(tmp_path: Path) -> None:
    held = Outcome(verdict="suspect", reasons=("a fifth is missing",), distinct=12, held=True)
    kept = keep(tmp_path, CAPTURE, Finding(held, [listed(5)]))
    assert (kept.outcome.verdict, kept.outcome.held, kept.outcome.reasons[0]) == ("partial", False, held.reasons[0])


def test_without_rows_there_is_nothing_to_keep(tmp_path: Path) -> None:
    assert keep(tmp_path, CAPTURE, Finding(Outcome(verdict="failed"))).snapshot is None
