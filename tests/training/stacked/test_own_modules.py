"""Networks of a user's own: stacked and right, or refused with a reason."""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hpsearch.training.stacked import CannotStackError, stack
from tests.training.stacked.own_modules import REASONS, STACK, Own, of_class
from tests.training.stacked.stacked_cases import CONTIGUOUS, assert_members_are_themselves, generators

Code = Callable[[Any, Tensor], Tensor]
IMAGES = torch.linspace(-1, 1, 4 * 3 * 64).mul(17).sin().view(4, 3, 8, 8)


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    random.seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


def tried(networks: list[nn.Module], images: Tensor = IMAGES) -> None:
    """Stacks them, with a trial."""
    stack(networks, generators(len(networks)), memory_format=CONTIGUOUS, images=images)


def reason(networks: list[nn.Module], images: Tensor = IMAGES) -> str:
    """Why they cannot be stacked."""
    with pytest.raises(CannotStackError) as caught:
        tried(networks, images)
    return caught.value.reason


@pytest.mark.parametrize("code", STACK.values(), ids=STACK)
def test_own_code_runs_for_all_members_at_once(code: Code) -> None:
    networks = [of_class(code) for _ in range(3)]
    tried(networks)
    assert_members_are_themselves([network.double() for network in networks], IMAGES.double())


@pytest.mark.parametrize(("code", "words"), REASONS.values(), ids=REASONS)
def test_what_cannot_be_done_for_all_members_is_refused_with_a_reason(code: Code, words: str) -> None:
    assert words in reason([of_class(code) for _ in range(2)])


def test_the_first_call_tries_it_where_no_images_are_given() -> None:
    stacked = stack([of_class(REASONS["type"][0]) for _ in range(2)], generators(2), memory_format=CONTIGUOUS)
    with pytest.raises(CannotStackError, match="evaluation mode"):
        stacked(IMAGES)


def test_what_was_tried_before_is_not_tried_again() -> None:
    networks = [of_class(REASONS["type"][0]) for _ in range(2)]
    stacked = stack(networks, generators(2), memory_format=CONTIGUOUS, images=IMAGES, tried=True)
    assert stacked(IMAGES).logits.shape == (2, 4, 4)


def test_a_reason_names_the_module() -> None:
    networks = [nn.Sequential(nn.Conv2d(3, 4, 1), of_class(REASONS["item"][0])) for _ in range(2)]
    for network in networks:
        network[1].convolution = nn.Conv2d(4, 8, 3)
    assert reason(networks).endswith("(in Coded 1)")


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda member: nn.Linear(3, 4 + member), "Linear has another out_features in another member"),
        (lambda member: nn.Linear(3, 4, bias=bool(member)), "bias"),
        (lambda member: nn.Linear(3, 4).requires_grad_(bool(member)), "need of a gradient"),
        (lambda member: nn.Sequential(nn.ReLU() if member else nn.Tanh()), "Tanh 0 is another kind of layer"),
        (lambda member: nn.Sequential(*[nn.ReLU()] * (member + 1)), "different layers"),
        (lambda member: nn.MaxPool2d(2 + member), "MaxPool2d has another kernel_size in another member"),
        (lambda _: nn.Sequential(nn.LSTM(3, 3)), "LSTM 0 is a recurrent layer"),
        (lambda _: nn.Sequential(nn.LazyLinear(3)), "hooks"),
        (lambda member: _with_weight(4 + member), "weight of Linear has another shape"),
        (lambda member: _with_constant(float(member)), "another constant in another member"),
    ],
)
def test_networks_that_differ_in_more_than_numbers_are_refused(build: Callable[[int], nn.Module], words: str) -> None:
    assert words in reason([build(member) for member in range(2)])


def test_hooks_are_refused() -> None:
    networks: list[nn.Module] = [nn.Sequential(nn.Linear(3, 4)) for _ in range(2)]
    networks[1][0].register_forward_hook(lambda *_: None)  # type: ignore[index]
    assert reason(networks) == "Linear 0 has hooks"


def test_a_number_that_differs_and_decides_is_refused() -> None:
    def code(self: Own, maps: Tensor) -> Tensor:
        return maps.mean((2, 3)) if self.scale > 0.5 else maps.amax((2, 3))

    assert "a number that differs between members" in reason([of_class(code) for _ in range(2)])


def test_a_trial_changes_nothing() -> None:
    networks = [nn.Sequential(of_class(STACK["statistics"]), nn.Dropout(0.5)) for _ in range(2)]
    states = [copy.deepcopy(network.state_dict()) for network in networks]
    own = generators(2)
    draws = [generator.get_state() for generator in own]
    before = torch.get_rng_state(), random.getstate()
    stacked = stack(networks, own, memory_format=CONTIGUOUS, images=IMAGES)
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == random.getstate()
    for member, (network, state) in enumerate(zip(networks, states, strict=True)):
        assert torch.equal(draws[member], own[member].get_state())
        for name, value in stacked.state_dict(member).items():
            assert torch.equal(value, state[name])
            assert torch.equal(network.state_dict()[name], state[name])


def _with_constant(value: float) -> nn.Module:
    module = nn.Linear(3, 4)
    module.constant = [value]
    return module


def _with_weight(outputs: int) -> nn.Module:
    module = nn.Linear(3, 4)
    module.weight = nn.Parameter(torch.ones(outputs, 3))
    return module
