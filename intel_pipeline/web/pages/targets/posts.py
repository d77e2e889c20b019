"""A target's posts: how each stands, how they live, when they do best, and what they name."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from intel_pipeline.registry.models import Target
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.charts import heatmap
from intel_pipeline.web.charts import posts as charts
from intel_pipeline.web.pages.targets.head import shown
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.publication import Reading

router = APIRouter()
PAGE, CURVES, NAMES = 25, 6, 12


@router.get("/posts", name="target_posts")
def posts(  # noqa: PLR0913  each is a part of the address
    request: Request,
    who: Reader,
    parts: Provided,
    label: str,
    sort: Literal["newest", "likes", "comments", "engagement"] = "newest",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show a target's posts in the order that is asked for, and charts of all of them."""
    del who

    def fill(reading: Reading, target: Target) -> dict[str, Any]:
        label = target.label
        found = reading.rows("target_posts", target=label, sort=sort, most=PAGE + 1, skipped=(page - 1) * PAGE)
        ages = reading.rows("engagement_by_age", target=label)
        curves = reading.rows("post_curves", target=label, most=CURVES)
        hours = reading.rows("engagement_by_hour", target=label)
        weeks = reading.rows("posting_cadence", target=label)
        return {
            "sort": sort,
            "number_of_page": page,
            "posts": found[:PAGE],
            "further": len(found) > PAGE,
            "ages": ages,
            "by_age": charts.by_age(ages, curves),
            "hours": [{**row, "weekday": heatmap.WEEKDAYS[row["weekday"] - 1]} for row in hours],
            "by_hour": heatmap.by_hour(hours),
            "weeks": weeks,
            "cadence": charts.cadence(weeks),
            "hashtags": reading.rows("hashtags", target=label, most=NAMES),
            "mentions": reading.rows("mentions", target=label, most=NAMES),
        }

    return shown(request, parts, label, "/posts", "targets/posts.html", fill)
