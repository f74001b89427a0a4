"""A cohort: jobs of one structure that one worker trains together, and the arrangement in which it does so."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hpsearch.job import Budget, Job
from hpsearch.stage import StageName

Structure = tuple[object, ...]
"""What ``Job.structure`` gives."""


@dataclass(frozen=True)
class Arrangement:
    """How the jobs of one structure are trained. Sums of floating-point numbers depend on it, hence so do results."""

    members: int = 4
    """Of a cohort, at most. Heuristic: small enough that two workers end a stage together."""
    stacked: bool = False
    """As one network with stacked parameters; else one member after the other."""
    memory_format: Literal["auto", "contiguous", "channels_last"] = "auto"
    """How images and maps lie in memory; ``auto``: channels last for named networks on the CPU."""
    precision: Literal["float32", "bf16"] = "float32"
    """Of the forward passes of jobs whose own precision is ``auto``."""

    def __post_init__(self) -> None:
        if self.members < 1:
            raise ValueError(f"a cohort has at least one member, got {self.members}")


@dataclass(frozen=True)
class Arranged:
    """An arrangement that was chosen for a study by a measurement. It is kept whatever machine goes on."""

    stage: StageName
    shape: str
    """Of the jobs that it holds for: see ``shape``."""
    arrangement: Arrangement
    measured_for: int
    """So many jobs were there to be arranged: no larger cohorts were tried. 0: the measurement failed."""


@dataclass(frozen=True)
class Cohort:
    """Jobs of one structure that one worker trains; which jobs it holds follows from the plan alone."""

    jobs: tuple[Job, ...]
    arrangement: Arrangement = Arrangement()
    checkpoints: str | None = None
    """Folder where jobs that end at a rung are set aside, and from where those that go on are taken; None: nowhere."""

    def __post_init__(self) -> None:
        if not self.jobs or len({job.structure for job in self.jobs}) != 1:
            raise ValueError("a cohort holds at least one job, and all of the same structure")


def shape(job: Job) -> str:
    """SHA-256 of all that the speed of a job depends on: its structure but for how long it trains.

    So trials of the coarse and of the fine search and those of a rung have the same.
    """
    alike = replace(job, regularised=True, evaluate_test=False)
    parts = tuple(part for part in alike.structure if not isinstance(part, Budget))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def by_structure(jobs: Iterable[Job]) -> dict[Structure, tuple[Job, ...]]:
    """The jobs of each structure in trial order; structures in the order of their first jobs."""
    found: dict[Structure, list[Job]] = {}
    for job in sorted(jobs, key=lambda job: job.number):
        found.setdefault(job.structure, []).append(job)
    return {structure: tuple(members) for structure, members in found.items()}


def cohorts(jobs: Iterable[Job], arrangements: Mapping[Structure, Arrangement]) -> tuple[Cohort, ...]:
    """Groups jobs by structure, in trial order, each structure as it is arranged (the default one where it is not).

    The members of a structure are spread evenly: 18 jobs in cohorts of at most 16 make two cohorts of nine.
    """
    made: list[Cohort] = []
    for structure, members in by_structure(jobs).items():
        arrangement = arrangements.get(structure, Arrangement())
        count = -(-len(members) // arrangement.members)
        ends = [len(members) * (number + 1) // count for number in range(count)]
        made += [Cohort(members[start:end], arrangement) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    return tuple(made)
