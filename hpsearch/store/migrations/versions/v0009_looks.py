"""What was seen inside the network of a trial while it trained."""

from alembic import op
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSON

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds the column, which is null for trials of before."""
    op.add_column("trials", Column("looks", JSON(none_as_null=True)), schema="hpsearch")
