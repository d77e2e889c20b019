"""The settings that the server runs with, each with what it means and what sets it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from intel_pipeline.settings import Settings, example, secret, variable
from intel_pipeline.web.access.who import Administrator
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.templating import page

router = APIRouter()


@router.get("/settings", name="settings")
def settings(request: Request, who: Administrator, parts: Provided) -> Response:
    """Show every setting; secrets only as set or not."""
    del who
    return page(request, "settings.html", rows=rows_of(parts.settings))


def rows_of(settings: Settings) -> list[dict[str, object]]:
    """Return a row per setting, those first that somebody has chosen."""
    rows = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = ("set, not shown" if value else "not set") if secret(name) else worded(value)
        rows.append(
            {
                "variable": variable(name),
                "value": shown,
                "chosen": value != field.get_default(call_default_factory=True),
                "meaning": field.description,
                "example": example(name),
            }
        )
    return sorted(rows, key=lambda row: not row["chosen"])


def worded(value: object) -> str:
    """Return a value as it would be written in the environment."""
    if value is None:
        return "not set"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
