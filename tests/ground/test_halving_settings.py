"""What the searches can be told about stopping trials early, and that nothing changes where they are not."""

import pytest
from pydantic import ValidationError

from hpsearch.stage import Coarse, Fine, Recipe
from hpsearch.study import StudyDefinition

OLD = "6d4629e412b0362bbecb5fc707683c9c3b086338218ae4f3178129e2bfc342f3"
"""What the identity of the shortest study was before trials could be stopped."""


def study(**recipe: object) -> StudyDefinition:
    return StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": "lenet", "recipe": recipe})


def test_every_trial_is_trained_to_its_end_by_default() -> None:
    recipe = Recipe()
    assert (recipe.coarse.halving, recipe.coarse.patience, recipe.fine.halving, recipe.fine.patience) == (None,) * 4


def test_a_definition_from_before_stays_the_same_study() -> None:
    assert study().identity == OLD
    assert study(coarse={"halving": None, "patience": None}).identity == OLD
    different = {
        study(fine=one).identity for one in ({}, {"halving": {}}, {"patience": 3}, {"halving": {"keep": 0.25}})
    }
    assert len(different) == 4


def test_what_was_written_is_read_again() -> None:
    definition = study(coarse={"halving": {"keep": 0.25}, "patience": 2})
    assert StudyDefinition.model_validate(definition.model_dump(mode="json")) == definition
    assert definition.recipe.coarse.halving is not None
    assert (definition.recipe.coarse.halving.from_epoch, definition.recipe.coarse.halving.keep) == (2, 0.25)


@pytest.mark.parametrize(
    ("stage", "settings", "words"),
    [
        (Coarse, {"halving": {"from_epoch": 3}}, "halving.from_epoch must be less than epochs, got 3 of 3"),
        (Fine, {"epochs": 2, "halving": {}}, "halving.from_epoch must be less than epochs, got 2 of 2"),
        (Fine, {"halving": {"keep": 1.0}}, "less than 1"),
        (Fine, {"halving": {"from_epoch": 0}}, "greater than or equal to 1"),
        (Fine, {"patience": 0}, "greater than or equal to 1"),
        (Fine, {"halving": {"every": 2}}, "Extra inputs"),
    ],
)
def test_what_makes_no_sense_is_refused(stage: type[Coarse], settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        stage.model_validate(settings)
