"""A target's audience: whether those who follow stay, whom it follows back, and with whom it shares them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from intel_pipeline.registry.models import Target
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.charts import heatmap
from intel_pipeline.web.pages.targets.head import shown
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.publication import Reading

router = APIRouter()
PAGE, OTHERS = 50, 20


@router.get("/audience", name="target_audience")
def audience(
    request: Request,
    who: Reader,
    parts: Provided,
    label: str,
    after: Annotated[str | None, Query(max_length=60)] = None,
) -> Response:
    """Show the retention of cohorts, mutuals from the name `after` on, and the targets with most followers in common."""
    del who

    def fill(reading: Reading, target: Target) -> dict[str, Any]:
        label = target.label
        cohorts = reading.rows("retention", target=label)
        found = reading.rows("mutuals", target=label, after=after, most=PAGE + 1)
        return {
            "cohorts": cohorts,
            "retention": heatmap.by_cohort(cohorts),
            "counts": reading.row("mutual_counts", target=label),
            "mutuals": found[:PAGE],
            "after": after,
            "further": found[PAGE - 1]["username"] if len(found) > PAGE else None,
            "others": reading.rows("overlap_with_others", target=label, most=OTHERS),
        }

    return shown(request, parts, label, "/audience", "targets/audience.html", fill)
