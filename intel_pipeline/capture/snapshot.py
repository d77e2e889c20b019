"""From a finding to a snapshot: validated, then kept in the lake."""

from pathlib import Path
from typing import Any

from intel_pipeline.capture.findings import Finding
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.snapshot_file import Stamp
from intel_pipeline.registry.models import Capture

KEYS = {"profile": "user_id", "followers": "user_id", "followees": "user_id", "posts": "post_id"}


def keep(lake: Path, capture: Capture, finding: Finding) -> str | None:
    """Validate the rows and write them to the lake; return the path there, None where there are no rows to keep.

    Raises ContractError for rows that break the surface's contract.
    """
    if finding.frames is None:
        return None
    from intel_pipeline.contracts.validation import validated

    model, subject = contract(capture.surface), f"the {capture.surface} of '{capture.target}'"
    frames = (validated(model, frame, subject) for frame in finding.frames)
    stamp = Stamp(
        capture_id=capture.capture_id,
        target=capture.target,
        surface=capture.surface,
        captured_at=finding.outcome.started_at or capture.started_at,
        verdict=finding.outcome.verdict,
        key=KEYS[capture.surface],
    )
    return str(snapshot_file.write_all(lake, stamp, frames))


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
