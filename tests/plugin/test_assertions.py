"""The assertions on plain networks and plain data: sound ones pass, and each fault is named."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from hpsearch.plugin import (
    assert_gradients_reach,
    assert_initial_loss,
    assert_overfits,
    assert_samples_independent,
)
from tests.plugin.assertion_cases import (
    DATA,
    IMAGES,
    TARGETS,
    AlwaysDropsOut,
    Dead,
    Detached,
    Huge,
    ListedNorm,
    MixesSamples,
    Plain,
    SoftMax,
    Stream,
    Turned,
)

ASSERTIONS = (assert_initial_loss, assert_overfits, assert_gradients_reach, assert_samples_independent)


@pytest.mark.parametrize("assertion", ASSERTIONS)
@pytest.mark.parametrize("model", [Plain(), Plain], ids=["network", "class"])
def test_a_sound_network_passes(assertion: Callable[..., None], model: object) -> None:
    assertion(model, DATA)


@pytest.mark.parametrize(
    "data",
    [
        (IMAGES.numpy(), TARGETS.numpy()),
        DataLoader(TensorDataset(IMAGES, TARGETS), batch_size=10),
        TensorDataset(IMAGES, TARGETS),
        Stream(),
        (IMAGES, TARGETS.float()),
        (IMAGES[:3], TARGETS[:3]),
    ],
    ids=["arrays", "loader", "dataset", "stream", "regression", "few"],
)
def test_data_come_as_a_test_has_them(data: tuple[object, object]) -> None:
    model: type[nn.Module] = Plain
    if isinstance(data, tuple) and isinstance(data[1], Tensor) and data[1].is_floating_point():
        model = lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 1))  # type: ignore[assignment]  # noqa: E731
        assert_gradients_reach(model, data)
        return
    assert_initial_loss(model, data)
    assert_overfits(model, data)


@pytest.mark.parametrize(
    ("assertion", "model", "told"),
    [
        (assert_initial_loss, Huge, "initial-loss-off"),
        (assert_initial_loss, Dead, "signal-lost"),
        (partial(assert_overfits, samples=16, steps=100), SoftMax, "loss-has-a-floor"),
        (assert_gradients_reach, Detached, "conv.weight"),
        (assert_gradients_reach, Dead, "signal-lost"),
        (assert_samples_independent, MixesSamples, "HP403"),
        (assert_samples_independent, AlwaysDropsOut, "HP404"),
        (assert_samples_independent, ListedNorm, "HP406"),
    ],
)
def test_a_fault_is_told_with_evidence_and_advice(
    assertion: Callable[..., None], model: type[nn.Module], told: str
) -> None:
    torch.manual_seed(0)
    with pytest.raises(AssertionError) as caught:
        assertion(model(), DATA)
    message = str(caught.value)
    assert told in message
    assert "try: " in message
    assert "evidence: " in message


def test_images_of_another_scale_are_named_beside_a_failure() -> None:
    images, targets = DATA
    with pytest.raises(AssertionError, match=r"the images have a mean of .*\n  try: Bring them to mean 0"):
        assert_initial_loss(nn.Sequential(nn.Flatten(), nn.Linear(images[0].numel(), 10)), (images * 1000, targets))


def test_what_is_spared_needs_no_gradient_frozen_or_not() -> None:
    with pytest.raises(AssertionError):
        assert_gradients_reach(Detached(), DATA)
    with pytest.raises(AssertionError):
        assert_gradients_reach(Detached(), DATA, except_for="conv")
    assert_gradients_reach(Detached(), DATA, except_for=["conv", "norm"])
    frozen = Detached()
    for part in (frozen.conv, frozen.norm):
        part.requires_grad_(False)
    with pytest.raises(AssertionError, match=r"frozen \(requires_grad is off\).*conv\.weight"):
        assert_gradients_reach(frozen, DATA)
    assert_gradients_reach(frozen, DATA, except_for=["conv", "norm"])


def test_the_network_and_torch_are_left_as_they_were() -> None:
    model = Plain().eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(5)
    state = torch.get_rng_state()
    for assertion in ASSERTIONS:
        assertion(model, DATA)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(state, torch.get_rng_state())
    assert not model.training


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (IMAGES, TypeError),
        ((IMAGES, TARGETS[:5]), ValueError),
        ((IMAGES, TARGETS + 7), ValueError),
        ((IMAGES[:0], TARGETS[:0]), ValueError),
        (TensorDataset(IMAGES[:0], TARGETS[:0]), ValueError),
        ((IMAGES, TARGETS.float()), ValueError),
        (np.zeros(3), TypeError),
    ],
)
def test_other_data_are_refused_in_words(data: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"must be|are empty|one target|whole numbers"):
        assert_overfits(Plain(), data)


def test_grey_images_without_an_axis_for_it_have_one_channel() -> None:
    for data in ((IMAGES[:, 0], TARGETS), TensorDataset(IMAGES[:, 0], TARGETS)):
        assert_samples_independent(Plain(), data)
        assert_gradients_reach(Plain(), data)


@pytest.mark.parametrize("optimizer", ["rmsprop", "adagrad"])
def test_every_optimiser_can_learn_a_sample(optimizer: Literal["rmsprop", "adagrad"]) -> None:
    assert_overfits(Plain(), DATA, samples=8, optimizer=optimizer)


def test_a_choice_of_no_learning_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="learning_rates must hold one"):
        assert_overfits(Plain(), DATA, learning_rates=())


def test_fewer_samples_than_were_asked_for_prove_nothing() -> None:
    with pytest.raises(ValueError, match="must hold the 32 samples to learn, got 8"):
        assert_overfits(Plain(), (IMAGES[:8], TARGETS[:8]), samples=32)


def test_something_else_than_a_network_is_refused() -> None:
    with pytest.raises(TypeError, match=r"torch\.nn\.Module"):
        assert_overfits("resnet18", DATA)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="logits"):
        assert_overfits(nn.Flatten(start_dim=0), DATA)


def test_weights_that_the_network_does_not_have_are_told() -> None:
    class Listed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = [Plain()]
            self.head = nn.Linear(4, 4)

        def forward(self, images: Tensor) -> Tensor:
            found: Tensor = self.head(self.parts[0](images))
            return found

    with pytest.raises(AssertionError, match=r"no parameters of the network(.|\n)*\[HP406\]"):
        assert_gradients_reach(Listed(), DATA)


def test_a_frozen_network_is_named_by_the_looks_inside_it() -> None:
    network = Plain()
    network.requires_grad_(False)
    with pytest.raises(AssertionError, match=r"\[HC316\] .* layers with weights are frozen"):
        assert_overfits(network, DATA, samples=16, steps=10, learning_rates=[0.1])


@pytest.mark.parametrize(("network", "said"), [(Turned(), "transpose the outputs"), (Turned(0), "SystemExit")])
def test_a_network_that_gives_no_logits_is_told_what_to_change(network: nn.Module, said: str) -> None:
    for assertion in (assert_initial_loss, assert_overfits, assert_gradients_reach, assert_samples_independent):
        with pytest.raises(AssertionError, match=said):
            assertion(network, DATA)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"batch_size": 0}, "batch_size: .* got 0"),
        ({"steps": 0}, "steps: .* got 0"),
        ({"samples": 0}, "samples: .* got 0"),
        ({"optimizer": "lion"}, "optimizer: .* got 'lion'"),
        ({"learning_rates": [-1.0]}, "learning_rates: .* got -1.0"),
    ],
    ids=str,
)
def test_an_argument_that_cannot_be_is_named_in_the_words_of_the_assertion(given: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}$"):
        assert_overfits(Plain, DATA, **given)


def test_who_needs_no_gradient_on_purpose_is_said_how() -> None:
    with pytest.raises(AssertionError, match=r"except_for=\['conv\.'\]"):
        assert_gradients_reach(Detached, DATA)


def test_one_frozen_parameter_is_one() -> None:
    network = Plain()
    network.conv.bias.requires_grad_(False)  # type: ignore[union-attr]
    with pytest.raises(AssertionError, match=r"^1 parameter is frozen .* and learns nothing: conv.bias"):
        assert_gradients_reach(network, DATA)


def test_a_few_iterations_blame_no_start() -> None:
    with pytest.raises(AssertionError, match="within 1 iteration, which is early") as raised:
        assert_overfits(Plain, DATA, steps=1)
    assert "Give it more steps (steps)" in str(raised.value)
