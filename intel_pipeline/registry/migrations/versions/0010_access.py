"""Users, their sign-ins, keys, and what was done."""

import sqlalchemy as sa
from alembic import op

from intel_pipeline.registry.models import Moment, words

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("name", words(60), nullable=False),
        sa.Column("role", words(10), nullable=False),
        sa.Column("password", words(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("digest", words(64), nullable=False),
        sa.Column("user", words(60), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("address", words(64), nullable=True),
        sa.Column("agent", words(200), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_ins")),
    )
    op.create_index("ix_sign_ins_user", "sign_ins", ["user"])
    op.create_table(
        "api_keys",
        sa.Column("name", words(60), nullable=False),
        sa.Column("digest", words(64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("added_by", words(60), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_api_keys")),
    )
    op.create_index("uq_api_keys_digest", "api_keys", ["digest"], unique=True)
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", words(60), nullable=True),
        sa.Column("by", words(10), nullable=False),
        sa.Column("what", words(40), nullable=False),
        sa.Column("about", words(), nullable=True),
        sa.Column("address", words(64), nullable=True),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
    )
    for columns in (["at"], ["who", "audit_id"], ["what", "audit_id"]):
        op.create_index(f"ix_audit_{'_'.join(columns)}", "audit", columns)


def downgrade() -> None:
    for table in ("audit", "api_keys", "sign_ins", "users"):
        op.drop_table(table)
