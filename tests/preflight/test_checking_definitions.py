"""What only data and network can tell: found before anything runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hpsearch.errors import DefinitionError, Problem
from hpsearch.preflight.check import check_definition
from hpsearch.preflight.fitting import corners
from hpsearch.preflight.reading import definition_from
from hpsearch.space import Choice, Int, LogUniform
from hpsearch.stage import Overfit

OWN = "tests.preflight.own_code"
OWN_FILE = Path(__file__).with_name("own_code.py")


def checked(data: Any = None, network: Any = "convnet", **more: Any) -> Any:
    content = {"data": {"dataset": "digits"} if data is None else data, "network": network, **more}
    return check_definition(definition_from(content, None))


def problems_with(**content: Any) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        checked(**content)
    return list(caught.value.problems)


def own(name: str, **parameters: Any) -> dict[str, Any]:
    return {"factory": f"{OWN}:{name}", **parameters}


def test_a_sound_study_gives_its_data_back() -> None:
    assert checked(network={"name": "convnet", "width": {"choice": [4, 8]}}).task.outputs == 10
    assert checked(network=own("sound", width={"int": [2, 6]})).task.train_samples == 1079


def test_every_end_and_every_choice_is_built_once_side_by_side() -> None:
    space = {"a": Choice(("x", "y", "z")), "b": Int(1, 9), "c": 5, "d": LogUniform(0.1, 1.0)}
    assert list(corners(space)) == [
        {"a": "x", "b": 1, "c": 5, "d": 0.1},
        {"a": "y", "b": 9, "c": 5, "d": 1.0},
        {"a": "z", "b": 9, "c": 5, "d": 1.0},
    ]
    assert list(corners({"c": 5})) == [{"c": 5}]


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (
            own("for_larger_images"),
            "network: the layer 0.1 (Conv2d) does not accept its input: RuntimeError: Calculated padded input size",
        ),
        (
            own("one_output_too_many"),
            (
                "network: the network has 11 outputs for each sample, and the data need 10: for 2 samples it must "
                "return real numbers of shape (2, 10) (got torch.float32 of shape (2, 11)). Let the last layer give 10"
            ),
        ),
        (
            own("maps"),
            "outputs have 4 axes and not two: for 2 samples",
        ),
        (own("frozen"), "the network has no parameters to train: all of its 4 parameters are frozen (0.weight"),
        (own("holding_itself"), "the network has no parameters to train: all of its 4 parameters are frozen (0.weight"),
        (own("listed"), "layers in a Python list or dict are no part of it (_steps), as HP406 says. Keep them in nn."),
        (own("whole_numbers"), "(got torch.int64 of shape (2, 10)). Return the logits"),
        (
            own("a_pair"),
            "must return one tensor of logits (N, 10) (got a tuple). Return the logits",
        ),
        (
            own("refusing"),
            "network: the network's forward raised KeyError: 'no such colour' (got (2, 1",
        ),
        (
            own("sound", widht=3),
            f"network.widht: {OWN}:sound takes no argument 'widht'; it takes input_shape, outputs, w",
        ),
        (own("failing_when_wide"), f"network.width: {OWN}:failing_when_wide needs the argument 'width'. Add it."),
        (
            own("failing_when_wide", width={"choice": [4, 16]}),
            (f"network.factory: building the network raised ValueError: 16 is too wide ({OWN_FILE}, line "),
        ),
        (own("leaving"), "network: the network's forward raised SystemExit: 0"),
        (own("absent"), f"network.factory: the module {OWN} has no 'absent' (got '{OWN}:absent'). Define absent in"),
        (
            {"name": "convnet", "width": 4096, "pooling": "none", "kernel_size": 15},
            "network: the network would have 7,553,314,826 parameters, and 1,000,000,000 are the most",
        ),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_a_network_that_does_not_fit_the_data_is_explained(network: dict[str, Any], said: str) -> None:
    (problem,) = problems_with(network=network)
    assert said in str(problem)
    assert problem.next_step.endswith(".")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("name", "said"), [("scripted", "the network is"), ("partly_scripted", "the layer 0 is")])
def test_a_scripted_network_is_refused(name: str, said: str) -> None:
    (problem,) = problems_with(network=own(name))
    assert (problem.path, problem.message) == (
        "network.factory",
        f"{said} a scripted module, which cannot be looked into",
    )


def test_a_layer_that_fails_at_one_end_of_the_space_only_names_that_end() -> None:
    (problem,) = problems_with(network=own("for_larger_images", kernel={"choice": [1, 5]}))
    assert "hyperparameters: {'kernel': 5}" in problem.message


@pytest.mark.parametrize(
    ("batch_size", "value"), [(2000, "2000"), ({"choice": [64, 1080]}, "1080"), ({"log_int": [1, 1080]}, "1080")]
)
def test_a_mini_batch_must_fit_the_training_split(batch_size: Any, value: str) -> None:
    (problem,) = problems_with(data={"dataset": "digits", "batch_size": batch_size})
    assert (problem.path, problem.value) == ("data.batch_size", value)
    assert "the training split, which has 1079 samples" in problem.message
    assert problem.next_step == "Lower it."
    checked(data={"dataset": "digits", "batch_size": 1079})


def test_a_small_sample_must_fit_the_training_split() -> None:
    (problem,) = problems_with(recipe={"overfit": {"samples": 5000}})
    assert (problem.path, problem.value) == ("recipe.overfit.samples", "5000")


SMALL_MAPS = {"name": "convnet", "depth": 4}


@pytest.mark.parametrize(
    ("path", "advice", "content"),
    [
        ("recipe.overfit.samples", "Write samples: 2, let", {"recipe": {"overfit": {"samples": 1}}}),
        ("data.batch_size", "Begin at 2, let", {"data": {"dataset": "digits", "batch_size": 1}}),
        ("data.batch_size", "Begin at 2, let", {"data": {"dataset": "digits", "batch_size": {"log_int": [1, 64]}}}),
    ],
)
def test_batch_norm_cannot_train_a_single_pixel(path: str, advice: str, content: dict[str, Any]) -> None:
    state = torch.get_rng_state().tolist()
    (problem,) = problems_with(network={**SMALL_MAPS, "dropout": 0.5}, **content)
    assert (problem.path, problem.value) == (path, "1")
    assert "batch norm needs at least two values per channel to train" in problem.message
    assert "(input of shape (1, 128, 1, 1))" in problem.message
    assert problem.next_step.startswith(advice)
    checked(network={**SMALL_MAPS, "depth": 3}, **content)
    checked(network={**SMALL_MAPS, "norm": "none"}, **content)
    assert torch.get_rng_state().tolist() == state


def test_only_the_network_of_the_small_sample_has_to_train_on_it() -> None:
    small = {"overfit": {"samples": 1}}
    checked(network={"name": "convnet", "depth": {"choice": [2, 4]}}, recipe=small)
    checked(network={"name": "convnet", "depth": {"int": [1, 4]}}, recipe=small)
    checked(network=SMALL_MAPS, recipe={"overfit": Overfit(samples=1, skip=True).model_dump()})
    (problem,) = problems_with(network={"name": "convnet", "depth": {"choice": [4, 2]}}, recipe=small)
    assert problem.path == "recipe.overfit.samples"


def test_a_network_of_ones_own_is_trained_on_a_single_sample_too() -> None:
    state = torch.get_rng_state().tolist()
    checked(network=own("normalising"))
    (problem,) = problems_with(network=own("normalising"), recipe={"overfit": {"samples": 1}})
    assert "batch norm needs" in problem.message
    assert torch.get_rng_state().tolist() == state


def test_regression_has_no_accuracy_and_no_labels_to_smooth() -> None:
    data = {"factory": f"{OWN}:regression"}
    found = problems_with(data=data, objective={"metric": "val_accuracy"}, loss={"label_smoothing": 0.1})
    assert [(problem.path, problem.value) for problem in found] == [
        ("objective.metric", "'val_accuracy'"),
        ("loss.label_smoothing", "0.1"),
    ]
    assert "for which there is no accuracy" in found[0].message
    assert checked(data=data, objective={"metric": "val_loss"}).task.loss == "l2"


def test_cross_entropy_needs_classes() -> None:
    (problem,) = problems_with(data={"factory": f"{OWN}:regression"}, loss="cross_entropy")
    assert problem.path == "data.targets"


def test_problems_of_data_and_of_settings_come_together(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros((9, 4, 4)), targets=np.arange(9) - 1)
    content = {"data": {"dataset": "numpy", "path": str(tmp_path / "a.npz")}, "network": "convnet"}
    definition = definition_from(content, None)
    broken = definition.model_copy(update={"network": definition.network.model_copy(update={"name": "convnt"})})
    with pytest.raises(DefinitionError) as caught:
        check_definition(broken)
    assert [problem.path for problem in caught.value.problems] == ["network.name", "data.targets"]


def test_absent_files_are_said_to_be_absent(tmp_path: Path) -> None:
    (problem,) = problems_with(data={"dataset": "numpy", "path": str(tmp_path / "absent.npz")})
    assert problem.path == "data.path"
    assert "there is no file or folder" in problem.message


def test_the_network_of_a_study_is_tried_on_regression_too() -> None:
    assert checked(data={"factory": f"{OWN}:regression"}, network={"name": "convnet", "depth": 2}).task.outputs == 2
