"""How many validation samples of each class a trial had right."""

from alembic import op
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSON

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the column, which is null for trials of before."""
    op.add_column("trials", Column("class_counts", JSON(none_as_null=True)), schema="hpsearch")
