"""What holds in the database at every moment, whoever was killed when: each a query for the rows that break it.

Plain SQL over the tables, without a line of the system that it judges.
"""

INVARIANTS: dict[str, str] = {
    "a study is in a known state": """
        SELECT id, state FROM hpsearch.studies
        WHERE state NOT IN ('waiting', 'running', 'interrupted', 'paused', 'complete', 'failed', 'cancelled')
    """,
    "a study is held exactly while it is running": """
        SELECT id, state, holder, lease_until FROM hpsearch.studies
        WHERE (state = 'running') <> (holder IS NOT NULL) OR (holder IS NULL) <> (lease_until IS NULL)
    """,
    "a running study has been claimed": """
        SELECT id, fence, claimed_at FROM hpsearch.studies WHERE state = 'running' AND (fence < 1 OR claimed_at IS NULL)
    """,
    "a study has a time of its end exactly once it has ended": """
        SELECT id, state, finished_at FROM hpsearch.studies
        WHERE (state IN ('complete', 'failed', 'cancelled')) <> (finished_at IS NOT NULL)
    """,
    "a submitted study that has not ended has a deadline, and no other study has one": """
        SELECT id, state, origin, deadline FROM hpsearch.studies
        WHERE (deadline IS NOT NULL) <> (origin = 'service' AND state NOT IN ('complete', 'failed', 'cancelled'))
    """,
    "a submitted study knows how long it may run, and whose key it came with": """
        SELECT id, time_left_s, key_id FROM hpsearch.studies
        WHERE origin = 'service' AND (time_left_s IS NULL OR time_left_s < 0 OR key_id IS NULL)
    """,
    "a study that has failed says why": """
        SELECT id FROM hpsearch.studies WHERE state = 'failed' AND coalesce(reason, '') = ''
    """,
    "only a study that somebody may still hold has a wish": """
        SELECT id, state, wish FROM hpsearch.studies WHERE wish IS NOT NULL AND state <> 'running'
    """,
    "names are one owner's own": """
        SELECT owner, name FROM hpsearch.studies GROUP BY owner, name HAVING count(*) > 1
    """,
    "the counters of a round are the counts of its trials": """
        SELECT rounds.stage_id, rounds.round, planned, complete, pruned, failed, counted.*
        FROM hpsearch.rounds LEFT JOIN (
            SELECT stage_id, round, count(*) AS is_planned, count(*) FILTER (WHERE state = 'complete') AS is_complete,
                   count(*) FILTER (WHERE state = 'pruned') AS is_pruned,
                   count(*) FILTER (WHERE state = 'failed') AS is_failed, sum(trials.duration_s) AS lasted
            FROM hpsearch.trials GROUP BY stage_id, round
        ) counted ON (counted.stage_id, counted.round) = (rounds.stage_id, rounds.round)
        WHERE (planned, complete, pruned, failed) IS DISTINCT FROM
              (coalesce(is_planned, 0), coalesce(is_complete, 0), coalesce(is_pruned, 0), coalesce(is_failed, 0))
           OR abs(rounds.duration_s - coalesce(lasted, 0)) > 1e-6 * (1 + rounds.duration_s)
    """,
    "the trials of a stage are numbered without a gap": """
        SELECT stage_id FROM hpsearch.trials GROUP BY stage_id
        HAVING min(number) <> 0 OR max(number) <> count(*) - 1 OR count(DISTINCT number) <> count(*)
    """,
    "the rounds of a stage are numbered without a gap": """
        SELECT stage_id FROM hpsearch.rounds GROUP BY stage_id HAVING min(round) <> 0 OR max(round) <> count(*) - 1
    """,
    "a trial runs only in a study that somebody holds": """
        SELECT studies.id, studies.state, trials.id FROM hpsearch.trials
        JOIN hpsearch.stages ON stages.id = trials.stage_id JOIN hpsearch.studies ON studies.id = stages.study_id
        WHERE trials.state = 'running' AND studies.state <> 'running'
    """,
    "a trial has a result, whole, exactly once it has ended": """
        SELECT id, state FROM hpsearch.trials
        WHERE (state IN ('complete', 'pruned', 'failed')) <> (finished_at IS NOT NULL)
           OR (state IN ('complete', 'pruned', 'failed')) <> (duration_s IS NOT NULL)
           OR (state IN ('complete', 'pruned', 'failed')) <> (step_losses IS NOT NULL)
           OR (state IN ('complete', 'pruned', 'failed')) <> (layers IS NOT NULL)
           OR (state = 'waiting') <> (started_at IS NULL)
           OR (state IN ('complete', 'pruned', 'failed') AND (
                  cardinality(epochs) <> cardinality(train_losses) OR cardinality(epochs) <> cardinality(val_losses)
                  OR cardinality(epochs) <> cardinality(train_accuracies)
                  OR cardinality(epochs) <> cardinality(val_accuracies)))
    """,
    "a value is finite, and only complete trials have one": """
        SELECT id, state, value FROM hpsearch.trials
        WHERE value IS NOT NULL
          AND (state <> 'complete' OR value = 'nan' OR value = 'infinity' OR value = '-infinity')
    """,
    "a trial that has failed says how and why, one that was stopped says why, and no other does": """
        SELECT id, state, failure, reason FROM hpsearch.trials
        WHERE (state = 'failed') <> (failure IS NOT NULL)
           OR (state IN ('pruned', 'failed')) <> (coalesce(reason, '') <> '')
    """,
    "a round is over exactly once it is judged": """
        SELECT stage_id, round FROM hpsearch.rounds WHERE (verdict IS NULL) <> (finished_at IS NULL)
    """,
    "the best trial of a verdict is complete": """
        SELECT rounds.stage_id, rounds.round, trials.state FROM hpsearch.rounds
        LEFT JOIN hpsearch.trials
               ON trials.stage_id = rounds.stage_id AND trials.number = CAST(rounds.verdict ->> 'best_trial' AS int)
        WHERE rounds.verdict ->> 'best_trial' IS NOT NULL AND (trials.state IS NULL OR trials.state <> 'complete')
    """,
    "a study that is complete has no trial left": """
        SELECT studies.id, trials.id FROM hpsearch.studies
        JOIN hpsearch.stages ON stages.study_id = studies.id JOIN hpsearch.trials ON trials.stage_id = stages.id
        WHERE studies.state = 'complete' AND trials.state NOT IN ('complete', 'pruned', 'failed')
    """,
    "the last event of a study's state tells its state": """
        SELECT studies.id, studies.state, last.detail FROM hpsearch.studies LEFT JOIN LATERAL (
            SELECT detail FROM hpsearch.events WHERE study_id = studies.id AND kind = 'state' ORDER BY id DESC LIMIT 1
        ) last ON true
        WHERE last.detail IS DISTINCT FROM studies.state
          AND EXISTS (SELECT FROM hpsearch.events WHERE study_id = studies.id)
    """,
    "the events of a study are in the order in which they happened": """
        SELECT id, study_id FROM (
            SELECT id, study_id, at, max(at) OVER (PARTITION BY study_id ORDER BY id) AS latest FROM hpsearch.events
        ) told WHERE at < latest
    """,
    "one event for every trial that has ended": """
        SELECT studies.id, stages.stage, trials.number, count(events.id)
        FROM hpsearch.trials JOIN hpsearch.stages ON stages.id = trials.stage_id
        JOIN hpsearch.studies ON studies.id = stages.study_id
        LEFT JOIN hpsearch.events ON events.study_id = studies.id AND events.kind = 'trial'
              AND events.stage = stages.stage AND events.number = trials.number AND events.detail = trials.state
        WHERE trials.state IN ('complete', 'pruned', 'failed')
        GROUP BY studies.id, stages.stage, trials.number HAVING count(events.id) <> 1
    """,
    "no event for a trial that has not ended": """
        SELECT events.id FROM hpsearch.events
        JOIN hpsearch.stages ON stages.study_id = events.study_id AND stages.stage = events.stage
        JOIN hpsearch.trials ON trials.stage_id = stages.id AND trials.number = events.number
        WHERE events.kind = 'trial' AND trials.state NOT IN ('complete', 'pruned', 'failed')
    """,
    "one event for every verdict": """
        SELECT rounds.stage_id, rounds.round, count(events.id) FROM hpsearch.rounds
        JOIN hpsearch.stages ON stages.id = rounds.stage_id
        LEFT JOIN hpsearch.events ON events.study_id = stages.study_id AND events.kind = 'verdict'
              AND events.stage = stages.stage AND events.number = rounds.round
              AND events.detail = rounds.verdict ->> 'outcome'
        WHERE rounds.verdict IS NOT NULL GROUP BY rounds.stage_id, rounds.round HAVING count(events.id) <> 1
    """,
    "a key is kept as a hash of 32 bytes": """
        SELECT id FROM hpsearch.keys WHERE octet_length(hash) <> 32
    """,
    "a request leads to a study of its key": """
        SELECT requests.key_id, requests.name FROM hpsearch.requests
        JOIN hpsearch.studies ON studies.id = requests.study_id WHERE studies.key_id IS DISTINCT FROM requests.key_id
    """,
}
