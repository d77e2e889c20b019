"""Which session reads a target, which one has read it, what each is used for, and its own limits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = (
    ("targets", "session", sa.String(length=60)),
    ("captures", "session", sa.String(length=60)),
    ("sessions", "used_for", sa.String(length=10)),
    ("sessions", "limits", sa.JSON()),
)


def upgrade() -> None:
    for table, column, kind in COLUMNS:
        op.add_column(table, sa.Column(column, kind, nullable=True))


def downgrade() -> None:
    for table, column, _ in COLUMNS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
