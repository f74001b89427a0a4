"""The dashboard's note and plot of every stage, as the system attributes that it reads them from.

The plot shows training losses: of the three best trials of a search, with their validation losses, by epoch; of the
trials of a sanity stage by iteration. A session that needs neither, because it lists studies, sets ``hpsearch.notes``
to ``off``.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

# Thin: the losses. Thick: their moving average, which the legend names. Long curves are cut into 150 pieces, each shown
# by its mean. What is not finite, or too large for a 32-bit number, is a gap.
_LINES = """
    CREATE FUNCTION optuna.lines(
        name text, colour text, dash text, steps integer[], losses double precision[], width integer
    ) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        WITH piece AS (
            SELECT max(coalesce(steps[place], place - 1)) AS step,
                   CASE WHEN bool_and(abs(loss) < 1e37) THEN avg(CASE
                       WHEN abs(loss) < 1e-37 THEN 0 WHEN abs(loss) < 1e37 THEN loss END) END AS loss
            FROM unnest(losses) WITH ORDINALITY AS point (loss, place)
            GROUP BY (place - 1) / greatest(1, (cardinality(losses) + 149) / 150)
        ), curve AS (
            SELECT step, CAST(loss AS real) AS loss,
                   CASE WHEN loss IS NOT NULL THEN CAST(avg(loss) OVER (
                       ORDER BY step ROWS BETWEEN CAST(width - 1 AS bigint) PRECEDING AND CURRENT ROW
                   ) AS real) END AS mean
            FROM piece
        ), axes AS (
            SELECT json_agg(step ORDER BY step) AS x, json_agg(loss ORDER BY step) AS y,
                   json_agg(mean ORDER BY step) AS mean
            FROM curve
        )
        SELECT json_build_array(
            json_build_object('type', 'scatter', 'mode', 'lines', 'name', name, 'legendgroup', name,
                'showlegend', false, 'hoverinfo', 'skip', 'opacity', 0.35, 'x', x, 'y', y,
                'line', json_build_object('color', colour, 'width', 1, 'dash', dash)),
            json_build_object('type', 'scatter', 'mode', 'lines', 'name', name, 'legendgroup', name,
                'x', x, 'y', mean, 'line', json_build_object('color', colour, 'width', 2.5, 'dash', dash)))
        FROM axes
    $$
"""

_FIGURE = """
    CREATE FUNCTION optuna.figure(title text, across text, lines json[]) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT CAST(json_build_object(
            'data', (SELECT json_agg(line) FROM unnest(lines) pair CROSS JOIN LATERAL json_array_elements(pair) line),
            'layout', json_build_object(
                'title', json_build_object('text', title),
                'xaxis', json_build_object('title', json_build_object('text', across)),
                'yaxis', json_build_object('title', json_build_object('text', 'loss'), 'type', 'log'),
                'legend', json_build_object('orientation', 'v'),
                'hovermode', 'closest')) AS text)
    $$
"""

_COLOURS = "(ARRAY['#1f77b4', '#d62728', '#2ca02c'])"
# From blue for the first line to red for the last one: of a sweep, from the smallest learning rate to the largest one.
_SPECTRUM = "'hsl(' || 240 - 240 * (place - 1) / greatest(1, of - 1) || ', 75%, 45%)'"

# Two branches instead of one expression to sort by: each has an index of its own.
_SEARCHED = f"""
    SELECT optuna.figure(
        'Loss of the best trials and its moving average over 3 points', 'epoch', array_agg(lines ORDER BY place, part))
    FROM (
        SELECT shown.*, row_number() OVER () AS place FROM (
            (SELECT * FROM hpsearch.trials trial
             WHERE stage.metric = 'val_loss' AND trial.stage_id = stage.id AND trial.state = 'complete'
               AND trial.value IS NOT NULL
             ORDER BY trial.value, trial.number LIMIT 3)
            UNION ALL
            (SELECT * FROM hpsearch.trials trial
             WHERE stage.metric <> 'val_loss' AND trial.stage_id = stage.id AND trial.state = 'complete'
               AND trial.value IS NOT NULL
             ORDER BY trial.value DESC NULLS LAST, trial.number LIMIT 3)
        ) shown
    ) best
    CROSS JOIN LATERAL (VALUES
        (1, optuna.lines('trial ' || number || ', training', {_COLOURS}[place], 'dot', epochs, train_losses, 3)),
        (2, optuna.lines('trial ' || number || ', validation', {_COLOURS}[place], 'solid', epochs, val_losses, 3))
    ) AS drawn (part, lines)
    WHERE cardinality(best.epochs) > 0
"""  # noqa: S608 - constants of this file

_SANITY = f"""
    SELECT optuna.figure(
        'Training loss and its moving average over 10 points', 'iteration', array_agg(
            optuna.lines(
                coalesce('learning rate ' || optuna.words(rate), 'trial ' || trial.number),
                {_SPECTRUM}, 'solid', NULL, trial.step_losses, 10)
            ORDER BY trial.number))
    FROM (
        SELECT *, row_number() OVER (ORDER BY number) AS place, count(*) OVER () AS of FROM (
            SELECT number, step_losses, parameters -> 'optimizer.learning_rate' AS rate
            FROM hpsearch.trials
            WHERE stage_id = stage.id AND cardinality(step_losses) > 1
            ORDER BY number LIMIT 20
        ) first
    ) trial
"""  # noqa: S608 - constants of this file

_NOTE = r"""
    SELECT count(round.verdict) + sum(round.complete + round.failed) AS version,
           concat_ws(E'\n\n',
               '## ' || optuna.markdown(stage.stage || ' of ' || stage.name),
               string_agg(optuna.round_note(
                   CASE WHEN round.of > 1 THEN round.round + 1 END, round.verdict, round.planned, round.complete,
                   round.failed, stage.state, stage.reason), E'\n\n' ORDER BY round.round DESC),
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
    CREATE VIEW optuna.study_system_attributes AS
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
    """Makes the functions and the view that was empty so far."""
    op.execute(_LINES)
    op.execute(_FIGURE)
    op.execute("DROP VIEW optuna.study_system_attributes")
    op.execute(_ATTRIBUTES)
    op.execute(
        "CREATE TRIGGER refuse_write INSTEAD OF INSERT OR UPDATE OR DELETE ON optuna.study_system_attributes "
        "FOR EACH ROW EXECUTE FUNCTION optuna.refuse_write()"
    )
