"""Optuna's own tables, filled with a study like the service's."""

from sqlalchemy import create_engine, text

from benchmarks.service.samples import EPOCHS


def filled_study(url: str, trials: int) -> str:
    """The name of a study whose trials are complete, with three parameters and ten intermediate values each.

    Ten trials are told through Optuna; the others are copies of the first one with values of their own.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    name = f"size-{trials}"
    study = optuna.create_study(storage=url, study_name=name, direction="maximize")
    for _ in range(10):
        tell(study)
    first = study.trials[0]._trial_id  # noqa: SLF001 - the number of its row
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in _COPIES:
            connection.execute(text(statement), {"first": first, "trials": trials})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return name


def tell(study: object) -> None:
    """One trial as a user of Optuna runs it, but for the training: ask, three suggestions, ten reports, tell."""
    import optuna

    if not isinstance(study, optuna.Study):
        raise TypeError("this wants a study of Optuna")
    trial = study.ask()
    trial.suggest_categorical("network.width", [16, 32])
    trial.suggest_float("optimizer.learning_rate", 1e-3, 1.0, log=True)
    trial.suggest_float("optimizer.weight_decay", 1e-6, 1e-2, log=True)
    for epoch in range(1, EPOCHS + 1):
        trial.report(1 - 1.1 / (epoch + 1), epoch)
    study.tell(trial, 0.9)


_COPIES = (
    """
    INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)
    SELECT n, study_id, state, datetime_start, datetime_complete
    FROM trials, generate_series(10, :trials - 1) n WHERE trial_id = :first ORDER BY n
    """,
    """
    INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
    SELECT copy.trial_id, param_name, param_value, distribution_json
    FROM trial_params param, trials copy, trials first WHERE param.trial_id = :first AND first.trial_id = :first
    AND copy.study_id = first.study_id AND copy.number >= 10
    """,
    """
    INSERT INTO trial_values (trial_id, objective, value, value_type)
    SELECT copy.trial_id, objective, random(), value_type
    FROM trial_values given, trials copy, trials first WHERE given.trial_id = :first AND first.trial_id = :first
    AND copy.study_id = first.study_id AND copy.number >= 10
    """,
    """
    INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
    SELECT copy.trial_id, step, intermediate_value, intermediate_value_type
    FROM trial_intermediate_values given, trials copy, trials first
    WHERE given.trial_id = :first AND first.trial_id = :first
    AND copy.study_id = first.study_id AND copy.number >= 10
    """,
)
