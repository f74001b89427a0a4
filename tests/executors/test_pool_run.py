"""One run on Ray Tune, without Ray: everything that has arrived comes at once, and what follows from a loss."""

import time
from collections.abc import Callable

import pytest

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.errors import WorkerError
from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.fault_log import KILLED_BY_KERNEL, LOW_ON_MEMORY
from hpsearch.executors.feed import Feed
from hpsearch.executors.ledger import Ledger
from hpsearch.executors.line import Line, Order
from hpsearch.executors.memory import Memory
from hpsearch.executors.pool_run import LONGEST_GATHERING_S, LOST_STARTS, PoolRun
from hpsearch.executors.port import Arrivals
from hpsearch.trial import Failure, TrialResult, TrialState
from tests.executors.executor_cases import job, order


def complete(number: int) -> TrialResult:
    return TrialResult(job(number).stage, number, TrialState.COMPLETE)


def place(feed: Feed, name: str) -> Order | None:
    return feed.place(name, lambda: None, 0.0)


def begun(*sizes: int, workers: int = 2, pause: Callable[[float], None] = time.sleep) -> tuple[Feed, PoolRun]:
    """A run of cohorts of those sizes, of jobs 0, 1, 2 …, as many of them with a worker as there are workers."""
    numbers = iter(range(sum(sizes)))
    orders = [order(*(job(next(numbers)) for _ in range(size))) for size in sizes]
    feed = Feed(workers)
    run = PoolRun(feed, Line(), Ledger([one.work for one in orders]), Memory(1), pause)
    run.begin(orders)
    for name in "ab"[: min(workers, len(orders))]:
        place(feed, name)
        feed.started(name)
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


def test_a_flood_of_results_is_gathered_while_there_is_more_to_train() -> None:
    pauses: list[float] = []
    feed, run = begun(1, 1, 1, 1, pause=pauses.append)
    for _ in range(2):
        run.arrivals(0.0)
    pauses.clear()
    told = []
    for name, number in (("a", 0), ("b", 1), (None, None), ("a", 2)):
        if name is not None and number is not None:  # it is there before whoever got the last arrivals has come back
            feed.reported(name, complete(number))
        run.arrivals(0.0)
        told.append(len(pauses))
        if number == 0:
            place(feed, "a")
    assert told == [0, 1, 2, 2]  # after nothing had come there is no flood any more
    assert all(0 < pause <= LONGEST_GATHERING_S for pause in pauses)


def test_the_last_results_are_not_waited_with() -> None:
    feed, run = begun(1, 1, 1, pause=lambda _: pytest.fail("it waits for more, and there is no more"))
    run.arrivals(1.0)
    feed.reported("a", complete(0))
    place(feed, "a")
    run.arrivals(1.0)
    feed.reported("b", complete(1))
    run.arrivals(1.0)


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
        assert place(feed, name) == order(job(number))
        feed.started(name)
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
    orders = [order(job(0))]
    feed = Feed(1)
    run = PoolRun(feed, Line(), Ledger([one.work for one in orders]), Memory(1))
    run.begin(orders)
    for _ in range(LOST_STARTS - 1):
        assert place(feed, "x") is not None
        feed.lost("x", "no memory")
        assert run.arrivals(0.0) is None
    assert place(feed, "x") is not None
    feed.lost("x", "no memory")
    with pytest.raises(WorkerError, match="no memory"):
        run.arrivals(0.0)


def test_what_ran_out_of_memory_is_tried_once_more_with_nothing_beside_it() -> None:
    feed, run = begun(2, 1)
    feed.reported("a", OutOfMemory(job(0), "too much"))
    feed.reported("a", OutOfMemory(job(1), "too much"))
    feed.reported("b", complete(2))
    arrived = run.arrivals(0.0)
    assert arrived is not None
    assert arrived.results == (complete(2),)
    assert place(feed, "c") == order(job(0), share=None)
    feed.reported("c", complete(0))
    assert place(feed, "c") == order(job(1), share=None)
    feed.reported("c", OutOfMemory(job(1), "64 GB were predicted, and a worker has 3 GB"))
    arrived = run.arrivals(0.0)
    assert arrived is not None
    assert [(result.number, result.failure) for result in arrived.results] == [(0, None), (1, Failure.ERROR)]
    assert "64 GB were predicted" in (arrived.results[1].reason or "")
    assert "Lower data.batch_size" in (arrived.results[1].reason or "")
    assert run.is_settled


def test_what_the_kernel_killed_together_is_tried_alone_and_then_with_nothing_beside_it() -> None:
    feed, run = begun(2, workers=1)
    feed.lost("a", KILLED_BY_KERNEL)
    for name, number, share in (("b", 0, 1), ("c", 1, 1), ("d", 1, None)):
        run.arrivals(0.0)
        assert place(feed, name) == order(job(number), share=share)
        feed.started(name)
        feed.ready(name)
        if number == 0:
            feed.reported(name, complete(0))
        else:
            feed.lost(name, LOW_ON_MEMORY)
    arrived = run.arrivals(0.0)
    assert arrived is not None
    assert [(result.number, result.failure) for result in arrived.results] == [(1, Failure.ERROR)]
    assert "Ray killed it" in (arrived.results[0].reason or "")
    assert run.is_settled


def test_the_workers_are_emptied_once_for_jobs_of_one_structure() -> None:
    feed, run = begun(1, 1, 1)
    for name, number in (("a", 0), ("b", 1)):
        feed.reported(name, OutOfMemory(job(number), "too much"))
    run.arrivals(0.0)
    feed.reported(place_next(feed, "a"), complete(2))
    assert place(feed, "a") == order(job(0), share=None)
    feed.reported("a", OutOfMemory(job(0), "64 GB"))
    arrived = run.arrivals(0.0)
    assert arrived is not None
    assert [(result.number, result.failure) for result in arrived.results] == [
        (2, None),
        (0, Failure.ERROR),
        (1, Failure.ERROR),
    ]
    assert all("64 GB. Lower data.batch_size" in (result.reason or "") for result in arrived.results[1:])
    assert place(feed, "a") is None
    assert run.is_settled


def test_a_cohort_that_is_trained_again_is_not_taken_up_twice_by_those_who_are_done() -> None:
    cohort = Cohort((job(0), job(1)), Arrangement(stacked=True))
    feed = Feed(1)
    run = PoolRun(feed, Line(), Ledger([cohort]), Memory(1))
    run.begin([Order(cohort)])
    for name, begun_jobs in (("a", (job(0), job(1))), ("b", (job(1),))):
        assert place(feed, name) == Order(cohort)
        feed.started(name)
        feed.ready(name)
        feed.reported(name, complete(0))
        arrived = run.arrivals(0.0)
        assert arrived is not None
        assert arrived.started == begun_jobs
        feed.lost(name, "killed")
        run.arrivals(0.0)
    assert place(feed, "c") == Order(Cohort((job(1),), cohort.arrangement))


def place_next(feed: Feed, name: str) -> str:
    assert place(feed, name) is not None
    return name
