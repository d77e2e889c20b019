"""How often each surface of a target is captured, how old its newest post is, and what kind of failure a capture met."""

import sqlalchemy as sa
from alembic import op

from intel_pipeline.registry.models import words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (
    ("targets", "cadence", sa.JSON()),
    ("captures", "newest_post_at", sa.DateTime()),
    ("captures", "failure", words(16)),
)


def upgrade() -> None:
    for table, column, kind in COLUMNS:
        op.add_column(table, sa.Column(column, kind, nullable=True))


def downgrade() -> None:
    for table, column, _ in COLUMNS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
