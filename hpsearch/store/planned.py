"""A round as it is planned: what the store writes down before anything is trained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hpsearch.job import Job
from hpsearch.space import Choice, Distribution, Grid, Point, Space, Value
from hpsearch.stage import StageName


@dataclass(frozen=True)
class PlannedTrial:
    """One trial before its training."""

    number: int
    parameters: Point
    weights_seed: int
    order_seed: int


@dataclass(frozen=True)
class PlannedRound:
    """One round before its training. Equal ones are the same plan."""

    stage: StageName
    round: int
    trials: tuple[PlannedTrial, ...]
    space: Space
    """A distribution for every parameter of every trial."""

    def check_numbers(self, rounds_before: int, trials_before: int) -> None:
        """Raises ValueError unless round and trials go on where the stage's earlier ones end, without a gap."""
        if self.round != rounds_before:
            raise ValueError(f"the next round of {self.stage} is {rounds_before}, not {self.round}: a bug in planning")
        numbers = [trial.number for trial in self.trials]
        if numbers != list(range(trials_before, trials_before + len(numbers))):
            raise ValueError(
                f"the trials of a stage are numbered without a gap, in order; round {self.round} of {self.stage} "
                f"must go on at {trials_before} and has {numbers[:5]} …: a bug in planning"
            )


def planned(stage: StageName, round_number: int, jobs: Sequence[Job], space: Space) -> PlannedRound:
    """The plan that jobs of one stage make up.

    Parameters that ``space`` does not name get the set of their values as distribution, and a choice is completed by
    values that it lacks. Raises ValueError for a job of another stage.
    """
    strangers = [job.stage for job in jobs if job.stage is not stage]
    if strangers:
        raise ValueError(f"a round of {stage} was given a job of {strangers[0]}: a bug in planning")
    trials = tuple(PlannedTrial(job.number, dict(job.parameters), job.weights_seed, job.order_seed) for job in jobs)
    paths = dict.fromkeys([*space, *(path for trial in trials for path in trial.parameters)])
    values = {path: [trial.parameters[path] for trial in trials if path in trial.parameters] for path in paths}
    return PlannedRound(stage, round_number, trials, {path: _over(space.get(path), values[path]) for path in paths})


def _over(distribution: Distribution | None, values: Sequence[Value]) -> Distribution:
    """The distribution, completed so that the values belong to it."""
    if distribution is None:
        return _set_of(values)
    if isinstance(distribution, Choice):
        return Choice(_distinct([*distribution.values, *values]))
    return distribution


def _set_of(values: Iterable[Value]) -> Choice | Grid:
    found = _distinct(values)
    numbers = [value for value in found if isinstance(value, int | float) and not isinstance(value, bool)]
    return Grid(tuple(sorted(numbers))) if len(numbers) == len(found) else Choice(found)


def _distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    """In order of appearance; True and 1 are different values, 1 and 1.0 are not."""
    found: dict[tuple[bool, Value], Value] = {}
    for value in values:
        found.setdefault((isinstance(value, bool), value), value)
    return tuple(found.values())
