"""The optimisers on parameters that a network of ours does not have."""

import weakref
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from hpsearch.training.optimizer import Optimizer, optimizer_for
from hpsearch.training.updates import StackedOptimizer
from tests.training.training_cases import job, optimizer

Parameters = list[nn.Parameter]
TORCH: dict[str, Callable[[Parameters, float], torch.optim.Optimizer]] = {
    "sgd": lambda parameters, momentum: torch.optim.SGD(parameters, 0.1, momentum=momentum, weight_decay=0.02),
    "adam": lambda parameters, beta: torch.optim.Adam(parameters, 0.1, betas=(beta, 0.999), weight_decay=0.02),
    "adamw": lambda parameters, beta: torch.optim.AdamW(parameters, 0.1, betas=(beta, 0.999), weight_decay=0.02),
    "rmsprop": lambda parameters, momentum: torch.optim.RMSprop(parameters, 0.1, momentum=momentum, weight_decay=0.02),
    "adagrad": lambda parameters, _: torch.optim.Adagrad(parameters, 0.1, weight_decay=0.02),
}


def parameters() -> Parameters:
    """Of several shapes, types and layouts."""
    generator = torch.Generator().manual_seed(0)
    usual, channels_last, single, scattered, scalar = (
        torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((4, 3, 3, 3), (4, 4, 3, 3), (5, 7), (10,), ())
    )
    values = (usual, channels_last.to(memory_format=torch.channels_last), single.float(), scattered[::2], scalar)
    return [nn.Parameter(value) for value in values]


def gradients(step: int, like: Parameters) -> list[Tensor | None]:
    """Parameter 3 has one in every third iteration only, parameter 4 from the tenth on."""
    generator = torch.Generator().manual_seed(100 + step)
    drawn: list[Tensor | None] = [
        torch.empty_like(p).copy_(torch.randn(p.shape, generator=generator)).detach()
        for p in like  # autograd keeps the layout
    ]
    if step % 3:
        drawn[3] = None
    if step < 10:
        drawn[4] = None
    return drawn


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("name", TORCH)
def test_forty_steps_equal_those_of_torch(name: str, momentum: float) -> None:
    mine, theirs = parameters(), parameters()
    ours = optimizer_for(optimizer(name, momentum=momentum), mine, weight_decay=0.02)
    reference = TORCH[name](theirs, momentum)
    for step in range(40):
        for group in (mine, theirs):
            for parameter, gradient in zip(group, gradients(step, group), strict=True):
                parameter.grad = gradient
        rate = 0.1 / (1 + step)
        reference.param_groups[0]["lr"] = rate
        reference.step()
        ours.step(rate)
    assert_equal(mine, theirs)
    assert theirs[3].stride() == (2,), "a parameter with gaps in memory is among them"


@pytest.mark.parametrize("name", TORCH)
def test_complex_parameters_are_trained_as_torch_trains_them(name: str) -> None:
    start = torch.randn(3, 4, 2, dtype=torch.complex128, generator=torch.Generator().manual_seed(0))
    mine, theirs = [nn.Parameter(start.clone())], [nn.Parameter(start.clone())]
    ours, reference = optimizer_for(optimizer(name, momentum=0.9), mine, weight_decay=0.02), TORCH[name](theirs, 0.9)
    for step in range(10):
        drawn = torch.randn(start.shape, dtype=start.dtype, generator=torch.Generator().manual_seed(step))
        mine[0].grad, theirs[0].grad = drawn.clone().conj(), drawn.conj().resolve_conj()
        ours.step(0.1)
        reference.step()
    assert torch.allclose(mine[0], theirs[0], rtol=0, atol=1e-12)


def assert_equal(mine: Parameters, theirs: Parameters) -> None:
    for one, other in zip(mine, theirs, strict=True):
        tolerance = 1e-12 if one.dtype == torch.float64 else 1e-5
        assert torch.allclose(one, other, rtol=0, atol=tolerance)


def test_nesterov_equals_that_of_torch() -> None:
    mine, theirs = parameters(), parameters()
    ours = optimizer_for(optimizer(nesterov=True), mine, weight_decay=0.02)
    reference = torch.optim.SGD(theirs, 0.1, momentum=0.9, weight_decay=0.02, nesterov=True)
    for step in range(40):
        for group in (mine, theirs):
            for parameter, gradient in zip(group, gradients(step, group), strict=True):
                parameter.grad = gradient
        reference.step()
        ours.step(0.1)
    assert_equal(mine, theirs)
    for parameter, gradient in zip(mine, gradients(0, mine), strict=True):
        parameter.grad = gradient
    optimizer_for(optimizer(momentum=0.0, nesterov=True), mine, 0.0).step(
        0.1
    )  # plain descent: nothing to look ahead to


@pytest.mark.parametrize("limit", [0.5, 5.0, 1e6])
def test_clipping_equals_that_of_torch_and_comes_before_weight_decay(limit: float) -> None:
    mine, theirs = parameters(), parameters()
    ours = optimizer_for(optimizer("adamw", clip_norm=limit), mine, weight_decay=0.02)
    reference = torch.optim.AdamW(theirs, 0.1, weight_decay=0.02)
    for step in range(40):
        for group in (mine, theirs):
            for parameter, gradient in zip(group, gradients(step, group), strict=True):
                parameter.grad = gradient
        nn.utils.clip_grad_norm_(theirs, limit)
        reference.step()
        ours.step(0.1)
    assert_equal(mine, theirs)


def test_l1_is_the_gradient_of_a_penalty() -> None:
    mine, theirs = parameters(), parameters()
    ours = Optimizer(optimizer(momentum=0.9), mine, 0.02, l1=0.3)
    reference = torch.optim.SGD(theirs, 0.1, momentum=0.9, weight_decay=0.02)
    for step in range(10, 50, 3):  # each of them has gradients everywhere
        for group in (mine, theirs):
            for parameter, gradient in zip(group, gradients(3 * step, group), strict=True):
                parameter.grad = gradient
        for parameter in theirs:
            (0.3 * parameter.abs().sum()).backward()
        reference.step()
        ours.step(0.1)
    assert_equal(mine, theirs)


def test_norms_of_the_weights_into_each_unit_are_limited() -> None:
    matrix, filters, bias = (nn.Parameter(torch.full(shape, 2.0)) for shape in ((3, 4), (2, 3, 2, 2), (5,)))
    with torch.no_grad():
        matrix[0] = 0.25
    ours = Optimizer(optimizer(momentum=0.0), [matrix, filters, bias], 0.0, max_norm=3.0)
    for parameter in (matrix, filters, bias):
        parameter.grad = torch.zeros_like(parameter)
    ours.step(0.1)
    assert matrix.norm(dim=1).tolist() == pytest.approx([0.5, 3.0, 3.0])
    assert filters.flatten(1).norm(dim=1).tolist() == pytest.approx([3.0, 3.0])
    assert bias.tolist() == [2.0] * 5


def test_a_step_takes_the_gradients_away_and_leaves_frozen_parameters_alone() -> None:
    trained, frozen = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3), requires_grad=False)
    ours = optimizer_for(optimizer(momentum=0.0), [trained, frozen], weight_decay=0.5)
    trained.grad = torch.ones(3)
    ours.step(0.1)
    assert trained.grad is None
    assert trained.tolist() == pytest.approx([0.85] * 3)
    assert frozen.tolist() == [1.0] * 3
    ours.step(0.1)
    assert trained.tolist() == pytest.approx([0.85] * 3), "without a gradient nothing may change, decay included"


def test_the_gradients_of_a_member_that_is_not_updated_are_let_go() -> None:
    parameter = torch.zeros(2, 3, requires_grad=True)
    stacked = StackedOptimizer([job(), job()], [parameter])
    parameter.grad = torch.ones(2, 3)
    held = weakref.ref(parameter.grad)
    stacked.step([0.1, None])
    assert (parameter[0].abs().sum() > 0, parameter[1].abs().sum() == 0) == (True, True)
    assert held() is None, "the member that has left holds on to the memory of all"
