"""The dashboard's notes tell what was found before the numbers that it was found in, as reports do."""

from alembic import op

revision = "0012"
down_revision = "0011"

_ROUND = """
    CREATE OR REPLACE FUNCTION optuna.round_note(
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
            optuna.findings(verdict -> 'findings'),
            complete + failed + pruned || ' of ' || planned || ' trials have ended, ' || failed || ' of them failed'
                || CASE WHEN pruned > 0 THEN ', ' || pruned || ' stopped early' ELSE '' END || '.',
            optuna.compared(verdict -> 'measured', verdict -> 'expected'),
            optuna.handed_on(verdict -> 'handed_on', verdict ->> 'handed_on_reason'))
    $$
"""


def upgrade() -> None:
    """Writes the function anew; the view that calls it stays as it is."""
    op.execute(_ROUND)
