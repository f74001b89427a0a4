"""Views in the shape of Optuna's own tables, so that stock Optuna reads every stage as one of its studies.

Names, columns and enumerated types are those of the schema that Optuna 5 calls ``v3.2.0.a``. A stage of the recipe is
the study ``<study>/<stage>``. The objective's metric is its value and, per epoch, its intermediate values; the sanity
stages have no epochs and show the training loss instead: the last one as the value, to be minimised, and all of them
by iteration. Nothing can be written through the views.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_TYPES = {
    "studydirection": ("NOT_SET", "MINIMIZE", "MAXIMIZE"),
    "trialstate": ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING"),
    "trialvaluetype": ("FINITE", "INF_POS", "INF_NEG"),
    "trialintermediatevaluetype": ("FINITE", "INF_POS", "INF_NEG", "NAN"),
}

_SANITY = "stage.stage IN ('initial_loss', 'overfit', 'lr_sweep')"
_LAST_STEP_LOSS = "trial.step_losses[cardinality(trial.step_losses)]"

# Columns of one trial are numbered below 1,000; ids are 64 bits wide, so that the product fits.
_VIEWS = {
    "studies": """
        SELECT stage.id AS study_id, CAST(study.name || '/' || stage.stage AS varchar(512)) AS study_name
        FROM hpsearch.stages stage JOIN hpsearch.studies study ON study.id = stage.study_id
    """,
    "study_directions": f"""
        SELECT stage.id AS study_direction_id,
               CAST(CASE WHEN {_SANITY} OR study.metric = 'val_loss' THEN 'MINIMIZE' ELSE 'MAXIMIZE' END
                    AS optuna.studydirection) AS direction,
               stage.id AS study_id, 0 AS objective
        FROM hpsearch.stages stage JOIN hpsearch.studies study ON study.id = stage.study_id
    """,  # noqa: S608 - constants of this file
    # Every round's verdict under its number, and the newest one under "verdict".
    "study_user_attributes": """
        SELECT CAST(round.stage_id AS bigint) * 1000 + attribute.position AS study_user_attribute_id,
               round.stage_id AS study_id, CAST(attribute.key AS varchar(512)) AS key,
               CAST(to_json((round.verdict ->> 'outcome') || ': ' || (round.verdict ->> 'summary')) AS text)
                   AS value_json
        FROM hpsearch.rounds round
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
    "study_system_attributes": """
        SELECT 0 AS study_system_attribute_id, 0 AS study_id, CAST('' AS varchar(512)) AS key, '' AS value_json
        WHERE false
    """,
    "trials": """
        SELECT trial.id AS trial_id, trial.number, trial.stage_id AS study_id,
               CAST(CASE trial.state WHEN 'waiting' THEN 'WAITING' WHEN 'running' THEN 'RUNNING'
                    WHEN 'complete' THEN 'COMPLETE' ELSE 'FAIL' END AS optuna.trialstate) AS state,
               trial.started_at AT TIME ZONE 'UTC' AS datetime_start,
               trial.finished_at AT TIME ZONE 'UTC' AS datetime_complete
        FROM hpsearch.trials trial
    """,
    # Optuna stores the position of a categorical value among the choices. OFFSET 0 keeps the planner from looking
    # the distribution up anew for each of its uses, which takes twice as long.
    "trial_params": """
        SELECT CAST(trial.id AS bigint) * 1000 + parameter.position AS param_id, trial.id AS trial_id,
               CAST(parameter.key AS varchar(512)) AS param_name,
               CASE WHEN drawn.distribution ->> 'name' = 'CategoricalDistribution' THEN (
                   SELECT CAST(choice.position - 1 AS double precision)
                   FROM jsonb_array_elements(CAST(drawn.distribution #> '{attributes,choices}' AS jsonb))
                       WITH ORDINALITY AS choice (value, position)
                   WHERE choice.value = CAST(parameter.value AS jsonb)
               ) ELSE CAST(CAST(parameter.value AS text) AS double precision) END AS param_value,
               CAST(drawn.distribution AS text) AS distribution_json
        FROM hpsearch.trials trial
        JOIN hpsearch.stages stage ON stage.id = trial.stage_id
        CROSS JOIN LATERAL json_each(trial.parameters) WITH ORDINALITY AS parameter (key, value, position)
        CROSS JOIN LATERAL (SELECT stage.distributions -> parameter.key AS distribution OFFSET 0) drawn
    """,
    "trial_values": f"""
        SELECT trial.id AS trial_value_id, trial.id AS trial_id, 0 AS objective,
               CASE WHEN abs(shown.value) < 'infinity' THEN shown.value END AS value,
               CAST(CASE shown.value WHEN 'infinity' THEN 'INF_POS' WHEN '-infinity' THEN 'INF_NEG'
                    ELSE 'FINITE' END AS optuna.trialvaluetype) AS value_type
        FROM hpsearch.trials trial
        JOIN hpsearch.stages stage ON stage.id = trial.stage_id
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
        FROM hpsearch.trials trial
        JOIN hpsearch.stages stage ON stage.id = trial.stage_id
        JOIN hpsearch.studies study ON study.id = stage.study_id
        CROSS JOIN LATERAL unnest(
            CASE WHEN {_SANITY} THEN trial.step_losses
                 WHEN study.metric = 'val_loss' THEN trial.val_losses
                 ELSE trial.val_accuracies END
        ) WITH ORDINALITY AS point (value, position)
        WHERE point.value IS NOT NULL
    """,  # noqa: S608 - constants of this file
    "trial_user_attributes": """
        SELECT CAST(trial.id AS bigint) * 1000 + attribute.position AS trial_user_attribute_id,
               trial.id AS trial_id, CAST(attribute.key AS varchar(512)) AS key,
               CAST(attribute.value AS text) AS value_json
        FROM hpsearch.trials trial
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
    """,
    "trial_system_attributes": """
        SELECT 0 AS trial_system_attribute_id, 0 AS trial_id, CAST('' AS varchar(512)) AS key, '' AS value_json
        WHERE false
    """,
    "trial_heartbeats": """
        SELECT 0 AS trial_heartbeat_id, 0 AS trial_id, CAST(now() AS timestamp) AS heartbeat
        WHERE false
    """,
    "version_info": """
        SELECT 1 AS version_info_id, 12 AS schema_version, CAST('5.0.0' AS varchar(256)) AS library_version
    """,
    "alembic_version": """
        SELECT CAST('v3.2.0.a' AS varchar(32)) AS version_num
    """,
}

_REFUSE = """
    CREATE FUNCTION optuna.refuse_write() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'hpsearch decides what its studies hold: Optuna may read them and not write'
            USING ERRCODE = 'read_only_sql_transaction', HINT = 'Copy the study to a storage of its own.';
    END $$
"""


def upgrade() -> None:
    """Makes the schema ``optuna`` with its views."""
    op.execute("CREATE SCHEMA optuna")
    for name, values in _TYPES.items():
        op.execute(f"CREATE TYPE optuna.{name} AS ENUM ({', '.join(repr(value) for value in values)})")
    op.execute(_REFUSE)
    for name, query in _VIEWS.items():
        op.execute(f"CREATE VIEW optuna.{name} AS {query}")
        op.execute(
            f"CREATE TRIGGER refuse_write INSTEAD OF INSERT OR UPDATE OR DELETE ON optuna.{name} "
            "FOR EACH ROW EXECUTE FUNCTION optuna.refuse_write()"
        )
