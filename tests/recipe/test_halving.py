"""Which trials go on after a rung, and why the others do not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.recipe.halving import begun_at, goes_on, going_on, stopped_at
from hpsearch.stage import Halving, StageName
from hpsearch.study import Objective
from hpsearch.trial import EpochRecord, FinishedTrial, TrialResult, TrialState
from hpsearch.verdict import Outcome
from tests.recipe.recipe_cases import TASK, ended, failed, judged, planned, scored, study

ACCURACY, LOSS = Objective(metric="val_accuracy"), Objective(metric="val_loss")
JOBS = planned(StageName.COARSE, study(recipe={"coarse": {"trials": 40, "epochs": 9}})).jobs
STOPPED = {"state": TrialState.PRUNED, "value": None, "best_epoch": None, "reason": "came to the rung"}


def curve(*accuracies: float) -> tuple[EpochRecord, ...]:
    return tuple(EpochRecord(i, 1.0, 0.5, 1 - accuracy, accuracy) for i, accuracy in enumerate(accuracies, 1))


def stopped(
    rung: int, keep: float, trials: Sequence[FinishedTrial], objective: Objective = ACCURACY, begun: int | None = None
) -> tuple[TrialResult, ...]:
    return stopped_at(rung, keep, len(trials) if begun is None else begun, trials, objective)


def at_rung(number: int, *accuracies: float) -> FinishedTrial:
    whole = ended(JOBS[number], epochs=curve(*accuracies))
    return replace(whole, result=replace(whole.result, **STOPPED))


@pytest.mark.parametrize(
    ("settings", "epochs", "rungs"),
    [
        ({}, 3, (2,)),
        ({}, 12, (2, 4, 8)),
        ({"keep": 1 / 3}, 12, (2, 6)),
        ({"keep": 1 / 3}, 18, (2, 6)),
        ({"keep": 1 / 3}, 19, (2, 6, 18)),
        ({"keep": 0.333}, 19, (2, 6, 18)),
        ({"from_epoch": 1, "keep": 0.5}, 9, (1, 2, 4, 8)),
        ({"from_epoch": 3, "keep": 0.9}, 6, (3, 4, 5)),
        ({"from_epoch": 5}, 5, ()),
        ({"keep": 5e-324}, 12, (2,)),
    ],
)
def test_rungs_grow_by_what_is_kept(settings: dict[str, float], epochs: int, rungs: tuple[int, ...]) -> None:
    assert Halving.model_validate(settings).rungs(epochs) == rungs


def test_the_best_third_goes_on_by_the_best_epoch_and_the_others_say_why() -> None:
    trials = [at_rung(0, 0.9, 0.1), at_rung(1, 0.2, 0.3), at_rung(2, 0.5, 0.8), at_rung(3, 0.8, 0.5), at_rung(4, 0, 0)]
    found = stopped(2, 1 / 3, trials)
    assert [(one.number, one.reason) for one in found] == [
        (1, "stopped after epoch 2: 4th of 5, the best 2 go on"),
        (3, "stopped after epoch 2: 3rd of 5, the best 2 go on"),  # as good as trial 2, which comes first
        (4, "stopped after epoch 2: 5th of 5, the best 2 go on"),
    ]
    assert {one.state for one in found} == {TrialState.PRUNED}
    assert found[0].epochs == curve(0.2, 0.3)
    assert [one.number for one in stopped(2, 1 / 3, trials, LOSS)] == [1, 3, 4]


def test_trials_that_failed_give_no_place_away_and_are_not_stopped() -> None:
    trials = [failed(JOBS[0], epochs=curve(0.99)), at_rung(1, 0.1, 0.1), failed(JOBS[2]), at_rung(3, 0.2, 0.2)]
    assert stopped(2, 1 / 2, trials) == ()  # two of four go on, and two are left
    (found,) = stopped(2, 1 / 4, trials)
    assert (found.number, found.reason) == (1, "stopped after epoch 2: 2nd of 4, the best one goes on")


def test_a_trial_that_has_ended_well_is_compared_and_stays_as_it_is() -> None:
    early = ended(JOBS[0], value=0.4, best_epoch=1, epochs=curve(0.4))
    trials = [early, at_rung(1, 0.1, 0.3), at_rung(2, 0.5, 0.6), at_rung(3, 0.1, 0.2)]
    assert [one.number for one in stopped(2, 1 / 2, trials)] == [1, 3]
    assert [one.number for one in stopped(2, 1 / 4, trials)] == [1, 3]


@pytest.mark.parametrize(
    ("count", "keep", "left"), [(30, 0.1, 3), (32, 1 / 3, 11), (33, 1 / 3, 11), (2, 0.5, 1), (9, 1e-12, 1)]
)
def test_shares_are_rounded_up_to_whole_trials(count: int, keep: float, left: int) -> None:
    trials = [at_rung(number, number / 100) for number in range(count)]
    assert len(stopped(1, keep, trials)) == count - left


scores = st.floats(0, 1, allow_nan=False)


@given(
    curves=st.lists(st.lists(scores, min_size=6, max_size=6), min_size=1, max_size=12),
    broken=st.dictionaries(st.integers(0, 11), st.integers(0, 5)),
    keep=st.floats(0.05, 0.95),
    order=st.randoms(use_true_random=False),
)
def test_no_order_and_no_later_epoch_changes_who_goes_on(
    curves: list[list[float]], broken: dict[int, int], keep: float, order: "st.random.Random"
) -> None:
    """Asked again after everything has ended, a rung gives the answer that it gave when it was reached."""

    def reached(number: int, rung: int) -> FinishedTrial:
        epochs = curve(*curves[number][:rung])
        last = broken.get(number, 9)
        return failed(JOBS[number], epochs=epochs[:last]) if last < rung else at_rung(number, *curves[number][:rung])

    begun = range(len(curves))
    first = stopped(2, keep, [reached(number, 2) for number in begun])
    living = [n for n in begun if n not in {one.number for one in first} and broken.get(n, 9) >= 2]
    second = stopped(4, keep, [reached(number, 4) for number in living], begun=going_on(keep, len(begun)))
    end = {one.number: one for one in (*first, *second)}
    results = []
    for number in begun:
        last = broken.get(number, 9)
        if number in end:
            results.append(FinishedTrial(JOBS[number], end[number]))
        elif last < 6:
            results.append(failed(JOBS[number], epochs=curve(*curves[number][:last])))
        else:
            results.append(ended(JOBS[number], value=max(curves[number]), best_epoch=1, epochs=curve(*curves[number])))
    order.shuffle(results)
    later = {one.number for one in stopped(2, keep, results)}
    assert later == {one.number for one in first}
    assert sorted(one.job.number for one in results if goes_on(one.result, 2)) == living
    assert 1 <= going_on(keep, len(curves)) <= len(curves)


HALVED = study(recipe={"coarse": {"trials": 32, "epochs": 9, "halving": {}, "patience": 4}})


def test_a_plan_says_its_rungs_and_the_jobs_their_patience() -> None:
    plan = planned(StageName.COARSE, HALVED)
    assert (plan.rungs, plan.keep) == ((2, 4, 8), 1 / 2)
    assert plan.reason.endswith("the best 50% go on after epoch 2, 4 and 8")
    assert {(job.budget.epochs, job.budget.patience, job.budget.until_epoch) for job in plan.jobs} == {(9, 4, None)}
    whole = planned(StageName.COARSE, study())
    assert (whole.rungs, whole.jobs[0].budget.patience) == ((), None)


def test_how_many_go_on_does_not_depend_on_what_is_left_of_failed_trials() -> None:
    """One that was lost with its worker after rung 2 has no epochs in its result, and is not there after a restart."""
    plan = planned(StageName.COARSE, HALVED)
    assert [begun_at(plan, rung) for rung in plan.rungs] == [32, 16, 8]
    sound = [at_rung(number, *[0.1 * number] * 8) for number in range(6)]
    before = stopped(8, plan.keep, [*sound, failed(JOBS[6]), failed(JOBS[7])], begun=8)
    assert len(before) == 2
    assert stopped(8, plan.keep, sound, begun=begun_at(plan, 8)) == before


def test_a_halved_round_is_judged_by_its_complete_trials() -> None:
    plan = planned(StageName.COARSE, HALVED)
    complete = [scored(job, 0.5 + job.number / 100) for job in plan.jobs[:11]]
    early = [at_rung(job.number, 0.99, 0.99) for job in plan.jobs[11:31]]
    trials = [*complete, *early, failed(plan.jobs[31], reason="the loss became nan")]
    verdict = judged(HALVED, plan, trials, TASK)
    assert (verdict.outcome, verdict.best_trial) == (Outcome.PASS, 10)
    assert (verdict.measured["trials"], verdict.measured["stopped_early"], verdict.measured["failed"]) == (32, 20, 1)
    (finding,) = [found for found in verdict.findings if found.code == "trials-failed"]
    assert finding.evidence == {"failures": {"diverged": 1}, "reasons": ["the loss became nan"]}


def test_a_round_whose_last_trials_fail_has_none_left() -> None:
    plan = planned(StageName.COARSE, HALVED)
    trials = [failed(plan.jobs[0]), *(at_rung(job.number, 0.9, 0.9) for job in plan.jobs[1:])]
    verdict = judged(HALVED, plan, trials, TASK)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.summary == "all of the 32 trials that were not stopped early, 1, failed: 1 diverged"
