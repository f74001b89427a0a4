"""What a definition sets and what would change nothing. Needs no torch."""

from collections.abc import Iterable

from pydantic import BaseModel

from hpsearch.errors import Problem, shown
from hpsearch.optimization import OptimizerDefinition
from hpsearch.space import Uniform
from hpsearch.stage import Search
from hpsearch.study import YOUNGER, StudyDefinition

SCHEDULES_WITH: dict[str, tuple[str, ...]] = {
    "factor": ("step", "cyclic", "exponential"),
    "every": ("step", "cyclic"),
}
"""Which schedules use an option."""


def unused_problems(definition: StudyDefinition) -> Iterable[Problem]:
    """Options that the other options switch off, also where they equal the default.

    ``skip: true`` beside the options of its stage is no problem: it is how a stage is left out for a while.
    """
    yield from _of_schedule_and_loss(definition)
    overfit = definition.recipe.overfit
    if overfit.samples is not None and not overfit.skip and _is_set(overfit, "batches"):
        rule = "samples is given too, and replaces the number of mini-batches"
        yield Problem("recipe.overfit.batches", shown(overfit.batches), rule, "Give batches or samples, not both.")
    for stage_name, search in searches(definition):
        if not search.skip:
            yield from _of_search(stage_name, search)


def searches(definition: StudyDefinition) -> tuple[tuple[str, Search], ...]:
    """The searching stages by name."""
    return (("coarse", definition.recipe.coarse), ("fine", definition.recipe.fine))


def _of_schedule_and_loss(definition: StudyDefinition) -> Iterable[Problem]:
    schedule = definition.optimizer.schedule
    names = (schedule.name,) if isinstance(schedule.name, str) else schedule.name.ends()
    for key, users in SCHEDULES_WITH.items():
        if not set(users) & set(names) and _is_set(schedule, key):
            who = f"{', '.join(users[:-1])} and {users[-1]} use"
            rule = f"only the schedules {who} {key}, and the schedule is {' or '.join(map(str, names))}"
            value = shown(getattr(schedule, key))
            yield Problem(f"optimizer.schedule.{key}", value, rule, f"Leave it out, or use name: {users[0]}.")
    factor = schedule.factor
    factors = (factor,) if isinstance(factor, float) else () if isinstance(factor, Uniform) else factor.ends()
    if "exponential" in names and 0 in factors:
        rule = "an exponential schedule that is to end at 0 is there after its first iteration"
        advice = "Use a factor above 0, or name: cosine, which ends at 0."
        yield Problem("optimizer.schedule.factor", shown(factor), rule, advice)
    yield from _of_optimizer(definition.optimizer)
    smoothing = definition.loss.label_smoothing
    if definition.loss.name in ("l1", "l2") and smoothing != 0:
        rule = f"only cross_entropy smooths labels, and the loss is {definition.loss.name}"
        yield Problem("loss.label_smoothing", shown(smoothing), rule, "Leave it out.")


def _of_optimizer(optimizer: OptimizerDefinition) -> Iterable[Problem]:
    names = (optimizer.name,) if isinstance(optimizer.name, str) else optimizer.name.ends()
    if set(names) == {"adagrad"} and _is_set(optimizer, "momentum"):
        rule = "adagrad has no momentum"
        yield Problem("optimizer.momentum", shown(optimizer.momentum), rule, "Leave it out, or use rmsprop.")
    if optimizer.nesterov and ("sgd" not in names or optimizer.momentum == 0):
        rule = "only sgd with a momentum looks ahead"
        yield Problem("optimizer.nesterov", "true", rule, "Leave it out, or use name: sgd and a momentum.")


def _of_search(name: str, search: Search) -> Iterable[Problem]:
    if search.sampler == "grid" and _is_set(search, "trials"):
        rule = "a grid search has as many trials as its grid has points"
        yield Problem(f"recipe.{name}.trials", shown(search.trials), rule, "Leave trials out, or use random.")
    if search.sampler != "grid" and _is_set(search, "points_per_range"):
        rule = f"only a grid search uses it, and the sampler is {search.sampler}"
        value = shown(search.points_per_range)
        yield Problem(f"recipe.{name}.points_per_range", value, rule, "Leave it out, or use sampler: grid.")
    if search.patience is not None and search.patience + 1 >= search.epochs:
        rule = f"no training of {search.epochs} epochs ends early by it: the first epoch is compared with none"
        most = f"Give {search.epochs - 2} at most, train" if search.epochs > 2 else "Train"
        advice = f"{most} for more epochs, or leave it out."
        yield Problem(f"recipe.{name}.patience", shown(search.patience), rule, advice)
    if search.halving is not None and search.sampler != "grid" and search.trials == 1:
        rule = "the only trial of a round is never stopped"
        value = shown(search.halving.model_dump())
        yield Problem(f"recipe.{name}.halving", value, rule, "Leave it out, or try more points.")


def _is_set(section: BaseModel, key: str) -> bool:
    """Whether a user chose the value: it is not the default, or somebody wrote the default out."""
    default = type(section).model_fields[key].default
    return getattr(section, key) != default or (key in section.model_fields_set and not _complete(section))


def _complete(section: BaseModel) -> bool:
    """Whether every key is written out, as in a stored definition, where that says nothing about the user; keys that
    came later may be missing there."""
    younger = {path.rpartition(".")[2] for path in YOUNGER}
    return section.model_fields_set >= set(type(section).model_fields) - younger
