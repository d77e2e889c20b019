"""Who followed, left, took another name, came back or was listed late: between which moments, how sure, and why."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import Response

from intel_pipeline.registry.models import Target
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.downloads import ALL, as_csv
from intel_pipeline.web.pages.targets.head import shown, target_of
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.publication import Reading

router = APIRouter()
PAGE = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What each kind means to somebody who reads it for the first time.
KINDS = {
    "followed": "was not listed before, and is new",
    "left": "is not listed any more",
    "renamed": "bears another name now",
    "refollowed": "had left, and has returned",
    "revealed": "is listed for the first time, and may have followed long before",
}
STATES = {
    "confirmed": "proven by captures",
    "suspected": "missing, and not proven to have left",
    "retracted": "was missing, and turned out to be there",
}


class Filter(BaseModel):
    """Which changes are asked for; nothing is all. `after` is the place where the page before has ended."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["followed", "left", "renamed", "refollowed", "revealed"] | None = None
    state: Literal["confirmed", "suspected", "retracted"] | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    name: str | None = Field(default=None, max_length=60)
    after: str | None = Field(default=None, pattern=r"^\d{1,17}-[0-9a-f]{24}$")

    @field_validator("*", mode="before")
    @classmethod
    def blank(cls, value: str | None) -> str | None:
        """Return None for an empty field, which a form sends too."""
        return value or None

    def values(self) -> dict[str, Any]:
        """Return the parameters of the query `target_changes`."""
        microseconds, _, change_id = (self.after or "").partition("-")
        return {
            "kind": self.kind,
            "state": self.state,
            "from_day": self.from_,
            "to_day": self.to,
            "username": self.name and self.name.strip().lower().removeprefix("@"),
            "after_at": EPOCH + timedelta(microseconds=int(microseconds)) if microseconds else None,
            "after_id": change_id or None,
        }

    def words(self, **more: str) -> str:
        """Return the filter as the end of an address, without the place."""
        asked = self.model_dump(by_alias=True, exclude_none=True, exclude={"after"})
        return urlencode({**asked, **more})


Asked = Annotated[Filter, Query()]


def place(row: dict[str, Any]) -> str:
    """Return where a row of `target_changes` stands, for the page after it."""
    return f"{(row['not_after'] - EPOCH) // timedelta(microseconds=1)}-{row['change_id']}"


@router.get("/followers", name="target_followers")
def followers(request: Request, who: Reader, parts: Provided, label: str, asked: Asked) -> Response:
    """Show what is known of a target's followers' comings and goings, a page at a time."""
    del who

    def fill(reading: Reading, target: Target) -> dict[str, Any]:
        found = reading.rows("target_changes", target=target.label, most=PAGE + 1, **asked.values())
        rows = found[:PAGE]
        return {
            "asked": asked,
            "kinds": KINDS,
            "states": STATES,
            "changes": rows,
            "further": asked.words(after=place(rows[-1])) if len(found) > PAGE else None,
        }

    return shown(request, parts, label, "/followers", "targets/followers.html", fill)


@router.get("/followers.csv", name="target_followers_csv")
def download(who: Reader, parts: Provided, label: str, asked: Asked) -> Response:
    """Return all changes that are asked for, not a page of them."""
    del who
    target = target_of(parts, label)
    values = {"target": target.label, "most": ALL, **asked.values()}
    return as_csv(parts.publications, "target_changes", f"{target.label}-follower-changes", values)
