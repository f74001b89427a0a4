"""Which job is to blame for the death of a worker, and that each gets exactly one result."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.ledger import DEATHS_ALONE, Ledger
from hpsearch.executors.line import Order
from hpsearch.trial import Failure, TrialResult, TrialState
from tests.executors.executor_cases import in_cohorts_of, job, order, together


def complete(number: int) -> TrialResult:
    return TrialResult(job(number).stage, number, TrialState.COMPLETE)


def numbers(orders: tuple[Order, ...]) -> list[list[int]]:
    return [[job.number for job in one.work.jobs] for one in orders]


def test_a_second_result_of_a_job_is_dropped() -> None:
    ledger = Ledger([together(job(0), job(1))])
    assert ledger.settle(complete(0))
    assert not ledger.settle(complete(0))
    assert not ledger.is_settled
    assert ledger.settle(complete(1))
    assert ledger.is_settled


def test_those_who_were_in_company_are_run_again_alone() -> None:
    cohort = together(job(0), job(1), job(2), job(3))
    ledger = Ledger([cohort])
    ledger.settle(complete(0))
    after = ledger.after_loss(Order(cohort), "gone")
    assert (numbers(after.again), after.given_up) == ([[1], [2], [3]], ())


def test_who_dies_alone_twice_is_given_up() -> None:
    cohort = together(job(0))
    ledger = Ledger([cohort])
    for _ in range(DEATHS_ALONE - 1):
        assert numbers(ledger.after_loss(Order(cohort), "gone").again) == [[0]]
    after = ledger.after_loss(Order(cohort), "gone")
    assert after.again == ()
    assert [result.failure for result in after.given_up] == [Failure.WORKER_LOST]
    assert "gone" in (after.given_up[0].reason or "")
    assert ledger.is_settled


def test_the_last_one_left_of_a_cohort_counts_as_alone() -> None:
    cohort = together(job(0), job(1))
    ledger = Ledger([cohort])
    ledger.settle(complete(0))
    for _ in range(DEATHS_ALONE - 1):
        assert ledger.after_loss(Order(cohort), "gone").given_up == ()
    assert [result.number for result in ledger.after_loss(order(job(1)), "gone").given_up] == [1]


def test_who_lacks_memory_is_tried_once_with_nothing_beside_it() -> None:
    ledger = Ledger([together(job(0))])
    after = ledger.after_lack(order(job(0)), OutOfMemory(job(0), "too much"))
    assert (after.again, after.given_up) == ((order(job(0), share=None),), ())
    after = ledger.after_lack(after.again[0], OutOfMemory(job(0), "64 GB"))
    assert after.again == ()
    assert [result.failure for result in after.given_up] == [Failure.ERROR]
    assert "64 GB" in (after.given_up[0].reason or "")
    assert ledger.is_settled
    assert ledger.after_lack(order(job(0)), OutOfMemory(job(0), "late")).again == ()


def test_a_worker_that_dies_after_its_last_result_changes_nothing() -> None:
    cohort = together(job(0))
    ledger = Ledger([cohort])
    ledger.settle(complete(0))
    after = ledger.after_loss(Order(cohort), "gone")
    assert (after.again, after.given_up) == ((), ())


def test_a_job_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="coarse 0"):
        Ledger([together(job(0), job(1)), together(job(0))])


@given(st.integers(1, 9), st.integers(1, 4), st.sets(st.integers(0, 8)), st.randoms())
def test_whoever_kills_workers_each_job_gets_one_result(jobs: int, size: int, killers: set[int], dice: object) -> None:
    given_cohorts = in_cohorts_of(size, [job(number) for number in range(jobs)])
    ledger, waiting, results = Ledger(given_cohorts), [Order(cohort) for cohort in given_cohorts], []
    while waiting:
        taken = waiting.pop(dice.randrange(len(waiting)))  # type: ignore[attr-defined]
        for member in taken.work.jobs:
            if member.number in killers:
                after = ledger.after_loss(taken, "gone")
                waiting += after.again
                results += after.given_up
                break
            if ledger.settle(complete(member.number)):
                results.append(complete(member.number))
    assert ledger.is_settled
    assert sorted(result.number for result in results) == list(range(jobs))
    assert {result.number for result in results if result.failure} == killers & set(range(jobs))
