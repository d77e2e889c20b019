"""What a request was for, and what came back."""

import sqlalchemy as sa
from alembic import op

from intel_pipeline.registry.models import words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("surface", words(10), nullable=True))
        batch_op.add_column(sa.Column("status", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("waited", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("bytes", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("identities", sa.BigInteger(), nullable=True))
        batch_op.create_index("ix_requests_session_sent_at", ["session", "sent_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index("ix_requests_session_sent_at")
        for name in ("identities", "bytes", "waited", "status", "surface"):
            batch_op.drop_column(name)
