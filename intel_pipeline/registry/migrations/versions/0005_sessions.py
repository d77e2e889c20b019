"""Which session reads a target, which one has read it, what each is used for, and its own limits."""

import sqlalchemy as sa
from alembic import op

from intel_pipeline.registry.models import words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = (
    ("targets", "session", words(60)),
    ("captures", "session", words(60)),
    ("sessions", "used_for", words(10)),
    ("sessions", "limits", sa.JSON()),
)


def upgrade() -> None:
    for table, column, kind in COLUMNS:
        op.add_column(table, sa.Column(column, kind, nullable=True))


def downgrade() -> None:
    for table, column, _ in COLUMNS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
