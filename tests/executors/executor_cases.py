"""Jobs and cohorts that the tests of the executors share."""

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hpsearch.cohort import Cohort
from hpsearch.executors.line import Order
from hpsearch.executors.port import Arrivals
from hpsearch.job import Budget, DataSettings, Job, NetworkSettings, OptimizerSettings
from hpsearch.stage import StageName
from hpsearch.trial import TrialResult

USER_CODE = str(Path(__file__).parent / "user_code")
DIGITS = DataSettings("digits", None, None, {}, 0.2, 0.2, True, "auto", split_seed=3)
Results = dict[int, TrialResult]


def job(number: int, kind: str = "none", steps: int = 3, **changes: Any) -> Job:
    """A quick job on digits with the user's own network; ``kind`` is its fault, all kinds have one structure."""
    parameters = {"kind": kind, **changes.pop("parameters", {})}
    settings = Job(
        stage=StageName.COARSE,
        number=number,
        parameters={},
        data=DIGITS,
        batch_size=32,
        network=NetworkSettings(None, "faulty_network:build", parameters),
        optimizer=OptimizerSettings("sgd", 0.05, 0.0, 0.9, "constant", 0.1, 1 / 3),
        label_smoothing=0.0,
        budget=Budget(steps=steps),
        objective=None,
        regularised=True,
        weights_seed=number,
        order_seed=number + 1000,
    )
    return replace(settings, **changes)


def together(*jobs: Job) -> Cohort:
    """One cohort, also of jobs whose faults make them differ in structure: a fault is no matter of structure."""
    cohort = object.__new__(Cohort)
    object.__setattr__(cohort, "jobs", jobs)
    return cohort


def order(*jobs: Job, share: int | None = 1) -> Order:
    """One cohort, as a worker gets it."""
    return Order(together(*jobs), share)


def in_cohorts_of(size: int, jobs: Iterable[Job]) -> list[Cohort]:
    """The jobs in their order, ``size`` to a cohort."""
    given = tuple(jobs)
    return [together(*given[start : start + size]) for start in range(0, len(given), size)]


def results_in(arriving: Iterable[Arrivals]) -> list[TrialResult]:
    """All results, as they came."""
    return [result for arrived in arriving for result in arrived.results]


def next_result(running: Generator[Arrivals, None, None]) -> TrialResult:
    """Waits for the first result; nothing else may come with it."""
    while not (arrived := next(running)).results:
        pass
    (result,) = arrived.results
    return result


def by_number(arriving: Iterable[Arrivals]) -> Results:
    """The results by number; each must be there once only."""
    given = results_in(arriving)
    found = {result.number: result for result in given}
    assert len(found) == len(given)
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    """Fails after two minutes."""
    deadline = time.monotonic() + 120.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
