"""Checks of a round's captures. Red means that somebody has to act; yellow tells what the round does not prove."""

from collections.abc import Iterator, Sequence

import dagster as dg

from intel_pipeline.capture.soundness import checks_of
from intel_pipeline.defs.reporting import check_spec, newest_of
from intel_pipeline.instagram.source import Surface
from intel_pipeline.registry.models import Capture

SEVERITY = {"act": dg.AssetCheckSeverity.ERROR, "mind": dg.AssetCheckSeverity.WARN}


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
            severity=SEVERITY[check.severity],
            description="\n".join(f"{target}: {said}" for target, said in found.items()) or check.sound,
            metadata={"targets": len(newest), "targets_failing": len(found)},
        )
