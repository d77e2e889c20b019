"""Changes: who followed, left, came back or took another name, and what profiles say otherwise than before."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.api.etags import UNCHANGED, Published
from intel_pipeline.web.api.filters import OfTarget, OfUser, Since, Until
from intel_pipeline.web.api.paging import Cursor, Key, Limit
from intel_pipeline.web.models.base import Page
from intel_pipeline.web.models.changes import FollowerChange, Kind, ProfileChange, State
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.publication import Reading

router = APIRouter(prefix="/changes", tags=["changes"])
KEY = Key({"not_after": datetime, "change_id": str})


@router.get("/followers", responses=UNCHANGED)
def follower_changes(  # noqa: PLR0913  what it can be asked for
    who: Reader,
    published: Published,
    parts: Provided,
    limit: Limit = 100,
    cursor: Cursor = None,
    target: OfTarget = None,
    kind: Annotated[Kind | None, Query(description="Only of this kind.")] = None,
    state: Annotated[State | None, Query(description="Only those that stand so.")] = None,
    since: Since = None,
    until: Until = None,
    user_id: OfUser = None,
) -> Page[FollowerChange]:
    """List what happened to followers, newest first by `not_after`; `since` and `until` are about that moment."""
    del who, published
    asked = {"target": target, "kind": kind, "state": state, "since": since, "until": until, **KEY.after(cursor)}
    with parts.publications.reading() as reading:
        rows = newest_changes(reading, limit + 1, user_id, asked)
    shown, following = KEY.page(rows, limit)
    return Page(items=[FollowerChange(**row) for row in shown], next=following)


def newest_changes(reading: Reading, most: int, user_id: int | None, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return `most` of the changes asked for, newest first; how many there are older than those costs nothing."""
    floor = None
    if user_id is None and asked["state"] != "suspected":
        of_lessons = {name: value for name, value in asked.items() if name != "after_change_id"}
        found = reading.row("api/change_floor", **of_lessons, most=most)
        # With fewer than that, all there are are asked for.
        floor = found["floor"] if found and found["counted"] >= most else None
    return reading.rows("api/follower_changes", **asked, user_id=user_id, floor=floor, most=most)


@router.get("/profiles", responses=UNCHANGED)
def profile_changes(  # noqa: PLR0913  what it can be asked for
    who: Reader,
    published: Published,
    parts: Provided,
    limit: Limit = 100,
    cursor: Cursor = None,
    target: OfTarget = None,
    field: Annotated[
        str | None, Query(pattern="^[a-z_]{1,40}$", description="Only of this field.", examples=["biography"])
    ] = None,
    since: Since = None,
    until: Until = None,
) -> Page[ProfileChange]:
    """List what changed in the profiles of targets, newest first by `not_after`."""
    del who, published
    asked = {"target": target, "field": field, "since": since, "until": until, **KEY.after(cursor)}
    with parts.publications.reading() as reading:
        rows = reading.rows("api/profile_changes", **asked, most=limit + 1)
    shown, following = KEY.page(rows, limit)
    return Page(items=[ProfileChange(**row) for row in shown], next=following)
