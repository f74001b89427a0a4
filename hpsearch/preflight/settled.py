"""Problems that are settled by the definition alone, before data are loaded or networks built. Needs no torch."""

import math
from collections.abc import Iterable

from hpsearch.data.sources import DATASETS
from hpsearch.errors import Problem, did_you_mean, shown
from hpsearch.preflight.hyperparameters import check_parameters
from hpsearch.stage import Coarse, Fine, Search
from hpsearch.study import ScheduleDefinition, StudyDefinition

MOST_GRID_POINTS = 10_000
"""Of one grid search. Heuristic: above it, a random search of the same budget covers every axis better (Bergstra and
Bengio, 2012)."""

RESERVED = ("input_shape", "outputs")
"""What builders of networks are given besides the hyperparameters."""


def settled_problems(definition: StudyDefinition) -> list[Problem]:
    """Everything that is wrong with a definition whatever its data are."""
    return [*named_problems(definition), *_unused(definition), *_grids(definition), *_objective(definition)]


def named_problems(definition: StudyDefinition) -> list[Problem]:
    """What is wrong with the names of the data set and the network, and with its hyperparameters."""
    return [*_data(definition), *_network(definition)]


def _data(definition: StudyDefinition) -> Iterable[Problem]:
    name = definition.data.dataset
    if name is not None and name not in DATASETS:
        advice = f"{did_you_mean(name, DATASETS)}Known: {', '.join(DATASETS)}."
        yield Problem("data.dataset", shown(name), "there is no data set of that name", advice)
    if name is not None and definition.data.options:
        value = shown(definition.data.options)
        yield Problem(
            "data.options", value, "options are for a factory, and a named data set has none", "Leave them out."
        )


def _network(definition: StudyDefinition) -> Iterable[Problem]:
    network = definition.network
    for key in network.parameters:
        if key in RESERVED or not key.isidentifier():
            rule = "is given by the data" if key in RESERVED else "is not a name that Python can pass on"
            yield Problem(f"network.{key}", "", f"the hyperparameter {key!r} {rule}", "Choose another name.")
    if network.name is not None:
        others = {key: value for key, value in network.parameters.items() if key not in RESERVED}
        yield from check_parameters(network.name, others)


def _unused(definition: StudyDefinition) -> Iterable[Problem]:
    """What was set and would change nothing."""
    schedule, plain = definition.optimizer.schedule, ScheduleDefinition()
    if schedule.name != "step":
        for key in ("factor", "every"):
            value = getattr(schedule, key)
            if value != getattr(plain, key):
                rule = f"only the schedule step uses {key}, and the schedule is {schedule.name}"
                yield Problem(f"optimizer.schedule.{key}", shown(value), rule, "Leave it out, or use name: step.")
    smoothing = definition.loss.label_smoothing
    if definition.loss.name in ("l1", "l2") and smoothing != 0:
        rule = f"only cross_entropy smooths labels, and the loss is {definition.loss.name}"
        yield Problem("loss.label_smoothing", shown(smoothing), rule, "Leave it out.")
    overfit = definition.recipe.overfit
    if overfit.samples is not None and overfit.batches != type(overfit)().batches:
        rule = "samples is given too, and replaces the number of mini-batches"
        yield Problem("recipe.overfit.batches", shown(overfit.batches), rule, "Give batches or samples, not both.")
    for name, search in _searches(definition):
        if search.sampler == "grid" and search.trials != type(search)().trials:
            rule = "a grid search has as many trials as its grid has points"
            yield Problem(f"recipe.{name}.trials", shown(search.trials), rule, "Leave trials out, or use random.")
        if search.sampler != "grid" and search.points_per_range != type(search)().points_per_range:
            value, rule = (
                shown(search.points_per_range),
                f"only a grid search uses it, and the sampler is {search.sampler}",
            )
            yield Problem(f"recipe.{name}.points_per_range", value, rule, "Leave it out, or use sampler: grid.")


def _grids(definition: StudyDefinition) -> Iterable[Problem]:
    for name, search in _searches(definition):
        if search.sampler != "grid" or search.skip:
            continue
        counts = {path: len(one.levels(search.points_per_range)) for path, one in definition.space.items()}
        points = math.prod(counts.values())
        if points > MOST_GRID_POINTS:
            axes = " × ".join(f"{count} ({path})" for path, count in counts.items())
            rule = f"the grid has {points} points, and {MOST_GRID_POINTS} are the most: {axes}"
            advice = "Fix a hyperparameter, lower points_per_range, or use sampler: random."
            yield Problem(f"recipe.{name}.sampler", "'grid'", rule, advice)


def _objective(definition: StudyDefinition) -> Iterable[Problem]:
    objective = definition.objective
    if definition.loss.name in ("l1", "l2") and objective is not None and objective.metric == "val_accuracy":
        rule = f"there is no accuracy with the loss {definition.loss.name}"
        yield Problem("objective.metric", "'val_accuracy'", rule, "Use val_loss.")


def _searches(definition: StudyDefinition) -> tuple[tuple[str, Search], ...]:
    recipe: tuple[tuple[str, Coarse], tuple[str, Fine]] = (
        ("coarse", definition.recipe.coarse),
        ("fine", definition.recipe.fine),
    )
    return recipe
