"""The table of steps, and what holds for all of them."""

from dataclasses import replace

import pytest

from hpsearch.recipe.steps import RECIPE_STEPS, concluded, skipped
from hpsearch.stage import RECIPE, StageName
from hpsearch.verdict import Outcome, Verdict
from tests.recipe.recipe_cases import TASK, planned, study

ALL = (*RECIPE, StageName.TEST)


def test_every_stage_has_its_step_in_the_order_of_the_recipe() -> None:
    assert tuple(RECIPE_STEPS) == ALL


@pytest.mark.parametrize("stage", ALL)
def test_a_plan_is_for_its_stage_and_names_every_parameter(stage: StageName) -> None:
    plan = planned(stage, study(network={"name": "convnet", "activation": {"choice": ["relu", "tanh"]}}))
    assert plan.stage is stage
    assert plan.reason
    assert [job.number for job in plan.jobs] == list(range(len(plan.jobs)))
    for job in plan.jobs:
        assert job.stage is stage
        assert set(job.parameters) == set(plan.space)


@pytest.mark.parametrize("stage", ALL)
def test_the_same_definition_gives_the_same_plan(stage: StageName) -> None:
    assert planned(stage, study(seed=3)) == planned(stage, study(seed=3))


@pytest.mark.parametrize("stage", RECIPE)
def test_another_seed_gives_other_weights(stage: StageName) -> None:
    first, other = planned(stage, study(seed=3)), planned(stage, study(seed=4))
    assert not {job.weights_seed for job in first.jobs} & {job.weights_seed for job in other.jobs}


@pytest.mark.parametrize("stage", RECIPE)
def test_a_stage_is_skipped_if_the_definition_says_so(stage: StageName) -> None:
    verdict = skipped(study(recipe={stage: {"skip": True}}), TASK, stage)
    assert verdict is not None
    assert (verdict.stage, verdict.outcome, verdict.goes_on) == (stage, Outcome.SKIPPED, True)
    assert skipped(study(), TASK, stage) is None


def test_the_test_is_skipped_where_there_is_nothing_to_read_or_nothing_to_choose() -> None:
    both = study(recipe={"coarse": {"skip": True}, "fine": {"skip": True}})
    assert skipped(both, TASK, StageName.TEST) is not None
    assert skipped(study(), replace(TASK, test_samples=0), StageName.TEST) is not None
    assert skipped(study(recipe={"coarse": {"skip": True}}), TASK, StageName.TEST) is None


@pytest.mark.parametrize("stage", RECIPE)
def test_a_failure_is_overridden_only_by_its_own_stage(stage: StageName) -> None:
    failure = Verdict(stage, Outcome.FAIL, "it failed")
    overridden = concluded(study(recipe={stage: {"override": True}}), failure)
    assert overridden.outcome is Outcome.OVERRIDDEN
    assert overridden.goes_on
    assert "overridden" in overridden.summary
    others = {other: {"override": True} for other in RECIPE if other is not stage}
    assert concluded(study(recipe=others), failure) is failure


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.SKIPPED])
def test_only_failures_are_overridden(outcome: Outcome) -> None:
    verdict = Verdict(StageName.COARSE, outcome, "")
    assert concluded(study(recipe={"coarse": {"override": True}}), verdict) is verdict


def test_a_failed_test_cannot_be_overridden() -> None:
    failure = Verdict(StageName.TEST, Outcome.FAIL, "")
    assert concluded(study(), failure) is failure
