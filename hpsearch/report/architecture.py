"""Composes what a report says about hyperparameters and sizes: what mattered, which value is best, what size brings."""

import math
from collections.abc import Callable, Sequence

from hpsearch.report.architecture_documents import (
    ImportanceDocument,
    LevelDocument,
    SizedTrialDocument,
    SizesDocument,
)
from hpsearch.report.best import ScoredTrial, best_trials, objective_of, scored
from hpsearch.report.importance import SIGNIFICANCE, Importance, importances, shares_beaten
from hpsearch.report.levels import Levels, levels
from hpsearch.report.pareto import front
from hpsearch.report.words import number_words, value_words
from hpsearch.results import StudyResults
from hpsearch.stage import SEARCHES
from hpsearch.study import Objective
from hpsearch.task import Task

FEWEST = 8
"""Trials with a value: of fewer nothing is said (heuristic)."""
MOST = 1000
"""Of more trials importances are told from about so many, evenly spread from the best to the worst: a report is asked
for often, and more would hardly change an answer."""
ALIKE = 2.0
"""Two levels differ if their means lie further apart than so many standard errors of the difference."""
ARCHITECTURE = "network."
"""What the paths of a network's hyperparameters begin with."""


def searched_trials(results: StudyResults) -> list[ScoredTrial]:
    """The trials of both searches that ended with a value: those of fine before those of coarse, of each the best
    first."""
    objective = objective_of(results.study)
    if objective is None:
        return []
    return [trial for stage in SEARCHES for trial in scored(results.of_stage(stage), objective)]


def standard_error(value: float, objective: Objective, task: Task) -> float:
    """Of a validation score over the draw of the validation samples; the recipe judges by the same one.

    Accuracy: √(p (1 − p) / n) with p = (k + 1) / (n + 2) (Laplace). Loss: value / √n (heuristic).
    """
    samples = max(1, task.validation_samples)
    if objective.metric == "val_loss":
        return abs(value) / math.sqrt(samples)
    share = (value * samples + 1) / (samples + 2)
    return math.sqrt(share * (1 - share) / samples)


def importance_documents(results: StudyResults) -> tuple[ImportanceDocument, ...]:
    """One for each searched hyperparameter that had more than one value, most important first; none of few trials."""
    trials, study = searched_trials(results), results.study
    objective, task = objective_of(study), study.task
    if objective is None or task is None or len(trials) < FEWEST:
        return ()
    sign = 1.0 if objective.sense == "maximize" else -1.0
    numbers = {(trial.stage, trial.number): trial.round for trial in results.trials}
    every = -(-len(trials) // MOST)
    rounds = [(trial.stage, numbers[trial.stage, trial.number]) for trial in trials[::every]]
    beaten = shares_beaten([sign * trial.value for trial in trials[::every]], rounds)
    paths = [path for path in study.definition.space if all(path in trial.parameters for trial in trials)]
    found = {path: levels([trial.parameters[path] for trial in trials]) for path in paths}
    found = {path: of for path, of in found.items() if len(of.names) > 1}
    ranked = importances(beaten, rounds, [of.places[::every] for of in found.values()])
    documents = [
        _importance(path, of, importance, trials, lambda value: standard_error(value, objective, task))
        for (path, of), importance in zip(found.items(), ranked, strict=True)
    ]
    return tuple(sorted(documents, key=lambda one: (not one.distinguishable, -(one.importance or 0.0))))


def _importance(
    path: str,
    of: Levels,
    importance: Importance,
    tried: Sequence[ScoredTrial],
    error: Callable[[float], float],
) -> ImportanceDocument:
    """``tried`` is in the order of ``searched_trials``, which is that of ``of.places``: the first one is the best."""
    documents = []
    best = tried[0]
    for place, name in enumerate(of.names):
        at = [trial for trial, other in zip(tried, of.places, strict=True) if other == place]
        top, rank = at[0], importance.ranks.get(place)
        documents.append(
            LevelDocument(
                level=name,
                trials=len(at),
                best_stage=top.stage,
                best_trial=top.number,
                best_value=top.value,
                best_value_error=error(top.value),
                beaten=rank.beaten if rank else None,
                beaten_error=rank.error if rank else None,
            )
        )
    p_value = importance.p_value
    distinguishable = p_value < SIGNIFICANCE
    score = f"{number_words(best.value)} ± {error(best.value):.2g}"
    best_has = f"the best trial has {value_words(best.parameters[path])} ({score})"
    if not distinguishable:
        chance = f"not distinguishable from chance (p = {p_value:.2f})"
        answer = f"the trials do not tell which is best: the differences are {chance}; {best_has}"
    else:
        answer = f"{_preference(documents)}; {best_has}"
    return ImportanceDocument(
        parameter=path,
        importance=importance.share,
        p_value=p_value,
        distinguishable=distinguishable,
        answer=answer,
        levels=tuple(documents),
    )


def _preference(documents: Sequence[LevelDocument]) -> str:
    known = [(one.level, one.beaten, one.beaten_error or 0.0) for one in documents if one.beaten is not None]
    name, beaten, error = max(known, key=lambda one: one[1])
    alike = [
        level
        for level, share, other in known
        if level != name and beaten - share <= ALIKE * math.sqrt(error**2 + other**2)
    ]
    rest = f"; {' and '.join(alike)} cannot be told from it" if alike else ""
    beats = f"such a trial beats {beaten:.0%} ± {error:.0%} of the others of its round, all else being equal"
    return f"{name} does best: {beats}{rest}"


def sizes_document(results: StudyResults) -> SizesDocument | None:
    """The fronts; None unless hyperparameters of the network were searched and trials are of several sizes."""
    objective, task = objective_of(results.study), results.study.task
    trials = [sized for trial in searched_trials(results) if (sized := sized_trial(trial)) is not None]
    searched = any(path.startswith(ARCHITECTURE) for path in results.study.definition.space)
    if objective is None or task is None or not searched or len({trial.parameter_count for trial in trials}) < 2:
        return None
    best = best_trials(results)[0]
    error, sign = standard_error(best.value, objective, task), 1.0 if objective.sense == "maximize" else -1.0
    alike = [trial for trial in trials if sign * (best.value - trial.value) <= error]

    def gain(trial: SizedTrialDocument) -> float:
        return sign * trial.value

    return SizesDocument(
        by_parameters=tuple(front(trials, lambda trial: trial.parameter_count, gain)),
        by_multiply_adds=tuple(
            front(
                [trial for trial in trials if trial.multiply_adds is not None],
                lambda trial: trial.multiply_adds or 0,
                gain,
            )
        ),
        smallest_alike=min(alike or trials, key=lambda trial: (trial.parameter_count, -gain(trial))),
    )


def sized_trial(trial: ScoredTrial) -> SizedTrialDocument | None:
    """The trial with the size of its network; None if that was not recorded."""
    count = trial.result.parameter_count
    if count is None:
        return None
    return SizedTrialDocument(
        stage=trial.stage,
        trial=trial.number,
        value=trial.value,
        parameter_count=count,
        multiply_adds=trial.result.multiply_adds,
    )
