"""How many captures of each verdict a target has is counted in an index, whatever has come together over the years."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEX = "ix_captures_target_surface_verdict"
LEFT_A_SNAPSHOT = sa.text("snapshot IS NOT NULL AND finished_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        INDEX,
        "captures",
        ["target", "surface", "verdict"],
        sqlite_where=LEFT_A_SNAPSHOT,
        postgresql_where=LEFT_A_SNAPSHOT,
    )


def downgrade() -> None:
    op.drop_index(INDEX, "captures")
