"""What the checks find now, over all targets: what Dagster's asset checks say, from the registry."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from intel_pipeline.capture.soundness import checks_of
from intel_pipeline.freshness import late, told
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture

# In this order they are shown; all is well with a check that nothing is found by.
ABOUT = {
    "late": "Not captured completely for twice its cadence.",
    "drift": "Instagram answered in another shape than this program knows.",
    "mass_loss": "So many are missing at once that nothing is concluded from the list.",
    "gap_band": "The list falls short of the reported number by more than is usual.",
    "contract": "Rows broke the contract and were set aside.",
    "verdicts": "The capture proves less than everything.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found at a surface of a target, with the way out; `act`: whether somebody has to act."""

    check: str
    severity: Literal["act", "mind"]
    target: str
    surface: str
    said: str
    href: str


def of_capture(capture: Capture) -> Iterator[Finding]:
    """Yield what the checks find in one capture; that it is not complete, where no other one says why."""
    found = [
        (name, check, said) for name, check in checks_of(capture.surface).items() if (said := check.fault(capture))
    ]
    for name, check, said in found:
        if name != "verdicts" or len(found) == 1:
            href = f"/health/captures/{capture.capture_id}"
            yield Finding(name, check.severity, capture.target, capture.surface, said, href)


def found(pipeline: Pipeline) -> list[Finding]:
    """Return what the checks find in the newest captures of the targets that are active, the worst first."""
    active = {target.label for target in pipeline.registry.targets.all() if target.state == "active"}
    findings = [
        finding
        for capture in pipeline.registry.captures.latest()
        if capture.target in active and capture.surface in pipeline.surfaces
        for finding in of_capture(capture)
    ]
    for surface in pipeline.surfaces:
        for one in late(pipeline, surface):
            href = f"/health/captures?target={one.label}&surface={surface}"
            said = told(one).removeprefix(f"{one.label}: ")
            findings.append(Finding("late", "act" if one.act else "mind", one.label, surface, said, href))
    order = list(ABOUT)
    return sorted(findings, key=lambda one: (one.severity != "act", order.index(one.check), one.target, one.surface))
