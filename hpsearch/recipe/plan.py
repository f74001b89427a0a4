"""A plan: which jobs one round of a stage wants trained, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from hpsearch.job import Job
from hpsearch.space import Choice, Distribution, Point, Space
from hpsearch.stage import StageName


@dataclass(frozen=True)
class Best:
    """A trial that others are held against."""

    stage: StageName
    number: int
    value: float
    """The objective's metric in its best epoch."""
    epochs: int = 0
    """Of all trials of its stage: the best of so many was chosen."""


@dataclass(frozen=True)
class Plan:
    """What one round of one stage trains. It follows from the definition and the verdicts so far alone."""

    stage: StageName
    round: int
    """From 0; only the fine search has more than one."""
    jobs: tuple[Job, ...]
    """In trial order; empty if there is nothing to train."""
    space: Space
    """The distribution behind every parameter of the jobs; a value that the stage holds fixed is a choice of one."""
    reason: str
    """What is tried and why, in one sentence for the user."""
    best_before: Best | None = None
    """The best trial of the study so far: what a fine round has to beat, and what the test reads."""
    rungs: tuple[int, ...] = ()
    """Epochs after which only the best trials of the round go on, rising; empty: all are trained to their end."""
    keep: float = 1.0
    """The share of a rung's trials that go on."""


def held(point: Point, searched: Mapping[str, Distribution] | None = None) -> Space:
    """The space of a plan whose jobs take ``point``, apart from the paths that the stage itself varies."""
    return {**{path: Choice((value,)) for path, value in point.items()}, **(searched or {})}
