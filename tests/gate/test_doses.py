"""Doses follow from the definition and the network's size alone, and never ask for more than the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import DOSES, LEAST, QUICK, WHOLE, batch_size_of, dosed_study, limited, usual_dose, work_of
from hpsearch.gate.sentences import left_out
from hpsearch.gate.stage_run import Before, run_stage
from hpsearch.preflight.check import check_definition
from hpsearch.recipe.learning_rates import allowed, sweep_grid
from hpsearch.stage import SANITY, StageName
from hpsearch.study import StudyDefinition
from tests.gate.gate_cases import small

PLAIN = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": {"name": "convnet"}})


def test_small_networks_get_more_than_large_ones() -> None:
    assert [usual_dose(PLAIN, stage, 150_000) for stage in SANITY] == [QUICK] * 3
    assert [usual_dose(PLAIN, stage, 2_000_000_000) for stage in SANITY] == [LEAST] * 3


def test_a_failure_of_a_small_network_is_proved_and_that_of_a_large_one_given_up() -> None:
    assert limited(QUICK, PLAIN, 150_000) is QUICK
    assert usual_dose(PLAIN, StageName.OVERFIT, 4_000_000) is LEAST
    large = limited(LEAST, PLAIN, 500_000_000)
    assert (large.most_steps, large.steps_in_all) == (40, 60)
    assert limited(WHOLE, PLAIN, 500_000_000) is WHOLE


@pytest.mark.parametrize("stage", SANITY)
def test_a_smaller_dose_is_less_work(stage: StageName) -> None:
    work = [work_of(dose, PLAIN, stage).samples for dose in (WHOLE, *DOSES)]
    assert work == sorted(work, reverse=True)


def test_samples_that_the_definition_names_are_the_work_and_not_its_batches() -> None:
    few, many = (small(recipe={"overfit": {"samples": count}}) for count in (64, 256))
    assert work_of(WHOLE, few, StageName.OVERFIT).samples * 4 == work_of(WHOLE, many, StageName.OVERFIT).samples


@given(st.floats(1e-6, 1.0), st.sampled_from(DOSES), st.none() | st.sampled_from([0.003, 0.03, 0.3]))
def test_the_studys_own_rate_is_always_swept(rate: float, dose: object, learned_at: float | None) -> None:
    study = small(optimizer={"learning_rate": rate}, recipe={})
    assert dose in DOSES
    dosed = dosed_study(study, StageName.LR_SWEEP, next(one for one in DOSES if one is dose), learned_at)
    assert allowed(study, sweep_grid(dosed))


def test_every_optimiser_is_swept_in_the_least_dose() -> None:
    study = small(optimizer={"name": {"choice": ["sgd", "adam"]}, "learning_rate": {"log_uniform": [1e-3, 1e-1]}})
    dataset = check_definition(study)
    run = run_stage(CheckBench(study, dataset), StageName.LR_SWEEP, LEAST, Before(learned_at=0.01))
    assert {trial.job.optimizer.name for trial in run.finished} == {"sgd", "adam"}
    assert len(run.finished) < len(run.plan.jobs)
    (sentence,) = left_out(study, StageName.LR_SWEEP, LEAST, run)
    assert f"{len(run.finished)} of 26 learning rates of 2 optimisers" in sentence
    one = small(optimizer={"name": "sgd", "learning_rate": {"log_uniform": [1e-3, 1e-1]}})
    works = [work_of(LEAST, each, StageName.LR_SWEEP).samples for each in (study, one)]
    assert works[0] == 2 * works[1]


def test_a_dose_stays_within_what_the_definition_asks_for() -> None:
    study = small(data={"dataset": "digits", "batch_size": 8})
    dosed = dosed_study(dosed_study(study, StageName.OVERFIT, QUICK, None), StageName.LR_SWEEP, QUICK, None)
    assert dosed.recipe.lr_sweep.steps == 20
    assert batch_size_of(dosed) == 8
    given_rates = small(recipe={"lr_sweep": {"learning_rates": [0.2, 0.4]}})
    assert dosed_study(given_rates, StageName.LR_SWEEP, LEAST, 0.03).recipe.lr_sweep.learning_rates == (0.2, 0.4)


def test_rates_below_the_near_ones_are_there_for_a_loss_that_rises_first() -> None:
    rates = sweep_grid(dosed_study(PLAIN, StageName.LR_SWEEP, LEAST, 0.03))
    assert rates == (0.001, 0.003, 0.01, 0.03)
