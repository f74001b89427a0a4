"""The tables: studies, stages, rounds, trials."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSON

revision = "0001"
down_revision = None

_SCHEMA = "hpsearch"
_NUMBERS = ARRAY(sa.Double, dimensions=1)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables, all of them new."""
    _studies()
    _stages_and_rounds()
    _trials()


def _studies() -> None:
    metric = (
        "COALESCE(definition #>> '{objective,metric}', "
        "CASE WHEN task ->> 'loss' IN ('l1', 'l2') THEN 'val_loss' ELSE 'val_accuracy' END)"
    )
    op.create_table(
        "studies",
        sa.Column("id", sa.Integer, sa.Identity(always=True), nullable=False),
        sa.Column("request", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("reason", sa.Text),
        sa.Column("task", JSON),
        sa.Column("metric", sa.Text, sa.Computed(metric, persisted=True), nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("holder", sa.Text),
        sa.Column("lease_until", _TIME),
        sa.Column("created_at", _TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="studies_pkey"),
        sa.UniqueConstraint("request", name="studies_request_key"),
        sa.UniqueConstraint("name", name="studies_name_key"),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'interrupted', 'complete', 'failed')", name="studies_state_check"
        ),
        schema=_SCHEMA,
    )
    op.create_index("studies_identity_id_idx", "studies", ["identity", "id"], schema=_SCHEMA)


def _stages_and_rounds() -> None:
    op.create_table(
        "stages",
        sa.Column("id", sa.Integer, sa.Identity(always=True), nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("distributions", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="stages_pkey"),
        sa.UniqueConstraint("study_id", "stage", name="stages_study_id_stage_key"),
        sa.ForeignKeyConstraint(
            ["study_id"], [f"{_SCHEMA}.studies.id"], name="stages_study_id_fkey", ondelete="CASCADE"
        ),
        schema=_SCHEMA,
    )
    op.create_table(
        "rounds",
        sa.Column("stage_id", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("space", JSON, nullable=False),
        sa.Column("verdict", JSON),
        sa.Column("started_at", _TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", _TIME),
        sa.PrimaryKeyConstraint("stage_id", "round", name="rounds_pkey"),
        sa.ForeignKeyConstraint(
            ["stage_id"], [f"{_SCHEMA}.stages.id"], name="rounds_stage_id_fkey", ondelete="CASCADE"
        ),
        schema=_SCHEMA,
    )


def _trials() -> None:
    op.create_table(
        "trials",
        sa.Column("id", sa.Integer, sa.Identity(always=True), nullable=False),
        sa.Column("stage_id", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("weights_seed", sa.BigInteger, nullable=False),
        sa.Column("order_seed", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("started_at", _TIME),
        sa.Column("finished_at", _TIME),
        sa.Column("value", sa.Double),
        sa.Column("best_epoch", sa.Integer),
        sa.Column("failure", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("step_losses", _NUMBERS),
        sa.Column("step_accuracies", _NUMBERS),
        sa.Column("epochs", ARRAY(sa.Integer, dimensions=1)),
        sa.Column("train_losses", _NUMBERS),
        sa.Column("train_accuracies", _NUMBERS),
        sa.Column("val_losses", _NUMBERS),
        sa.Column("val_accuracies", _NUMBERS),
        sa.Column("layers", JSON),
        sa.Column("without_gradient", ARRAY(sa.Text, dimensions=1)),
        sa.Column("learned", sa.Boolean),
        sa.Column("test_loss", sa.Double),
        sa.Column("test_accuracy", sa.Double),
        sa.Column("duration_s", sa.Double),
        sa.PrimaryKeyConstraint("id", name="trials_pkey"),
        sa.UniqueConstraint("stage_id", "number", name="trials_stage_id_number_key"),
        sa.CheckConstraint("state IN ('waiting', 'running', 'complete', 'failed')", name="trials_state_check"),
        sa.ForeignKeyConstraint(
            ["stage_id", "round"],
            [f"{_SCHEMA}.rounds.stage_id", f"{_SCHEMA}.rounds.round"],
            name="trials_stage_id_round_fkey",
            ondelete="CASCADE",
        ),
        schema=_SCHEMA,
    )
