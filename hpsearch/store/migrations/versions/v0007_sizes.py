"""How large the network of a trial is: its parameters and its multiply-adds for one sample."""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the two columns, which are empty for trials of before."""
    for name in ("parameter_count", "multiply_adds"):
        op.add_column("trials", Column(name, BigInteger), schema="hpsearch")
