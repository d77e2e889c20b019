"""How a target grows, who came and went of late; and the data of all of a target's charts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from intel_pipeline.clock import today
from intel_pipeline.registry.models import Target
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.charts import growth as charts
from intel_pipeline.web.downloads import ALL, as_csv
from intel_pipeline.web.pages.targets.head import shown, target_of
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.publication import Reading
from intel_pipeline.web.span import SPANS, Span, grain_of

router = APIRouter()
NEWEST = 12
# What `from` of all that was captured means to a query.
BEGINNING = "2000-01-01"
# Queries of which each is a chart's or a table's data; those of changes have filters and are with their pages.
Data = Literal[
    "target_days",
    "target_lists",
    "profile_changes",
    "target_posts",
    "post_curves",
    "engagement_by_age",
    "engagement_by_hour",
    "hashtags",
    "mentions",
    "posting_cadence",
    "retention",
    "mutuals",
    "overlap_with_others",
]
VALUES: Mapping[str, Mapping[str, Any]] = {
    "target_days": {"since": BEGINNING, "until": None, "grain": "day"},
    "target_lists": {"since": BEGINNING, "until": None},
    "profile_changes": {"from_day": None, "to_day": None},
    "target_posts": {"sort": "newest", "skipped": 0},
    "mutuals": {"after": None},
}
CUT = frozenset(
    {"profile_changes", "target_posts", "post_curves", "hashtags", "mentions", "mutuals", "overlap_with_others"}
)


@router.get("", name="target")
def growth(request: Request, who: Reader, parts: Provided, label: str, days: Span = 90) -> Response:
    """Show a target's curve, what came and went by day, and the newest changes."""
    del who
    since = today(parts.clock) - timedelta(days=days)

    def fill(reading: Reading, target: Target) -> dict[str, Any]:
        by_day = reading.rows("target_days", target=target.label, since=since, until=None, grain=grain_of(days))
        lists = reading.rows("target_lists", target=target.label, since=since, until=None)
        everything = dict.fromkeys(("kind", "state", "from_day", "to_day", "username", "after_at", "after_id"))
        return {
            "days": days,
            "spans": SPANS,
            "grain": grain_of(days),
            "by_day": by_day,
            "lists": lists,
            "curve": charts.growth(by_day, lists),
            "movement": charts.movement(by_day),
            "changes": reading.rows("target_changes", target=target.label, most=NEWEST, **everything),
        }

    return shown(request, parts, label, "", "targets/growth.html", fill)


@router.get("/data/{name}.csv", name="target_data")
def data(who: Reader, parts: Provided, label: str, name: Data) -> Response:
    """Return all that a chart or table of a target is made of."""
    del who
    target = target_of(parts, label)
    values = {"target": target.label, **VALUES.get(name, {}), **({"most": ALL} if name in CUT else {})}
    return as_csv(parts.publications, name, f"{target.label}-{name.replace('_', '-')}", values)
