"""Functions that write a stage's verdicts as a note of the Optuna dashboard, in GitHub-flavoured Markdown.

They compute and read nothing, so that whoever may read the views may call them.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

# What has a meaning in Markdown or HTML gets a backslash; control characters, line breaks too, become blanks.
_MARKDOWN = r"""
    CREATE FUNCTION optuna.markdown(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT regexp_replace(regexp_replace(words, '[\x01-\x1f\x7f-\x9f\u2028\u2029]+', ' ', 'g'),
                              '([\\`*_\[\]<>()|#~&!$])', '\\\1', 'g')
    $$
"""

# Four significant digits, whole numbers as they are.
_NUMBER = """
    CREATE FUNCTION optuna.number_words(number numeric) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT CASE
            WHEN number = trunc(number) AND abs(number) < 1e15 THEN CAST(trunc(number) AS text)
            WHEN abs(number) >= 1e-4 AND abs(number) < 1e6
                THEN CAST(trim_scale(round(number, greatest(0, 3 - CAST(floor(log(abs(number))) AS integer)))) AS text)
            ELSE regexp_replace(trim(to_char(number, '9.999EEEE')), '[.]?0+e', 'e') END
    $$
"""

# A JSON value on one line. A number that JSON lacks was stored as {"$float": "nan"}.
_WORDS = """
    CREATE FUNCTION optuna.words(content json) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        longest CONSTANT integer := 8;
    BEGIN
        RETURN CASE json_typeof(content)
            WHEN 'null' THEN 'none'
            WHEN 'boolean' THEN CASE content #>> '{}' WHEN 'true' THEN 'yes' ELSE 'no' END
            WHEN 'number' THEN optuna.number_words(CAST(content #>> '{}' AS numeric))
            WHEN 'string' THEN content #>> '{}'
            WHEN 'array' THEN (
                SELECT string_agg(CASE WHEN json_typeof(item) = 'object' AND item ->> '$float' IS NULL
                                       THEN '(' || optuna.words(item) || ')' ELSE optuna.words(item) END, ', '
                                  ORDER BY place)
                FROM json_array_elements(content) WITH ORDINALITY AS element (item, place)
                WHERE place <= longest
            ) || CASE WHEN json_array_length(content) > longest
                      THEN ' and ' || json_array_length(content) - longest || ' more' ELSE '' END
            ELSE coalesce(content ->> '$float', (
                SELECT string_agg(replace(key, '_', ' ') || ' ' || coalesce(optuna.words(value), 'none'), ', '
                                  ORDER BY place)
                FROM json_each(content) WITH ORDINALITY AS entry (key, value, place)
            )) END;
    END $$
"""

# Measured and expected values side by side: single ones and short lists. The report has all.
_COMPARED = """
    CREATE FUNCTION optuna.compared(measured json, expected json) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT E'|  | measured | expected |\n| --- | --- | --- |\n' || string_agg(
            '| ' || optuna.markdown(replace(key, '_', ' '))
            || ' | ' || coalesce(optuna.markdown(optuna.words(found)), '')
            || ' | ' || coalesce(optuna.markdown(optuna.words(wanted)), '') || ' |', E'\n' ORDER BY place)
        FROM (
            SELECT key, entry.value AS found, expected -> key AS wanted, place
            FROM json_each(measured) WITH ORDINALITY AS entry (key, value, place)
            UNION ALL
            SELECT key, NULL, entry.value, 1000 + place
            FROM json_each(expected) WITH ORDINALITY AS entry (key, value, place)
            WHERE measured -> key IS NULL
        ) fact
        WHERE NOT EXISTS (
            SELECT FROM (VALUES (found), (wanted)) AS side (content)
            WHERE CASE json_typeof(content) WHEN 'object' THEN content ->> '$float' IS NULL
                       WHEN 'array' THEN json_array_length(content) > 8 OR CAST(content AS text) LIKE '%{%'
                       ELSE false END
        )
    $$
"""

_FINDINGS = """
    CREATE FUNCTION optuna.findings(found json) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT E'**Findings**\n\n' || string_agg(
            '- **' || upper(left(finding ->> 'severity', 1)) || substr(finding ->> 'severity', 2) || '**: '
            || optuna.markdown(finding ->> 'message') || ' (' || optuna.markdown(finding ->> 'code') || ')'
            || coalesce(E'\n  - evidence: ' || nullif(optuna.markdown(optuna.words(finding -> 'evidence')), ''), '')
            || coalesce(E'\n  - try: ' || nullif(optuna.markdown(finding ->> 'advice'), ''), '')
            || coalesce(E'\n  - source: ' || nullif(optuna.markdown(finding ->> 'source'), ''), ''),
            E'\n' ORDER BY place)
        FROM json_array_elements(found) WITH ORDINALITY AS entry (finding, place)
    $$
"""

_HANDED_ON = """
    CREATE FUNCTION optuna.handed_on(space json, reason text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT E'**Handed on**' || coalesce(': ' || nullif(optuna.markdown(reason), ''), '')
            || E'\n\n| hyperparameter | searched next |\n| --- | --- |\n' || string_agg(
            '| ' || optuna.markdown(path) || ' | ' || optuna.markdown(CASE
                WHEN kind IN ('choice', 'grid') THEN 'one of ' || optuna.words(content)
                WHEN json_typeof(content) = 'array'
                    THEN optuna.words(content -> 0) || ' … ' || optuna.words(content -> 1) || ' (' || kind || ')'
                ELSE optuna.words(distribution) END) || ' |', E'\n' ORDER BY place)
        FROM json_each(space) WITH ORDINALITY AS entry (path, distribution, place)
        CROSS JOIN LATERAL (
            SELECT key AS kind, value AS content FROM json_each(distribution) LIMIT 1
        ) written
    $$
"""

# One round: its verdict, or how far it is. `number` is from 1, null in a stage of one round; `state` is the study's.
_ROUND = """
    CREATE FUNCTION optuna.round_note(
        number integer, verdict json, planned integer, complete integer, failed integer, state text, reason text
    ) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT concat_ws(E'\n\n',
            '### ' || coalesce('Round ' || number || ': ', 'Verdict: ') || CASE
                WHEN verdict IS NULL THEN CASE state WHEN 'running' THEN 'none yet, it runs'
                                          ELSE 'none, the study is ' || state END
                ELSE CASE verdict ->> 'outcome' WHEN 'pass' THEN 'passed' WHEN 'fail' THEN 'failed'
                     WHEN 'overridden' THEN 'failed, overridden' ELSE verdict ->> 'outcome' END END,
            CASE WHEN verdict IS NULL AND state <> reason THEN optuna.markdown(reason) END,
            nullif(optuna.markdown(verdict ->> 'summary'), ''),
            complete + failed || ' of ' || planned || ' trials have ended, ' || failed || ' of them failed.',
            optuna.compared(verdict -> 'measured', verdict -> 'expected'),
            optuna.findings(verdict -> 'findings'),
            optuna.handed_on(verdict -> 'handed_on', verdict ->> 'handed_on_reason'))
    $$
"""


def upgrade() -> None:
    """Makes the functions, those that others call first."""
    for function in (_MARKDOWN, _NUMBER, _WORDS, _COMPARED, _FINDINGS, _HANDED_ON, _ROUND):
        op.execute(function)
