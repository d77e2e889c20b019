"""The evidence behind a follower list's verdict, and captures that are held back."""

import sqlalchemy as sa
from alembic import op

from intel_pipeline.registry.models import words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("limited", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("broken", words(), nullable=True))
        batch_op.add_column(sa.Column("gap_low", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("gap_high", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("missing_count", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("missing_limit", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("captures", schema=None) as batch_op:
        for name in ("held", "missing_limit", "missing_count", "gap_high", "gap_low", "broken", "limited", "ended"):
            batch_op.drop_column(name)
