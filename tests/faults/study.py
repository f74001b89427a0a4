"""The study of the fault suite, and its table: everything that an interruption must not change."""

from typing import Any

from sqlalchemy import Engine, text

from hpsearch.study import StudyDefinition

Table = tuple[tuple[Any, ...], ...]


def definition(name: str = "faults", coarse: int = 9) -> StudyDefinition:
    """Small, and with every stage; all studies of this name have the same table."""
    return StudyDefinition.model_validate(
        {
            "name": name,
            "seed": 11,
            "data": {"dataset": "digits"},
            "network": {"name": "convnet", "width": {"choice": [8, 16]}},
            "recipe": {
                "initial_loss": {"seeds": 2},
                "lr_sweep": {"steps": 20, "learning_rates": [1e-3, 1e-2, 1e-1]},
                "coarse": {"trials": coarse},
                "fine": {"trials": 5, "rounds": 2},
            },
        }
    )


_TRIALS = text(
    "SELECT stage.stage, trial.round, trial.number, trial.parameters::text, trial.weights_seed, trial.state, "
    "trial.value, trial.best_epoch, trial.failure, trial.reason, trial.step_losses, trial.epochs, trial.val_losses, "
    "trial.val_accuracies, trial.learned, trial.test_accuracy "
    "FROM hpsearch.trials trial JOIN hpsearch.stages stage ON stage.id = trial.stage_id "
    "WHERE stage.study_id = :study ORDER BY stage.stage, trial.number"
)
_VERDICTS = text(
    "SELECT stage.stage, round.round, round.space::text, round.verdict::text "
    "FROM hpsearch.rounds round JOIN hpsearch.stages stage ON stage.id = round.stage_id "
    "WHERE stage.study_id = :study ORDER BY stage.stage, round.round"
)


def table(engine: Engine, study_id: int) -> Table:
    """Every trial and every verdict of a study, without times."""
    with engine.connect() as connection:
        rows = [*connection.execute(_TRIALS, {"study": study_id}), *connection.execute(_VERDICTS, {"study": study_id})]
    return tuple(tuple(tuple(part) if isinstance(part, list) else part for part in row) for row in rows)
