"""Targets, rounds, captures, sessions and requests."""

import sqlalchemy as sa
from alembic import op

from intel_pipeline.registry.models import Moment, words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "captures",
        sa.Column("capture_id", words(60), nullable=False),
        sa.Column("target", words(60), nullable=False),
        sa.Column("surface", words(10), nullable=False),
        sa.Column("round", sa.Date(), nullable=True),
        sa.Column("origin", words(10), nullable=False),
        sa.Column("holder", words(), nullable=True),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("username", words(30), nullable=True),
        sa.Column("verdict", words(10), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("distinct_count", sa.BigInteger(), nullable=True),
        sa.Column("reported_before", sa.BigInteger(), nullable=True),
        sa.Column("reported_after", sa.BigInteger(), nullable=True),
        sa.Column("page_count", sa.BigInteger(), nullable=True),
        sa.Column("snapshot", words(), nullable=True),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_captures")),
    )
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index("ix_captures_round", ["round"], unique=False)
        batch_op.create_index(
            "ix_captures_target_surface_finished_at", ["target", "surface", "finished_at"], unique=False
        )
        batch_op.create_index(
            "uq_captures_in_progress",
            ["target", "surface"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.create_table(
        "requests",
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("session", words(60), nullable=False),
        sa.Column("bucket", words(40), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_requests")),
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index("ix_requests_session_bucket_sent_at", ["session", "bucket", "sent_at"], unique=False)

    op.create_table(
        "rounds",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_rounds")),
    )
    op.create_table(
        "sessions",
        sa.Column("name", words(60), nullable=False),
        sa.Column("username", words(30), nullable=True),
        sa.Column("cooling_until", Moment(), nullable=True),
        sa.Column("stopped_because", words(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sessions")),
    )
    op.create_table(
        "targets",
        sa.Column("label", words(60), nullable=False),
        sa.Column("username", words(30), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("state", words(10), nullable=False),
        sa.Column("purpose", words(), nullable=True),
        sa.Column("added_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("label", name=op.f("pk_targets")),
    )


def downgrade() -> None:
    op.drop_table("targets")
    op.drop_table("sessions")
    op.drop_table("rounds")
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index("ix_requests_session_bucket_sent_at")

    op.drop_table("requests")
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_captures_in_progress",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
        batch_op.drop_index("ix_captures_target_surface_finished_at")
        batch_op.drop_index("ix_captures_round")

    op.drop_table("captures")
