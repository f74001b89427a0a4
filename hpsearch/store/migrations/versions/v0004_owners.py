"""The views for Optuna again, for one owner or one stage where a session asks for that.

A session sees everything until it sets ``hpsearch.owner``: then nothing of other owners, in any view. With
``hpsearch.stage`` it sees that stage alone, which spares a page about one stage reading all the others. The studies of
owners other than ``local`` are called ``<owner>:<study>/<stage>``; no study's name has a colon.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

_SANITY = "stage.stage IN ('initial_loss', 'overfit', 'lr_sweep')"
_LAST_STEP_LOSS = "trial.step_losses[cardinality(trial.step_losses)]"
_TRIALS = "hpsearch.trials trial JOIN hpsearch.visible_stages stage ON stage.id = trial.stage_id"

# CASE, for Postgres to take a good half of the rows for visible: after a comparison with a setting it expects hardly
# any, and reads the trials of a stage again and again.
_VISIBLE_STAGES = """
    CREATE VIEW hpsearch.visible_stages AS
    SELECT stage.id, stage.stage, stage.distributions, study.owner, study.name, study.metric,
           study.state, study.reason
    FROM hpsearch.stages stage JOIN hpsearch.studies study ON study.id = stage.study_id
    WHERE CASE coalesce(current_setting('hpsearch.owner', true), '') WHEN '' THEN true
               ELSE study.owner = current_setting('hpsearch.owner', true) END
      AND CASE coalesce(current_setting('hpsearch.stage', true), '') WHEN '' THEN true
               ELSE stage.id = CAST(current_setting('hpsearch.stage', true) AS integer) END
"""

# Columns of one trial are numbered below 1,000; ids are 64 bits wide, so that the product fits.
_VIEWS = {
    "studies": """
        SELECT stage.id AS study_id,
               CAST(CASE stage.owner WHEN 'local' THEN '' ELSE stage.owner || ':' END
                    || stage.name || '/' || stage.stage AS varchar(512)) AS study_name
        FROM hpsearch.visible_stages stage
    """,
    "study_directions": f"""
        SELECT stage.id AS study_direction_id,
               CAST(CASE WHEN {_SANITY} OR stage.metric = 'val_loss' THEN 'MINIMIZE' ELSE 'MAXIMIZE' END
                    AS optuna.studydirection) AS direction,
               stage.id AS study_id, 0 AS objective
        FROM hpsearch.visible_stages stage
    """,  # noqa: S608 - constants of this file
    # Every round's verdict under its number, and the newest one under "verdict".
    "study_user_attributes": """
        SELECT CAST(round.stage_id AS bigint) * 1000 + attribute.position AS study_user_attribute_id,
               round.stage_id AS study_id, CAST(attribute.key AS varchar(512)) AS key,
               CAST(to_json((round.verdict ->> 'outcome') || ': ' || (round.verdict ->> 'summary')) AS text)
                   AS value_json
        FROM hpsearch.rounds round
        JOIN hpsearch.visible_stages stage ON stage.id = round.stage_id
        CROSS JOIN LATERAL (
            SELECT round.round + 1 AS position, 'round ' || round.round AS key
            UNION ALL
            SELECT 0, 'verdict'
            WHERE NOT EXISTS (
                SELECT FROM hpsearch.rounds later
                WHERE later.stage_id = round.stage_id AND later.round > round.round AND later.verdict IS NOT NULL
            )
        ) attribute
        WHERE round.verdict IS NOT NULL
    """,
    "trials": f"""
        SELECT trial.id AS trial_id, trial.number, trial.stage_id AS study_id,
               CAST(CASE trial.state WHEN 'waiting' THEN 'WAITING' WHEN 'running' THEN 'RUNNING'
                    WHEN 'complete' THEN 'COMPLETE' ELSE 'FAIL' END AS optuna.trialstate) AS state,
               trial.started_at AT TIME ZONE 'UTC' AS datetime_start,
               trial.finished_at AT TIME ZONE 'UTC' AS datetime_complete
        FROM {_TRIALS}
    """,  # noqa: S608 - constants of this file
    # Optuna stores the position of a categorical value among the choices. OFFSET 0 keeps the planner from looking
    # the distribution up anew for each of its uses, which takes twice as long.
    "trial_params": f"""
        SELECT CAST(trial.id AS bigint) * 1000 + parameter.position AS param_id, trial.id AS trial_id,
               CAST(parameter.key AS varchar(512)) AS param_name,
               CASE WHEN drawn.distribution ->> 'name' = 'CategoricalDistribution' THEN (
                   SELECT CAST(choice.position - 1 AS double precision)
                   FROM jsonb_array_elements(CAST(drawn.distribution #> '{{attributes,choices}}' AS jsonb))
                       WITH ORDINALITY AS choice (value, position)
                   WHERE choice.value = CAST(parameter.value AS jsonb)
               ) ELSE CAST(CAST(parameter.value AS text) AS double precision) END AS param_value,
               CAST(drawn.distribution AS text) AS distribution_json
        FROM {_TRIALS}
        CROSS JOIN LATERAL json_each(trial.parameters) WITH ORDINALITY AS parameter (key, value, position)
        CROSS JOIN LATERAL (SELECT stage.distributions -> parameter.key AS distribution OFFSET 0) drawn
    """,  # noqa: S608 - constants of this file
    "trial_values": f"""
        SELECT trial.id AS trial_value_id, trial.id AS trial_id, 0 AS objective,
               CASE WHEN abs(shown.value) < 'infinity' THEN shown.value END AS value,
               CAST(CASE shown.value WHEN 'infinity' THEN 'INF_POS' WHEN '-infinity' THEN 'INF_NEG'
                    ELSE 'FINITE' END AS optuna.trialvaluetype) AS value_type
        FROM {_TRIALS}
        CROSS JOIN LATERAL (
            SELECT CASE WHEN {_SANITY} THEN {_LAST_STEP_LOSS} ELSE trial.value END AS value
        ) shown
        WHERE trial.state = 'complete' AND shown.value <> 'nan'
    """,  # noqa: S608 - constants of this file
    "trial_intermediate_values": f"""
        SELECT CAST(trial.id AS bigint) * 1000000 + point.position AS trial_intermediate_value_id,
               trial.id AS trial_id,
               CASE WHEN {_SANITY} THEN CAST(point.position AS integer) - 1
                    ELSE trial.epochs[CAST(point.position AS integer)] END AS step,
               CASE WHEN abs(point.value) < 'infinity' THEN point.value END AS intermediate_value,
               CAST(CASE point.value WHEN 'infinity' THEN 'INF_POS' WHEN '-infinity' THEN 'INF_NEG'
                    WHEN 'nan' THEN 'NAN' ELSE 'FINITE' END AS optuna.trialintermediatevaluetype)
                   AS intermediate_value_type
        FROM {_TRIALS}
        CROSS JOIN LATERAL unnest(
            CASE WHEN {_SANITY} THEN trial.step_losses
                 WHEN stage.metric = 'val_loss' THEN trial.val_losses
                 ELSE trial.val_accuracies END
        ) WITH ORDINALITY AS point (value, position)
        WHERE point.value IS NOT NULL
    """,  # noqa: S608 - constants of this file
    "trial_user_attributes": f"""
        SELECT CAST(trial.id AS bigint) * 1000 + attribute.position AS trial_user_attribute_id,
               trial.id AS trial_id, CAST(attribute.key AS varchar(512)) AS key,
               CAST(attribute.value AS text) AS value_json
        FROM {_TRIALS}
        CROSS JOIN LATERAL (VALUES
            (1, 'round', to_json(trial.round)),
            (2, 'best_epoch', to_json(trial.best_epoch)),
            (3, 'learned', to_json(trial.learned)),
            (4, 'failure', to_json(trial.failure)),
            (5, 'reason', to_json(trial.reason)),
            (6, 'test_loss', to_json(trial.test_loss)),
            (7, 'test_accuracy', to_json(trial.test_accuracy))
        ) AS attribute (position, key, value)
        WHERE attribute.value IS NOT NULL
    """,  # noqa: S608 - constants of this file
}


def upgrade() -> None:
    """Replaces the views where they are, and adds the one below them that decides what a session sees."""
    op.execute(_VISIBLE_STAGES)
    for name, query in _VIEWS.items():
        op.execute(f"CREATE OR REPLACE VIEW optuna.{name} AS {query}")
