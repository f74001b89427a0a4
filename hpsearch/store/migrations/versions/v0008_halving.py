"""Trials that were stopped on purpose, the arrangements in which trials are trained, and how fast rounds went."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

from hpsearch.store.migrations.versions.v0006_plots import _SANITY, _SEARCHED

revision = "0008"
down_revision = "0007"

_SCHEMA = "hpsearch"

_TRIALS = """
    CREATE OR REPLACE VIEW optuna.trials AS
    SELECT trial.id AS trial_id, trial.number, trial.stage_id AS study_id,
           CAST(CASE trial.state WHEN 'waiting' THEN 'WAITING' WHEN 'running' THEN 'RUNNING' WHEN 'pruned' THEN 'PRUNED'
                WHEN 'complete' THEN 'COMPLETE' ELSE 'FAIL' END AS optuna.trialstate) AS state,
           trial.started_at AT TIME ZONE 'UTC' AS datetime_start,
           trial.finished_at AT TIME ZONE 'UTC' AS datetime_complete
    FROM hpsearch.trials trial JOIN hpsearch.visible_stages stage ON stage.id = trial.stage_id
"""

# As before, with the trials that were stopped early.
_ROUND = """
    CREATE FUNCTION optuna.round_note(
        number integer, verdict json, planned integer, complete integer, failed integer, pruned integer,
        state text, reason text
    ) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT concat_ws(E'\n\n',
            '### ' || coalesce('Round ' || number || ': ', 'Verdict: ') || CASE
                WHEN verdict IS NULL THEN CASE state WHEN 'running' THEN 'none yet, it runs'
                                          ELSE 'none, the study is ' || state END
                ELSE CASE verdict ->> 'outcome' WHEN 'pass' THEN 'passed' WHEN 'fail' THEN 'failed'
                     WHEN 'overridden' THEN 'failed, overridden' ELSE verdict ->> 'outcome' END END,
            CASE WHEN verdict IS NULL AND state <> reason THEN optuna.markdown(reason) END,
            nullif(optuna.markdown(verdict ->> 'summary'), ''),
            complete + failed + pruned || ' of ' || planned || ' trials have ended, ' || failed || ' of them failed'
                || CASE WHEN pruned > 0 THEN ', ' || pruned || ' stopped early' ELSE '' END || '.',
            optuna.compared(verdict -> 'measured', verdict -> 'expected'),
            optuna.findings(verdict -> 'findings'),
            optuna.handed_on(verdict -> 'handed_on', verdict ->> 'handed_on_reason'))
    $$
"""

_NOTE = r"""
    SELECT count(round.verdict) + sum(round.complete + round.failed + round.pruned) AS version,
           concat_ws(E'\n\n',
               '## ' || optuna.markdown(stage.stage || ' of ' || stage.name),
               string_agg(optuna.round_note(
                   CASE WHEN round.of > 1 THEN round.round + 1 END, round.verdict, round.planned, round.complete,
                   round.failed, round.pruned, stage.state, stage.reason), E'\n\n' ORDER BY round.round DESC),
               CASE WHEN sum(round.failed) > 0 THEN (
                   SELECT E'### Failed trials\n\n' || string_agg(
                       '- trial ' || number || ': ' || optuna.markdown(replace(failure, '_', ' ')) || ', '
                       || optuna.markdown(left(trial.reason, 300)), E'\n' ORDER BY number)
                   FROM (
                       SELECT number, failure, reason FROM hpsearch.trials
                       WHERE stage_id = stage.id AND state = 'failed' ORDER BY number LIMIT 5
                   ) trial
               ) END) AS body
    FROM (SELECT *, count(*) OVER () AS of FROM hpsearch.rounds WHERE stage_id = stage.id) round
"""

_ATTRIBUTES = f"""
    CREATE OR REPLACE VIEW optuna.study_system_attributes AS
    SELECT CAST(stage.id AS bigint) * 10 + attribute.place AS study_system_attribute_id, stage.id AS study_id,
           CAST(attribute.key AS varchar(512)) AS key, attribute.value_json
    FROM hpsearch.visible_stages stage
    CROSS JOIN LATERAL ({_NOTE}) note
    CROSS JOIN LATERAL (
        SELECT CASE WHEN stage.stage IN ('initial_loss', 'overfit', 'lr_sweep') THEN ({_SANITY})
               ELSE ({_SEARCHED}) END AS plot
    ) drawn
    CROSS JOIN LATERAL (VALUES
        (0, 'dashboard:note_ver', CAST(note.version AS text)),
        (1, 'dashboard:note_str:0', CAST(to_json(note.body) AS text)),
        (2, 'dashboard:plot_data:loss-curves:0', CAST(to_json(drawn.plot) AS text))
    ) AS attribute (place, key, value_json)
    WHERE attribute.value_json IS NOT NULL
      AND coalesce(current_setting('hpsearch.notes', true), '') <> 'off'
"""  # noqa: S608 - constants of this file


def upgrade() -> None:
    """Adds a state, a table and two columns, and replaces the views where they are."""
    _state()
    _columns()
    op.execute(_TRIALS)
    op.execute(_ROUND)
    op.execute(_ATTRIBUTES)
    op.execute("DROP FUNCTION optuna.round_note(integer, json, integer, integer, integer, text, text)")


def _state() -> None:
    op.drop_constraint("trials_state_check", "trials", schema=_SCHEMA)
    states = "state IN ('waiting', 'running', 'complete', 'pruned', 'failed')"
    op.create_check_constraint("trials_state_check", "trials", states, schema=_SCHEMA)
    over = sa.text("state IN ('complete', 'pruned', 'failed')")
    for name, key in (
        ("trials_duration_idx", "duration_s"),
        ("trials_duration_desc_idx", sa.text("duration_s DESC NULLS LAST")),
    ):
        op.drop_index(name, "trials", schema=_SCHEMA)
        columns: list[str | sa.TextClause] = ["stage_id", "state", key, "number"]
        op.create_index(name, "trials", columns, schema=_SCHEMA, postgresql_where=over)


def _columns() -> None:
    pruned = sa.Column("pruned", sa.Integer, nullable=False, server_default=sa.text("0"))
    op.add_column("rounds", pruned, schema=_SCHEMA)
    op.add_column("rounds", sa.Column("speed", JSON), schema=_SCHEMA)
    op.create_table(
        "arrangements",
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("shape", sa.Text, nullable=False),
        sa.Column("members", sa.Integer, nullable=False),
        sa.Column("stacked", sa.Boolean, nullable=False),
        sa.Column("memory_format", sa.Text, nullable=False),
        sa.Column("measured_for", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("study_id", "stage", "shape", name="arrangements_pkey"),
        sa.ForeignKeyConstraint(
            ["study_id"], [f"{_SCHEMA}.studies.id"], name="arrangements_study_id_fkey", ondelete="CASCADE"
        ),
        schema=_SCHEMA,
    )
