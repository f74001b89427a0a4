"""What the rules on the training look at: a definition, its task, and what its networks have."""

import math
from dataclasses import dataclass
from typing import Any

from hpsearch.job import OptimizerSettings
from hpsearch.rulebook import Rule
from hpsearch.schedule import learning_rate_at
from hpsearch.space import is_distribution
from hpsearch.stage import Search, StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

STEPS = 1_000
"""In so many steps a schedule is followed."""


@dataclass(frozen=True)
class Training:
    """A definition before anything of it is trained."""

    study: StudyDefinition
    task: Task
    batch_norms: int = 0
    """At so many points of the space the network has batch norm …"""
    networks: int = 0
    """… of so many that were looked at."""

    @property
    def searches(self) -> dict[StageName, Search]:
        """The searching stages that run."""
        recipe = self.study.recipe
        both: dict[StageName, Search] = {StageName.COARSE: recipe.coarse, StageName.FINE: recipe.fine}
        return {stage: search for stage, search in both.items() if not search.skip}

    @property
    def rates_are_narrowed(self) -> bool:
        """Whether the sweep leaves out learning rates that do not work before anything is searched."""
        return is_distribution(self.study.optimizer.learning_rate) and not self.study.recipe.lr_sweep.skip

    @property
    def optimizers(self) -> frozenset[str]:
        """All that the space has."""
        return frozenset(str(name) for name in values(self.study.optimizer.name))

    @property
    def patience(self) -> float:
        """By how much momentum makes a gradient count, at the least: 1 / (1 − m)."""
        return 1 / (1 - lowest(self.study.optimizer.momentum))

    @property
    def middle_rate(self) -> float:
        """The median of the learning rates."""
        rate: Any = self.study.optimizer.learning_rate
        return _number(rate.quantile(0.5) if is_distribution(rate) else rate)

    def updates_per_epoch(self, batch_size: float | None = None) -> int:
        """Of a training with mini-batches of that size; of the smallest without one: the most updates there are."""
        smallest = lowest(self.study.data.batch_size) if batch_size is None else batch_size
        return math.ceil(self.task.train_samples / smallest)

    def updates(self, search: Search) -> int:
        """Of one training of a search, at most."""
        return search.epochs * self.updates_per_epoch()

    @property
    def most_updates(self) -> int:
        """Of the longest training that the definition gives."""
        return max((self.updates(search) for search in self.searches.values()), default=0)

    def shares(self, schedule: str, factor: float, warmup: float = 0.0) -> tuple[float, ...]:
        """What a schedule makes of a learning rate of 1, from the first step to the last."""
        every = self.study.optimizer.schedule.every
        settings = OptimizerSettings("sgd", 1.0, 0.0, 0.0, schedule, factor, every, warmup)  # type: ignore[arg-type]
        return tuple(learning_rate_at(settings, step, STEPS) for step in range(STEPS))

    @property
    def schedules(self) -> dict[str, tuple[float, ...]]:
        """The schedules of the space, each as it falls least."""
        schedule = self.study.optimizer.schedule
        factor = highest(schedule.factor)
        return {str(name): self.shares(str(name), factor) for name in values(schedule.name)}

    @property
    def mean_share(self) -> float:
        """Of the learning rate, what a training has of it on average, at the least."""
        return min(sum(shares) / STEPS for shares in self.schedules.values())


TrainingRule = Rule[Training]


def values(found: Any) -> tuple[Any, ...]:
    """The ends of a distribution or all of its values; a fixed value alone."""
    return tuple(found.ends()) if is_distribution(found) else (found,)


def lowest(found: Any) -> float:
    return min(_number(value) for value in values(found))


def highest(found: Any) -> float:
    """Infinity where a choice has no limit among its values."""
    return max(math.inf if value is None else _number(value) for value in values(found))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"a number is expected here, and {value!r} is none: the definition should have refused it")
    return float(value)
