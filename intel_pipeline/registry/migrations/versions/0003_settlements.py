"""Causes of losses that were settled by looking the account up."""

import sqlalchemy as sa
from alembic import op

from intel_pipeline.registry.models import Moment, words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settlements",
        sa.Column("change_id", words(24), nullable=False),
        sa.Column("target", words(60), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", words(12), nullable=False),
        sa.Column("looked_up_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_settlements")),
    )


def downgrade() -> None:
    op.drop_table("settlements")
