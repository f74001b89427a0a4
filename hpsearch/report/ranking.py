"""The table of the best trials of a report, as rows of words."""

from dataclasses import dataclass

from hpsearch.report.documents import ReportDocument, StageDocument, TrialDocument
from hpsearch.report.words import printable, short_names, value_words

SHOWN = 5
"""How many of the best trials a report shows."""


@dataclass(frozen=True)
class Ranking:
    """A table for a person: one column for the trial, one for its value, one for each hyperparameter."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def best_ranking(report: ReportDocument) -> Ranking | None:
    """The best trials of the stage that holds the best one; None if there is no best one."""
    if report.best is None or report.study.metric is None:
        return None
    stage = next(stage for stage in report.stages if stage.name is report.best.stage)
    sign = 1.0 if report.study.metric == "val_loss" else -1.0
    scored = [(sign * trial.value, trial.number, trial) for trial in stage.trials if trial.value is not None]
    best = [trial for _, _, trial in sorted(scored, key=lambda row: row[:2])[:SHOWN]]
    names = _names(best)
    rows = tuple((str(trial.number), value_words(trial.value), *_values(trial, names)) for trial in best)
    title = f"Best {len(best)} of {len(stage.trials)} trials of {stage.name}"
    return Ranking(title, ("trial", report.study.metric, *names.values()), rows)


def all_trials(stage: StageDocument) -> Ranking:
    """Every trial of one stage in order, the failed ones with their reason."""
    names = _names(stage.trials)
    rows = tuple(
        (
            str(trial.number),
            trial.state,
            "" if trial.value is None else value_words(trial.value),
            *_values(trial, names),
            printable(trial.reason or ""),
        )
        for trial in stage.trials
    )
    return Ranking(f"Trials of {stage.name}", ("trial", "state", "value", *names.values(), "reason"), rows)


def _names(trials: tuple[TrialDocument, ...] | list[TrialDocument]) -> dict[str, str]:
    """Hyperparameters that any of the trials has, with the name of their column."""
    return short_names(list(dict.fromkeys(path for trial in trials for path in trial.parameters)))


def _values(trial: TrialDocument, names: dict[str, str]) -> list[str]:
    return [value_words(trial.parameters[path]) if path in trial.parameters else "" for path in names]
