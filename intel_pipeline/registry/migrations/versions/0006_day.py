"""What a session was shown in a day, from the index alone."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index("ix_requests_session_sent_at")
        batch_op.create_index(
            "ix_requests_session_sent_at_identities", ["session", "sent_at", "identities"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index("ix_requests_session_sent_at_identities")
        batch_op.create_index("ix_requests_session_sent_at", ["session", "sent_at"], unique=False)
