"""How many trials a study can come to, told before anything of it is planned."""

import math

from hpsearch.recipe.learning_rates import LEARNING_RATE, SGD_LADDER, own_rates, sweep_grid
from hpsearch.space import Choice, Distribution, Grid, Int, LogInt
from hpsearch.stage import Search
from hpsearch.study import StudyDefinition

MIDDLE, ENDS_AND_MIDDLE = 1, 3
"""So many rates of a range join the rates of a ladder, and a sweep over the user's rates, at most."""


def most_trials(study: StudyDefinition) -> int:
    """The trials of all stages and rounds at most, and the reading of the test split; skipped stages have none.

    Exact but for the sanity stages, where the study's own learning rates count as further ones even where they are not.
    """
    recipe = study.recipe
    optimizers = study.space.get("optimizer.name")
    sweeps = _swept(study) * (1 if optimizers is None else len(optimizers.ends()))
    counts = (
        (recipe.initial_loss, recipe.initial_loss.seeds),
        (recipe.overfit, _overfitted(study)),
        (recipe.lr_sweep, sweeps),
        (recipe.coarse, _searched(study, recipe.coarse)),
        (recipe.fine, recipe.fine.rounds * _searched(study, recipe.fine)),
    )
    test = 0 if study.data.test == 0 or (recipe.coarse.skip and recipe.fine.skip) else 1
    return test + sum(count for stage, count in counts if not stage.skip)


def _overfitted(study: StudyDefinition) -> int:
    given = study.recipe.overfit.learning_rates
    return len(set(given)) if given is not None else len(SGD_LADDER) + _own(study, MIDDLE)


def _swept(study: StudyDefinition) -> int:
    given = study.recipe.lr_sweep.learning_rates
    return len(sweep_grid(study)) if given is None else len(set(given)) + _own(study, ENDS_AND_MIDDLE)


def _own(study: StudyDefinition, of_range: int) -> int:
    """How many rates of its own a study adds to others; counted, not compared: a definition may list thousands."""
    distribution = study.space.get(LEARNING_RATE)
    by_value = distribution is None or isinstance(distribution, Choice | Grid)
    return len(own_rates(study)) if by_value else of_range


def _searched(study: StudyDefinition, search: Search) -> int:
    if search.sampler != "grid":
        return search.trials
    return math.prod(_levels(path, found, search.points_per_range) for path, found in study.space.items())


def _levels(path: str, distribution: Distribution, points_per_range: int) -> int:
    if path == LEARNING_RATE and isinstance(distribution, Int | LogInt):
        return distribution.high - distribution.low + 1  # a sweep hands whole rates on one by one
    return len(distribution.levels(points_per_range))
