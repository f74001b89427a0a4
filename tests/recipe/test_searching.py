"""The coarse and the fine search, and the reading of the test split, with scripted results."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hpsearch.finding import Severity
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.search.findings import at_edge
from hpsearch.recipe.search.searching import best_few
from hpsearch.space import Choice, LogUniform, Uniform
from hpsearch.trial import EpochRecord, Failure
from hpsearch.verdict import Outcome, Verdict
from tests.recipe.recipe_cases import REGRESSION, TASK, codes, ended, failed, judged, planned, scored
from tests.recipe.search_cases import COARSE, DECAY, FINE, RATE, SWEPT, WIDTH, checked, coarse_of, definition


def test_coarse_searches_every_distribution_where_the_sweep_points() -> None:
    plan = planned(COARSE, definition(), TASK, [SWEPT])
    assert set(plan.space) == {RATE, DECAY, WIDTH}
    assert plan.space[RATE] == LogUniform(1e-3, 1e-1)
    assert plan.space[WIDTH] == Choice((8, 16))
    assert all(1e-3 <= job.optimizer.learning_rate <= 1e-1 for job in plan.jobs)
    assert [job.number for job in plan.jobs] == list(range(16))
    assert {job.budget.epochs for job in plan.jobs} == {2}
    assert len({job.weights_seed for job in plan.jobs}) == 16


def test_coarse_without_a_sweep_searches_what_the_definition_says() -> None:
    assert planned(COARSE, definition()).space == definition().space


def test_a_fixed_rate_stays_fixed() -> None:
    plan = planned(COARSE, definition(optimizer={"learning_rate": 0.03}), TASK, [SWEPT])
    assert RATE not in plan.space
    assert {job.optimizer.learning_rate for job in plan.jobs} == {0.03}


def test_a_grid_search_has_as_many_trials_as_its_grid() -> None:
    recipe = {"coarse": {"sampler": "grid", "points_per_range": 3, "trials": 2}}
    assert len(planned(COARSE, definition(recipe=recipe), TASK, [SWEPT]).jobs) == 3 * 3 * 2


def test_coarse_passes_with_its_best_and_hands_on_the_region_around_it() -> None:
    plan, finished, verdict = coarse_of([0.5, 0.5, 0.9, 0.2])
    assert verdict.outcome is Outcome.PASS
    assert verdict.best_trial == 2
    assert verdict.measured["value"] == 0.9
    assert verdict.expected["guessing_accuracy"] == pytest.approx(0.1)
    assert set(verdict.handed_on) == set(definition().space)
    for path in (RATE, DECAY):
        low, high = (float(end) for end in verdict.handed_on[path].ends())  # type: ignore[arg-type]
        assert low <= float(plan.jobs[2].parameters[path]) <= high  # type: ignore[arg-type]
    assert plan.jobs[2].parameters[WIDTH] in verdict.handed_on[WIDTH].ends()
    assert finished[2].job is plan.jobs[2]


def test_the_best_few_are_those_that_cannot_be_told_from_the_best() -> None:
    def numbers(accuracies: Sequence[float]) -> list[int]:
        return [trial.job.number for trial in best_few(coarse_of(accuracies)[1], definition(), TASK)]

    assert numbers([0.5, 0.9, 0.6, 0.1]) == [1, 2]  # an eighth of 16 at least
    assert numbers([0.9, 0.91, 0.905, 0.1]) == [1, 2, 0]  # within one standard error of 0.014
    assert numbers([0.9]) == [0, 1, 2, 3]  # a quarter at most


@pytest.mark.parametrize(("accuracy", "outcome"), [(0.12, Outcome.FAIL), (0.15, Outcome.FAIL), (0.25, Outcome.PASS)])
def test_an_accuracy_that_guessing_may_reach_fails(accuracy: float, outcome: Outcome) -> None:
    verdict = coarse_of([accuracy, 0.1])[2]
    assert verdict.outcome is outcome
    assert codes(verdict) == (["nothing-generalises"] if outcome is Outcome.FAIL else [])


def test_nothing_generalises_is_shown_by_training_against_validation() -> None:
    plan = planned(COARSE, definition())
    finding = judged(definition(), plan, [scored(job, 0.1, 0.9) for job in plan.jobs]).findings[0]
    assert finding.evidence["train_accuracy"] == 0.9
    assert "training reached 90.0% in the best trial, learned by heart" in finding.message
    assert finding.advice.startswith("Look whether the targets belong to their images")
    many = replace(TASK, train_samples=50_000)
    finding = judged(definition(), plan, [scored(job, 0.1, 0.115) for job in plan.jobs], many).findings[0]
    assert finding.message.endswith("training reached 11.5% in the best trial"), "little, and more than luck"
    finding = judged(definition(), plan, [scored(job, 0.1, 0.1) for job in plan.jobs]).findings[0]
    assert "training reached 10.0% in the best trial, so that nothing was learned at all" in finding.message
    assert finding.advice.startswith("Search learning rates")


def test_a_common_class_raises_the_bar() -> None:
    skewed = replace(TASK, validation_class_counts=(360, *(4,) * 9, 4))
    assert coarse_of([0.9, 0.5], skewed)[2].outcome is Outcome.FAIL
    assert coarse_of([0.99, 0.5], skewed)[2].outcome is Outcome.PASS


@pytest.mark.parametrize(("loss", "outcome"), [(0.89, Outcome.FAIL), (0.7, Outcome.PASS)])
def test_a_regression_must_beat_a_constant(loss: float, outcome: Outcome) -> None:
    plan = planned(COARSE, definition(), REGRESSION)
    finished = [
        ended(job, value=loss, best_epoch=1, epochs=(EpochRecord(1, 0.5, None, loss, None),)) for job in plan.jobs
    ]
    verdict = checked(judged(definition(), plan, finished, REGRESSION))
    assert verdict.outcome is outcome
    assert verdict.expected["guessing_loss"] == 0.9


def test_failed_trials_are_counted_by_kind() -> None:
    plan = planned(COARSE, definition())
    kinds = [Failure.DIVERGED, Failure.WORKER_LOST, Failure.DIVERGED]
    broken = [failed(job, kind) for job, kind in zip(plan.jobs, kinds, strict=False)]
    verdict = checked(judged(definition(), plan, [*broken, *(scored(job, 0.5) for job in plan.jobs[3:])]))
    assert verdict.outcome is Outcome.PASS
    (finding,) = verdict.findings
    assert finding.evidence["failures"] == {"diverged": 2, "worker_lost": 1}
    assert finding.severity is Severity.INFO
    verdict = checked(judged(definition(), plan, [failed(job) for job in plan.jobs]))
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == ["all-trials-failed"]
    assert "16 diverged" in verdict.summary
    assert verdict.handed_on == {}


def test_two_best_trials_at_one_end_are_worth_a_note() -> None:
    wide = definition(optimizer={"weight_decay": {"log_uniform": [1e-4, 1e-2]}, "learning_rate": 0.1})
    plan = planned(COARSE, wide)
    finished = [scored(job, 0.3) for job in plan.jobs[2:]]
    finished += [scored(replace(job, parameters={**job.parameters, DECAY: 1.2e-4}), 0.9) for job in plan.jobs[:2]]
    (finding,) = judged(wide, plan, finished).findings
    assert (finding.code, finding.severity) == ("best-at-edge", Severity.INFO)
    assert "low end of optimizer.weight_decay" in finding.message


def test_nothing_goes_below_zero() -> None:
    found = [at_edge({DECAY: Uniform(low, 0.5)}, [{DECAY: low}, {DECAY: low}]) for low in (0.0, 0.1)]
    assert [len(findings) for findings in found] == [0, 1]
    assert at_edge({DECAY: Uniform(0.0, 0.5)}, [{DECAY: 0.5}, {DECAY: 0.49}])
    assert at_edge({DECAY: LogUniform(1e-6, 0.5)}, [{DECAY: 1e-6}, {DECAY: 2e-6}]) == []  # that is none already


def fine_after(accuracies: Sequence[float], rounds: Sequence[Sequence[float]]) -> tuple[list[Plan], list[Verdict]]:
    """A coarse search and then rounds of the fine one with these accuracies, as far as its verdicts want them."""
    _, finished, coarse = coarse_of(accuracies)
    verdicts, plans, fine = [SWEPT, coarse], [], []
    for scores in rounds:
        plans.append(planned(FINE, definition(), TASK, verdicts, [*finished, *fine]))
        fine += [scored(job, score) for job, score in zip(plans[-1].jobs, scores, strict=True)]
        verdicts.append(checked(judged(definition(), plans[-1], fine)))
        if not verdicts[-1].again:
            break
    return plans, verdicts[2:]


def test_fine_searches_the_region_with_more_epochs_and_goes_on_with_the_numbers() -> None:
    plans, verdicts = fine_after([0.5, 0.6, 0.5], [[0.7] * 5 + [0.8], [0.8] * 5 + [0.9], [0.95] * 6])
    assert [plan.round for plan in plans] == [verdict.round for verdict in verdicts] == [0, 1, 2]
    assert [[job.number for job in plan.jobs] for plan in plans] == [[*range(6)], [*range(6, 12)], [*range(12, 18)]]
    assert {job.budget.epochs for plan in plans for job in plan.jobs} == {5}
    assert [verdict.again for verdict in verdicts] == [True, True, False]  # three rounds at most
    assert [verdict.best_trial for verdict in verdicts] == [5, 11, 12]
    assert plans[1].space == verdicts[0].handed_on


def test_every_round_narrows_around_the_best() -> None:
    plans, _ = fine_after([0.5, 0.6, 0.5], [[0.7] * 5 + [0.8], [0.8] * 5 + [0.9], [0.95] * 6])
    widths = [float(plan.space[DECAY].ends()[1]) / float(plan.space[DECAY].ends()[0]) for plan in plans]  # type: ignore[arg-type]
    assert widths[0] > widths[1] > widths[2] > 1
    assert widths[1] <= 1.001 * 10 ** (3 * 2 / 16)  # a sixteenth of the three decades on either side of the best


def test_a_round_that_brings_nothing_is_the_last() -> None:
    plans, verdicts = fine_after([0.5, 0.8, 0.5], [[0.81] * 6, [0.99] * 6])
    assert len(plans) == 1
    assert verdicts[0].outcome is Outcome.PASS
    assert not verdicts[0].again
    assert verdicts[0].handed_on == {}
    assert codes(verdicts[0]) == ["round-brought-nothing"]


def test_the_best_of_an_earlier_round_stays_the_best() -> None:
    _, verdicts = fine_after([0.5, 0.6, 0.5], [[0.9] + [0.7] * 5, [0.5] * 6])
    assert [verdict.best_trial for verdict in verdicts] == [0, 0]
    assert not verdicts[1].again


def test_fine_alone_searches_the_whole_space() -> None:
    skipped = Verdict(COARSE, Outcome.SKIPPED, "")
    plan = planned(FINE, definition(), TASK, [SWEPT, skipped])
    assert plan.space == {**definition().space, RATE: LogUniform(1e-3, 1e-1)}
    assert plan.best_before is None
    assert judged(definition(), plan, [scored(job, 0.5) for job in plan.jobs]).again
    assert judged(definition(), plan, [scored(job, 0.1) for job in plan.jobs]).outcome is Outcome.FAIL
    assert judged(definition(), plan, [failed(job) for job in plan.jobs]).outcome is Outcome.FAIL


def test_a_loss_as_objective_is_minimised() -> None:
    losses = definition(objective={"metric": "val_loss"})
    plan = planned(COARSE, losses)
    finished = [
        ended(job, value=1.0 + job.number, best_epoch=1, epochs=(EpochRecord(1, 1.0, 0.5, 1.0, 0.5),))
        for job in plan.jobs
    ]
    assert judged(losses, plan, finished).best_trial == 0


def test_uniform_ranges_are_searched_as_they_are_written() -> None:
    flat = definition(network={"name": "convnet", "dropout": {"uniform": [0.0, 0.5]}})
    assert planned(COARSE, flat).space["network.dropout"] == Uniform(0.0, 0.5)


@pytest.mark.parametrize(("accuracy", "severity"), [(0.6, Severity.WARNING), (0.795, Severity.INFO)])
def test_a_fine_search_worse_than_coarse_says_so_and_is_still_what_counts(accuracy: float, severity: Severity) -> None:
    plans, verdicts = fine_after([0.5, 0.8, 0.5], [[accuracy] * 6, [0.99] * 6])
    assert len(plans) == 1
    (finding,) = verdicts[0].findings
    assert (finding.code, finding.severity) == ("fine-worse-than-coarse", severity)
    assert "worse than the 80.00% of trial 1 of coarse" in verdicts[0].summary
    assert verdicts[0].best_trial == 0
    assert verdicts[0].expected["value_before"] == 0.8


def test_a_search_of_one_trial_speaks_of_one() -> None:
    one = definition(recipe={"coarse": {"trials": 1, "epochs": 1}})
    plan = planned(COARSE, one)
    assert plan.reason.startswith("1 random point over 3 hyperparameters, 1 epoch")
    assert "the best of 1 trial (" in judged(one, plan, [scored(plan.jobs[0], 0.9)]).summary
    verdict = judged(one, plan, [failed(plan.jobs[0])])
    assert "the only trial failed" in verdict.summary
    assert (verdict.measured, verdict.expected) == (
        {"trials": 1, "failed": 1, "complete": 0},
        {"complete_at_least": 1},
    )
