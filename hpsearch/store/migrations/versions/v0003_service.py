"""The service: owners and keys, a queue with deadlines, events, and counters that spare counting trials."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSON

revision = "0003"
down_revision = "0002"

_SCHEMA = "hpsearch"
_TIME = sa.DateTime(timezone=True)
_NOW = sa.text("clock_timestamp()")

# What a process that waits for something to happen to a study listens for. Payloads stay far below 8,000 bytes.
_RING = """
    CREATE FUNCTION hpsearch.ring() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('hpsearch', NEW.study_id || ' ' || NEW.id || ' ' || NEW.kind || ' ' || left(NEW.detail, 200));
        RETURN NULL;
    END $$
"""
_RINGS = "CREATE TRIGGER ring AFTER INSERT ON hpsearch.events FOR EACH ROW EXECUTE FUNCTION hpsearch.ring()"

_COUNT = """
    UPDATE hpsearch.rounds SET planned = counted.planned, complete = counted.complete, failed = counted.failed,
                               duration_s = counted.duration_s
    FROM (
        SELECT stage_id, round, count(*) AS planned, count(*) FILTER (WHERE state = 'complete') AS complete,
               count(*) FILTER (WHERE state = 'failed') AS failed, coalesce(sum(trials.duration_s), 0) AS duration_s
        FROM hpsearch.trials GROUP BY stage_id, round
    ) counted
    WHERE rounds.stage_id = counted.stage_id AND rounds.round = counted.round
"""


def upgrade() -> None:
    """Adds to the tables what a service needs; studies that are there already came from the command line."""
    _access()
    _studies()
    _rounds()
    _trials()
    _events()


def _access() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.Integer, sa.Identity(always=True), nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text, dimensions=1), nullable=False),
        sa.Column("limits", JSON, nullable=False),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("revoked_at", _TIME),
        sa.Column("used_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="keys_pkey"),
        sa.UniqueConstraint("prefix", name="keys_prefix_key"),
        schema=_SCHEMA,
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="sessions_pkey"),
        sa.ForeignKeyConstraint(["key_id"], [f"{_SCHEMA}.keys.id"], name="sessions_key_id_fkey", ondelete="CASCADE"),
        schema=_SCHEMA,
    )
    op.create_table(
        "requests",
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
        sa.PrimaryKeyConstraint("key_id", "name", name="requests_pkey"),
        sa.ForeignKeyConstraint(["key_id"], [f"{_SCHEMA}.keys.id"], name="requests_key_id_fkey", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["study_id"], [f"{_SCHEMA}.studies.id"], name="requests_study_id_fkey", ondelete="CASCADE"
        ),
        schema=_SCHEMA,
    )
    op.create_index("requests_study_id_idx", "requests", ["study_id"], schema=_SCHEMA)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("key_id", sa.Integer),
        sa.Column("owner", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("study_id", sa.BigInteger),
        sa.Column("request_id", sa.Text),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="audit_pkey"),
        schema=_SCHEMA,
    )


def _studies() -> None:
    for column in (
        sa.Column("owner", sa.Text, nullable=False, server_default="local"),
        sa.Column("key_id", sa.Integer),
        sa.Column("origin", sa.Text, nullable=False, server_default="run"),
        sa.Column("wish", sa.Text),
        sa.Column("deadline", _TIME),
        sa.Column("time_left_s", sa.Double),
        sa.Column("claimed_at", _TIME),
        sa.Column("not_before", _TIME),
        sa.Column("stalls", sa.Integer, nullable=False, server_default=sa.text("0")),
    ):
        op.add_column("studies", column, schema=_SCHEMA)
    op.create_foreign_key(
        "studies_key_id_fkey", "studies", "keys", ["key_id"], ["id"], source_schema=_SCHEMA, referent_schema=_SCHEMA
    )
    op.drop_constraint("studies_name_key", "studies", schema=_SCHEMA)
    op.create_unique_constraint("studies_owner_name_key", "studies", ["owner", "name"], schema=_SCHEMA)
    op.drop_constraint("studies_state_check", "studies", schema=_SCHEMA)
    states = "'waiting', 'running', 'interrupted', 'paused', 'complete', 'failed', 'cancelled'"
    op.create_check_constraint("studies_state_check", "studies", f"state IN ({states})", schema=_SCHEMA)
    op.create_check_constraint("studies_origin_check", "studies", "origin IN ('run', 'service')", schema=_SCHEMA)
    op.create_check_constraint("studies_wish_check", "studies", "wish IN ('pause', 'cancel')", schema=_SCHEMA)
    op.create_index("studies_owner_id_idx", "studies", ["owner", "id"], schema=_SCHEMA)
    op.create_index("studies_owner_claimed_at_idx", "studies", ["owner", "claimed_at"], schema=_SCHEMA)
    open_ones = sa.text("state IN ('waiting', 'running', 'interrupted', 'paused')")
    op.create_index("studies_open_idx", "studies", ["id"], schema=_SCHEMA, postgresql_where=open_ones)


def _rounds() -> None:
    for name in ("planned", "complete", "failed"):
        count = sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))
        op.add_column("rounds", count, schema=_SCHEMA)
    duration = sa.Column("duration_s", sa.Double, nullable=False, server_default=sa.text("0"))
    op.add_column("rounds", duration, schema=_SCHEMA)
    outcome = sa.Column("outcome", sa.Text, sa.Computed("verdict ->> 'outcome'", persisted=True))
    op.add_column("rounds", outcome, schema=_SCHEMA)
    op.execute(_COUNT)


def _trials() -> None:
    finite = "value IS NULL OR (state = 'complete' AND value > '-infinity' AND value < 'infinity')"
    op.create_check_constraint("trials_value_check", "trials", finite, schema=_SCHEMA)
    op.create_index("trials_stage_id_state_number_idx", "trials", ["stage_id", "state", "number"], schema=_SCHEMA)
    complete, ended = sa.text("state = 'complete'"), sa.text("state IN ('complete', 'failed')")
    indexes: tuple[tuple[str, list[str | sa.TextClause], sa.TextClause], ...] = (
        ("trials_value_idx", ["stage_id", "value", "number"], complete),
        ("trials_value_desc_idx", ["stage_id", sa.text("value DESC NULLS LAST"), "number"], complete),
        ("trials_duration_idx", ["stage_id", "state", "duration_s", "number"], ended),
        (
            "trials_duration_desc_idx",
            ["stage_id", "state", sa.text("duration_s DESC NULLS LAST"), "number"],
            ended,
        ),
    )
    for name, columns, condition in indexes:
        op.create_index(name, "trials", columns, schema=_SCHEMA, postgresql_where=condition)
    running = sa.text("state = 'running'")
    op.create_index("trials_running_idx", "trials", ["stage_id", "round"], schema=_SCHEMA, postgresql_where=running)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("stage", sa.Text),
        sa.Column("number", sa.Integer),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False, server_default=_NOW),
        sa.PrimaryKeyConstraint("id", name="events_pkey"),
        sa.ForeignKeyConstraint(
            ["study_id"], [f"{_SCHEMA}.studies.id"], name="events_study_id_fkey", ondelete="CASCADE"
        ),
        schema=_SCHEMA,
    )
    op.create_index("events_study_id_id_idx", "events", ["study_id", "id"], schema=_SCHEMA)
    op.execute(_RING)
    op.execute(_RINGS)
