"""Which job is to blame for the death of a worker, and that each gets exactly one result."""

from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.ledger import ACCIDENTS, DEATHS_ALONE, AfterLoss, Ledger
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


def test_an_accident_is_no_death_until_it_happens_again_and_again() -> None:
    for cohort in (together(job(0)), STACKED, together(job(0), job(1))):
        ledger = Ledger([cohort])
        for _ in range(ACCIDENTS):
            assert ledger.after_accident(Order(cohort), "gone") == AfterLoss((Order(cohort),), ())
        waiting, given_up = [Order(cohort)], 0
        for _ in range(100):
            if waiting:
                after = ledger.after_accident(waiting.pop(), "gone")
                waiting += after.again
                given_up += len(after.given_up)
        assert (waiting, given_up) == ([], len(cohort.jobs))
        assert ledger.after_accident(Order(cohort), "gone") == AfterLoss((), ())


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


STACKED = Cohort(tuple(job(number) for number in range(4)), Arrangement(stacked=True))


def test_a_stacked_cohort_is_trained_again_as_it_was_and_scattered_at_its_second_death() -> None:
    ledger = Ledger([STACKED], lambda cohort: len(cohort.jobs))
    ledger.settle(complete(0))
    assert ledger.after_loss(Order(STACKED, 4), "gone") == AfterLoss((Order(STACKED, 4),), ())
    after = ledger.after_loss(Order(STACKED, 4), "gone")
    assert numbers(after.again) == [[1], [2], [3]]
    assert {one.share for one in after.again} == {1}


def test_a_stacked_cohort_that_was_killed_for_memory_gets_all_of_it_once() -> None:
    ledger = Ledger([STACKED])
    assert ledger.after_kill(Order(STACKED), "killed").again == (Order(STACKED, None),)
    after = ledger.after_kill(Order(STACKED, None), "killed")
    assert numbers(after.again) == [[0], [1], [2], [3]]
    assert {one.share for one in after.again} == {1}
    assert [one.share for one in ledger.after_kill(after.again[0], "killed").again] == [None]


def test_who_lacked_memory_has_one_order_also_when_its_worker_dies_then() -> None:
    for follow in (Ledger.after_loss, Ledger.after_kill):
        cohort = together(*(job(number) for number in range(4)))
        ledger = Ledger([cohort])
        again = ledger.after_lack(Order(cohort), OutOfMemory(job(0), "too much")).again
        again += follow(ledger, Order(cohort), "gone").again
        assert [(one.work.jobs[0].number, one.share) for one in again] == [(0, None), (1, 1), (2, 1), (3, 1)]


def test_when_one_has_lacked_memory_alone_those_of_its_structure_are_given_up_with_it() -> None:
    other = job(3, batch_size=7)
    ledger = Ledger(in_cohorts_of(1, [job(0), job(1), job(2), other]))
    for one in (job(0), job(1), other):
        assert [again.share for again in ledger.after_lack(order(one), OutOfMemory(one, "")).again] == [None]
    after = ledger.after_lack(order(job(0), share=None), OutOfMemory(job(0), "64 GB"))
    assert [result.number for result in after.given_up] == [0, 1]
    assert all("64 GB. Lower data.batch_size" in (result.reason or "") for result in after.given_up)
    after = ledger.after_lack(order(job(2)), OutOfMemory(job(2), ""))
    assert (after.again, [result.number for result in after.given_up]) == ((), [2])
    assert ledger.owed(order(other, share=None)) == (other,)


class Fate(Enum):
    """What a job does to its worker."""

    KILLS = "kills it"
    HOGS = "makes the kernel kill it"
    LACKS = "says that memory does not suffice"


@given(
    st.integers(1, 9),
    st.integers(1, 4),
    st.booleans(),
    st.dictionaries(st.integers(0, 8), st.sampled_from(Fate)),
    st.randoms(),
)
def test_whatever_goes_wrong_each_job_gets_one_result(
    jobs: int, size: int, stacked: bool, fates: dict[int, Fate], dice: object
) -> None:
    arrangement = Arrangement(stacked=stacked)
    given_cohorts = [
        Cohort(cohort.jobs, arrangement) for cohort in in_cohorts_of(size, [job(number) for number in range(jobs)])
    ]
    ledger, waiting, results = Ledger(given_cohorts), [Order(cohort) for cohort in given_cohorts], []
    while waiting:
        taken = waiting.pop(dice.randrange(len(waiting)))  # type: ignore[attr-defined]
        for member in taken.work.jobs:
            match fates.get(member.number):
                case Fate.KILLS:
                    after = ledger.after_loss(taken, "gone")
                case Fate.HOGS:
                    after = ledger.after_kill(taken, "gone")
                case Fate.LACKS:
                    after = ledger.after_lack(taken, OutOfMemory(member, "gone"))
                case None:
                    after = AfterLoss((), (complete(member.number),) if ledger.settle(complete(member.number)) else ())
            waiting += after.again
            results += after.given_up
            if fates.get(member.number) in (Fate.KILLS, Fate.HOGS):
                break
    assert ledger.is_settled
    assert sorted(result.number for result in results) == list(range(jobs))
    assert {result.number: result.failure for result in results if result.failure} == {
        number: Failure.WORKER_LOST if fate is Fate.KILLS else Failure.ERROR
        for number, fate in fates.items()
        if number < jobs
    }
