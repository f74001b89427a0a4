"""One run on Ray Tune, without Ray: everything that has arrived comes at once, and what follows from a loss."""

import pytest

from hpsearch.errors import WorkerError
from hpsearch.executors.feed import Feed
from hpsearch.executors.ledger import Ledger
from hpsearch.executors.line import Line
from hpsearch.executors.port import Arrivals
from hpsearch.executors.ray_run import LOST_STARTS, RayRun
from hpsearch.trial import Failure, TrialResult, TrialState
from tests.executors.executor_cases import job, together


def complete(number: int) -> TrialResult:
    return TrialResult(job(number).stage, number, TrialState.COMPLETE)


def begun(*sizes: int, workers: int = 2) -> tuple[Feed, RayRun]:
    """A run of cohorts of those sizes, of jobs 0, 1, 2 …, as many of them with a worker as there are workers."""
    numbers = iter(range(sum(sizes)))
    cohorts = [together(*(job(next(numbers)) for _ in range(size))) for size in sizes]
    feed = Feed(workers)
    run = RayRun(feed, Line(), Ledger(cohorts))
    run.begin(cohorts)
    for name in "ab"[: min(workers, len(cohorts))]:
        feed.place(name)
        feed.started(name, lambda: None)
        feed.ready(name)
    return feed, run


def test_everything_that_has_happened_comes_at_once() -> None:
    feed, run = begun(2, 1)
    feed.reported("a", complete(0))
    feed.reported("b", complete(2))
    assert run.arrivals(1.0) == Arrivals((job(0), job(1), job(2)), (complete(0), complete(2)))
    assert run.arrivals(0.0) is None
    feed.reported("a", complete(1))
    assert run.arrivals(1.0) == Arrivals((), (complete(1),))
    assert run.is_settled


def test_what_came_before_the_end_of_the_workers_is_given_out_first() -> None:
    feed, run = begun(2)
    feed.reported("a", complete(0))
    feed.end("gone")
    assert run.arrivals(1.0) == Arrivals((job(0), job(1)), (complete(0),))
    for _ in range(2):
        with pytest.raises(WorkerError, match="gone"):
            run.arrivals(0.0)


def test_a_job_that_kills_its_workers_is_given_up_and_the_others_are_trained_again() -> None:
    feed, run = begun(2, workers=1)
    feed.lost("a", "killed")
    for name, number in (("b", 0), ("c", 1), ("d", 1)):
        run.arrivals(0.0)
        cohort = feed.place(name)
        assert cohort == together(job(number))
        feed.started(name, lambda: None)
        feed.ready(name)
        if number == 0:
            feed.reported(name, complete(0))
        else:
            feed.lost(name, "killed")
    arrived = run.arrivals(0.0)
    assert arrived is not None
    assert [(result.number, result.failure) for result in arrived.results] == [(1, Failure.WORKER_LOST)]
    assert run.is_settled


def test_workers_that_never_get_ready_end_the_run() -> None:
    cohorts = [together(job(0))]
    feed = Feed(1)
    run = RayRun(feed, Line(), Ledger(cohorts))
    run.begin(cohorts)
    for _ in range(LOST_STARTS - 1):
        assert feed.place("x") is not None
        feed.lost("x", "no memory")
        assert run.arrivals(0.0) is None
    assert feed.place("x") is not None
    feed.lost("x", "no memory")
    with pytest.raises(WorkerError, match="no memory"):
        run.arrivals(0.0)
