"""Checks of a round's captures. Red means that somebody has to act; yellow tells what the round does not prove."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import dagster as dg

from intel_pipeline.defs.reporting import check_spec, newest_of
from intel_pipeline.instagram.source import Surface
from intel_pipeline.registry.models import Capture

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
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
    severity: dg.AssetCheckSeverity
    about: str
    sound: str


EVERY = {
    "verdicts": Check(
        unproven,
        WARN,
        "Whether each capture is complete: only from a complete list does absence prove a loss.",
        "every capture is complete",
    ),
    "contract": Check(
        broken_rows,
        WARN,
        "Whether every row that came back keeps the contract; those that do not are set aside, and the list is partial.",
        "every row keeps the contract",
    ),
    "drift": Check(
        drifted,
        ERROR,
        "Whether Instagram answers in the shape that this program knows.",
        "every answer had the shape that is known",
    ),
}
LISTS = {
    "gap_band": Check(
        outside_band,
        WARN,
        "Whether each list falls short of the reported number by as much as is usual for its target.",
        "every list is as long as the reported number lets expect",
    ),
    "mass_loss": Check(
        lost_many,
        ERROR,
        "Whether a list lacks so many that nothing is concluded until the next one agrees or somebody accepts it.",
        "no list is held back",
    ),
}


def checks_of(surface: Surface) -> dict[str, Check]:
    """Return what is checked of the captures of a surface, by name."""
    return {**EVERY, **(LISTS if surface in ("followers", "followees") else {})}


def specs(surface: Surface, asset: str) -> list[dg.AssetCheckSpec]:
    """Return the specs of a surface's checks."""
    return [check_spec(name, asset, check.about) for name, check in checks_of(surface).items()]


def results(surface: Surface, asset: str, captures: Sequence[Capture]) -> Iterator[dg.AssetCheckResult]:
    """Yield what the checks of a surface come to, by the last capture of each target in the round."""
    newest = newest_of(captures)
    for name, check in checks_of(surface).items():
        found = {capture.target: said for capture in newest if (said := check.fault(capture)) is not None}
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey(asset),
            check_name=name,
            passed=not found,
            severity=check.severity,
            description="\n".join(f"{target}: {said}" for target, said in found.items()) or check.sound,
            metadata={"targets": len(newest), "targets_failing": len(found)},
        )
