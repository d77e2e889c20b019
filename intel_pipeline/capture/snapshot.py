"""From a finding to a snapshot: validated, then kept in the lake."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intel_pipeline.capture.findings import Finding
from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.lake import quarantine_file, snapshot_file
from intel_pipeline.lake.snapshot_file import Stamp
from intel_pipeline.registry.models import Capture

if TYPE_CHECKING:
    from intel_pipeline.contracts.quarantine import Sieve

KEYS = {"profile": "user_id", "followers": "user_id", "followees": "user_id", "posts": "post_id"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What a capture proves, where in the lake its snapshot lies, if it left one, and how many rows were set aside."""

    outcome: Outcome
    snapshot: str | None = None
    set_aside: int = 0


def keep(lake: Path, capture: Capture, finding: Finding) -> Kept:
    """Validate the rows and write them to the lake, those that break the surface's contract apart.

    A list from which rows were set aside proves nobody's absence, so it is not complete then, and does not wait for
    another one to confirm it. Raises ContractError where more than single rows break the contract.
    """
    outcome = finding.outcome
    if finding.frames is None:
        return Kept(outcome)
    from intel_pipeline.contracts.quarantine import Sieve

    sieve = Sieve(contract(capture.surface), f"the {capture.surface} of '{capture.target}'")
    stamp = Stamp(
        capture_id=capture.capture_id,
        target=capture.target,
        surface=capture.surface,
        captured_at=outcome.started_at or capture.started_at,
        verdict=outcome.verdict,
        key=KEYS[capture.surface],
    )

    def verdict() -> str:
        return lessened(outcome, sieve).verdict

    path = snapshot_file.write_all(lake, stamp, sieve.sound(finding.frames), verdict)
    if sieve.aside:
        import polars as pl

        quarantine_file.write(lake, stamp, pl.concat(sieve.aside))
    return Kept(lessened(outcome, sieve), str(path), sieve.number)


def lessened(outcome: Outcome, sieve: "Sieve") -> Outcome:
    """Return what a capture proves without the rows that were set aside."""
    if not sieve.aside:
        return outcome
    return replace(
        outcome,
        verdict="partial" if outcome.verdict in ("complete", "suspect") else outcome.verdict,
        reasons=(*outcome.reasons, sieve.words),
        distinct=None if outcome.distinct is None else outcome.distinct - sieve.number,
        held=False,
        resolved=(),
    )


def contract(surface: str) -> Any:  # noqa: ANN401  a Pandera model class, which has no common typed base
    """Return the Pandera model of a surface's rows."""
    from intel_pipeline.contracts.follower import FollowerSnapshot
    from intel_pipeline.contracts.post import PostSnapshot
    from intel_pipeline.contracts.profile import ProfileSnapshot

    return {
        "profile": ProfileSnapshot,
        "followers": FollowerSnapshot,
        "followees": FollowerSnapshot,
        "posts": PostSnapshot,
    }[surface]
