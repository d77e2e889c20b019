"""What may be the matter with a capture, each in words with the way out; what Dagster's checks and the dashboard show."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from intel_pipeline.instagram.source import LISTS as LISTED
from intel_pipeline.registry.models import Capture

# Of one capture, what is wrong with it in words, and what now; None where nothing is.
Fault = Callable[[Capture], str | None]


def unproven(capture: Capture) -> str | None:
    """Say why a capture proves less than everything."""
    return None if capture.verdict == "complete" else f"{capture.verdict}: {'; '.join(capture.reasons)}"


def broken_rows(capture: Capture) -> str | None:
    """Say how many rows broke the contract and were set aside."""
    if not capture.set_aside:
        return None
    return f"{capture.set_aside} rows broke the contract; `from quarantine` in the publication shows them and why"


def drifted(capture: Capture) -> str | None:
    """Say where Instagram answered in another shape than this program knows, which only a newer one can mend."""
    if capture.failure != "drift":
        return None
    pages = f"`intel-pipeline captures show {capture.capture_id} --pages` shows what came"
    return f"{'; '.join(capture.reasons)}; update intel_pipeline, and {pages}"


def outside_band(capture: Capture) -> str | None:
    """Say by how much a list is shorter than the reported number, where that is unusual for its target."""
    if capture.gap_low is None or capture.verdict != "suspect" or capture.held:
        return None
    counts = [count for count in (capture.reported_before, capture.reported_after) if count is not None]
    gaps = " or ".join(str(count - (capture.distinct_count or 0)) for count in dict.fromkeys(counts))
    usual = f"between {capture.gap_low} and {capture.gap_high}"
    return f"a gap of {gaps}, and its own lies {usual}; a gap that three captures show becomes the usual one"


def lost_many(capture: Capture) -> str | None:
    """Say how many are missing at once from a list that is held back for it."""
    if not capture.held:
        return None
    missing = f"{capture.missing_count} of the list before are missing, and {capture.missing_limit} may be"
    return (
        f"{missing}; if that is right, `intel-pipeline captures accept {capture.capture_id}`, or let the next one agree"
    )


class Check(NamedTuple):
    """What is looked for in each capture, how bad it is, what the check is about, and what is said where all is well."""

    fault: Fault
    severity: Literal["act", "mind"]
    about: str
    sound: str


EVERY = {
    "verdicts": Check(
        unproven,
        "mind",
        "Whether each capture is complete: only from a complete list does absence prove a loss.",
        "every capture is complete",
    ),
    "contract": Check(
        broken_rows,
        "mind",
        "Whether every row that came back keeps the contract; those that do not are set aside, and the list is partial.",
        "every row keeps the contract",
    ),
    "drift": Check(
        drifted,
        "act",
        "Whether Instagram answers in the shape that this program knows.",
        "every answer had the shape that is known",
    ),
}
LISTS = {
    "gap_band": Check(
        outside_band,
        "mind",
        "Whether each list falls short of the reported number by as much as is usual for its target.",
        "every list is as long as the reported number lets expect",
    ),
    "mass_loss": Check(
        lost_many,
        "act",
        "Whether a list lacks so many that nothing is concluded until the next one agrees or somebody accepts it.",
        "no list is held back",
    ),
}


def checks_of(surface: str) -> dict[str, Check]:
    """Return what is checked of the captures of a surface, by name."""
    return {**EVERY, **(LISTS if surface in LISTED else {})}
