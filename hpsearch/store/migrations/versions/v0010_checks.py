"""Checks that a service was asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0010"
down_revision = "0009"

_SCHEMA = "hpsearch"
_TIME = sa.DateTime(timezone=True)
_NOW = sa.text("clock_timestamp()")
_ZERO = sa.text("0")

# Through the channel of the events, as one of no study.
_RING = """
    CREATE FUNCTION hpsearch.ring_check() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('hpsearch', '0 ' || NEW.id || ' check ' || NEW.state);
        RETURN NULL;
    END $$
"""
_NEW = "CREATE TRIGGER ring_new AFTER INSERT ON hpsearch.checks FOR EACH ROW EXECUTE FUNCTION hpsearch.ring_check()"
_CHANGED = """
    CREATE TRIGGER ring_changed AFTER UPDATE OF state ON hpsearch.checks FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION hpsearch.ring_check()
"""


def upgrade() -> None:
    """Adds the table and what tells its changes."""
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer, sa.Identity(always=True), nullable=False),
        sa.Column("request", sa.Uuid, nullable=False),
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("request_name", sa.Text),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("budget_s", sa.Double),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("reason", sa.Text),
        sa.Column("problems", JSON),
        sa.Column("report", sa.Text),
        sa.Column("verdict", sa.Text),
        sa.Column("fence", sa.BigInteger, nullable=False, server_default=_ZERO),
        sa.Column("holder", sa.Text),
        sa.Column("lease_until", _TIME),
        sa.Column("stalls", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("started_at", _TIME),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="checks_pkey"),
        sa.UniqueConstraint("request", name="checks_request_key"),
        sa.UniqueConstraint("key_id", "request_name", name="checks_key_id_request_name_key"),
        sa.ForeignKeyConstraint(["key_id"], [f"{_SCHEMA}.keys.id"], name="checks_key_id_fkey"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'complete', 'rejected', 'failed')", name="checks_state_check"
        ),
        schema=_SCHEMA,
    )
    op.create_index("checks_owner_id_idx", "checks", ["owner", "id"], schema=_SCHEMA)
    unfinished = sa.text("state IN ('waiting', 'running')")
    op.create_index("checks_open_idx", "checks", ["id"], schema=_SCHEMA, postgresql_where=unfinished)
    op.create_index("checks_finished_at_idx", "checks", ["finished_at"], schema=_SCHEMA)
    for statement in (_RING, _NEW, _CHANGED):
        op.execute(statement)
