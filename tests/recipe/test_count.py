"""How many trials a study can come to, held against what the recipe plans."""

from typing import Any

import pytest

from hpsearch.recipe.count import most_trials
from hpsearch.recipe.steps import RECIPE_STEPS, skipped
from hpsearch.search import sampling
from hpsearch.stage import RECIPE
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

TASK = Task("cross_entropy", (1, 8, 8), 10, 1000, 400, 397, (40,) * 10)
RATES = {"learning_rates": [0.1, 0.01, 0.1, 0.001]}


def study(**sections: Any) -> StudyDefinition:
    return StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": "convnet", **sections})


def planned(definition: StudyDefinition) -> int:
    """Trials of the first round of every stage, of all rounds of the fine search, and of the test."""
    total = 0
    for stage in RECIPE:
        if skipped(definition, TASK, stage) is None:
            jobs = RECIPE_STEPS[stage].plan(definition, TASK, (), (), sampling).jobs
            total += len(jobs) * (definition.recipe.fine.rounds if stage == "fine" else 1)
    searched = not (definition.recipe.coarse.skip and definition.recipe.fine.skip)
    return total + (searched and definition.data.test > 0)


@pytest.mark.parametrize(
    ("sections", "spare"),
    [
        ({}, 1),
        ({"optimizer": {"learning_rate": 0.05}}, 0),
        ({"optimizer": {"learning_rate": {"choice": [0.1, 0.01]}}}, 2),
        ({"optimizer": {"learning_rate": {"log_uniform": [1e-12, 1e5]}}}, 1),
        ({"optimizer": {"name": {"choice": ["sgd", "adam", "adamw"]}}}, 1),
        ({"recipe": {"overfit": RATES, "lr_sweep": RATES}}, 3),
        ({"recipe": {"overfit": {"skip": True}, "fine": {"rounds": 5, "trials": 7}}}, 0),
        ({"recipe": {name: {"skip": True} for name in RECIPE}}, 0),
        ({"recipe": {"coarse": {"skip": True}, "fine": {"skip": True}}}, 1),
        ({"recipe": {"coarse": {"sampler": "grid", "points_per_range": 3}, "fine": {"sampler": "grid"}}}, 1),
        ({"recipe": {"initial_loss": {"seeds": 100}}, "data": {"dataset": "digits", "test": 0}}, 1),
    ],
)
def test_no_study_plans_more_and_few_plan_less(sections: dict[str, Any], spare: int) -> None:
    definition = study(**sections)
    assert planned(definition) <= most_trials(definition) <= planned(definition) + spare


def test_the_grid_of_whole_rates_that_a_sweep_hands_on_is_counted() -> None:
    definition = study(
        optimizer={"learning_rate": {"int": [1, 50]}, "weight_decay": 0},
        recipe={**{name: {"skip": True} for name in RECIPE}, "coarse": {"sampler": "grid", "points_per_range": 2}},
    )
    assert most_trials(definition) == 51


def test_thousands_of_rates_are_counted_at_once() -> None:
    rates = [1 + number / 8 for number in range(12_000)]
    own = [2 + number / 16 for number in range(12_000)]
    definition = study(optimizer={"learning_rate": {"choice": own}}, recipe={"lr_sweep": {"learning_rates": rates}})
    assert most_trials(definition) > 24_000
