"""Posts, and how each stood at every capture."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as InPath

from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.api.etags import UNCHANGED, Published
from intel_pipeline.web.api.filters import OfTarget, Since, Until
from intel_pipeline.web.api.paging import Cursor, Key, Limit
from intel_pipeline.web.api.targets import Label
from intel_pipeline.web.models.base import MOST, Page
from intel_pipeline.web.models.posts import Post, Standing
from intel_pipeline.web.parts import Provided

router = APIRouter(prefix="/posts", tags=["posts"])
KEY = Key({"taken_at": datetime, "target": str, "post_id": int})
OF_CAPTURES = Key({"captured_at": datetime})
PostId = Annotated[int, InPath(ge=1, le=MOST, description="Instagram's number of the post.")]


@router.get("", responses=UNCHANGED)
def list_posts(  # noqa: PLR0913  what it can be asked for
    who: Reader,
    published: Published,
    parts: Provided,
    limit: Limit = 100,
    cursor: Cursor = None,
    target: OfTarget = None,
    since: Since = None,
    until: Until = None,
) -> Page[Post]:
    """List posts with how they stood last, newest first by when they were posted."""
    del who, published
    asked = {"target": target, "since": since, "until": until, **KEY.after(cursor)}
    with parts.publications.reading() as reading:
        rows = reading.rows("api/posts", **asked, most=limit + 1)
    shown, following = KEY.page(rows, limit)
    return Page(items=[post(row) for row in shown], next=following)


def post(row: dict[str, Any]) -> Post:
    """Return a row with a post and its newest standing as the API tells it."""
    standing = {name: row[name] for name in Standing.model_fields}
    newest = Standing(**standing) if row["captured_at"] else None
    return Post(**{name: row[name] for name in Post.model_fields if name != "newest"}, newest=newest)


@router.get("/{label}/{post_id}/metrics", responses=UNCHANGED)
def post_metrics(  # noqa: PLR0913  what it can be asked for
    who: Reader,
    published: Published,
    parts: Provided,
    label: Label,
    post_id: PostId,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Standing]:
    """List how a target's post stood at each capture, newest first; none where it was never listed."""
    del who, published
    after = OF_CAPTURES.after(cursor)
    with parts.publications.reading() as reading:
        rows = reading.rows("api/post_metrics", target=label, post_id=post_id, **after, most=limit + 1)
    shown, following = OF_CAPTURES.page(rows, limit)
    return Page(items=[Standing(**row) for row in shown], next=following)
