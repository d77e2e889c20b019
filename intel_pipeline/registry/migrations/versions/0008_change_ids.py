"""Settlements by the ids that changes have since the warehouse works them out itself."""

import hashlib
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from intel_pipeline.registry.models import words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SETTLEMENTS = sa.table(
    "settlements",
    sa.column("change_id", words(24)),
    sa.column("target", words(60)),
    sa.column("user_id", sa.BigInteger()),
)
CAPTURES = sa.table(
    "captures",
    sa.column("capture_id", sa.String()),
    sa.column("target", sa.String()),
    sa.column("surface", sa.String()),
)


def blake(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:24]


def upgrade() -> None:
    renamed(blake, md5)


def downgrade() -> None:
    renamed(md5, blake)


def renamed(before: Callable[[str], str], after: Callable[[str], str]) -> None:
    """Give each settlement its other id: the capture that the loss began with is the one that makes its id what it is."""
    db = op.get_bind()
    of_target = sa.select(CAPTURES.c.capture_id).where(CAPTURES.c.surface == "followers")
    losses = sa.select(SETTLEMENTS.c.change_id, SETTLEMENTS.c.target, SETTLEMENTS.c.user_id).order_by("target")
    captures: dict[str, list[str]] = {}
    for change_id, target, user_id in db.execute(losses).fetchall():
        if target not in captures:
            captures = {target: list(db.scalars(of_target.where(CAPTURES.c.target == target)))}
        texts = (f"{target}\x1fleft\x1f{user_id}\x1f{capture_id}" for capture_id in captures[target])
        if (found := next((text for text in texts if before(text) == change_id), None)) is not None:
            known = SETTLEMENTS.c.change_id == change_id
            db.execute(sa.update(SETTLEMENTS).where(known).values(change_id=after(found)))
