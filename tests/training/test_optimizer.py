"""The optimisers on parameters that a network of ours does not have."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from hpsearch.training.optimizer import optimizer_for
from tests.training.training_cases import optimizer

Parameters = list[nn.Parameter]
TORCH: dict[str, Callable[[Parameters, float], torch.optim.Optimizer]] = {
    "sgd": lambda parameters, momentum: torch.optim.SGD(parameters, 0.1, momentum=momentum, weight_decay=0.02),
    "adam": lambda parameters, beta: torch.optim.Adam(parameters, 0.1, betas=(beta, 0.999), weight_decay=0.02),
    "adamw": lambda parameters, beta: torch.optim.AdamW(parameters, 0.1, betas=(beta, 0.999), weight_decay=0.02),
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
    assert theirs[3].stride() == (2,), "a parameter with gaps in memory is among them"
    for one, other in zip(mine, theirs, strict=True):
        tolerance = 1e-12 if one.dtype == torch.float64 else 1e-5
        assert torch.allclose(one, other, rtol=0, atol=tolerance)


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
