"""Whether the gradients that the way back gives are those of the forward pass, tried by steps along them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

SAMPLES, MOST_PARAMETERS = 2, 4
STEPS: tuple[tuple[torch.dtype, tuple[float, float]], ...] = (
    (torch.float64, (1e-4, 1e-5)),
    (torch.float32, (1e-2, 3e-3)),
)
"""Two of them, as shares of the size of the weights; in float32 where a network cannot compute in float64."""
ALIKE = 0.2
"""Of the larger one: slopes that differ by more were taken over a kink or over rounding, and tell nothing."""
BACKWARDS = -0.05
"""Times what the gradient promises, and less: the loss falls along it (a loss that stands does not)."""
FAR = 100.0
"""Times too large or too small: what is stopped on one of two ways, or weighed by ten, is not so far (heuristic)."""


@dataclass(frozen=True)
class Slope:
    """Along the gradient of one parameter."""

    parameter: str
    ratio: float
    """Of what the loss does to what the gradient says: 1 in a sound network."""

    @property
    def turned(self) -> bool:
        """Whether the loss falls where it should rise."""
        return self.ratio < BACKWARDS

    @property
    def wrong(self) -> bool:
        """Whether it does something else than the gradient says."""
        return self.turned or not 1 / FAR <= abs(self.ratio) <= FAR


def slopes(network: nn.Module, input_shape: tuple[int, int, int], outputs: int) -> tuple[Slope, ...]:
    """Those of a few layers, from the first to the last, in eval mode; of layers where they can be told.

    What is rounded in the forward pass, and handed back as if it were not, has no slope, and is left out. The network
    is not as it was afterwards. Raises what its forward raises.
    """
    error: Exception | None = None
    for dtype, steps in STEPS:
        try:
            with torch.random.fork_rng(devices=[]):
                return tuple(_slopes(network.eval().to(dtype), input_shape, outputs, steps))
        except (RuntimeError, TypeError, ValueError) as raised:  # of another type than float32, first of all
            error = raised
    raise error or RuntimeError("no type of numbers was tried: a bug")


def _slopes(
    network: nn.Module, input_shape: tuple[int, int, int], outputs: int, steps: tuple[float, float]
) -> list[Slope]:
    named = [(name, one) for name, one in network.named_parameters() if one.requires_grad and one.ndim > 1]
    if not named:
        return []
    torch.default_generator.manual_seed(0)
    images = torch.randn(SAMPLES, *input_shape, dtype=named[0][1].dtype)
    labels = torch.randint(outputs, (SAMPLES,))

    def loss() -> Tensor:
        made = network(images.clone())
        return functional.cross_entropy(made, labels) if outputs > 1 else (made - 1).square().mean()

    network.zero_grad()
    with torch.enable_grad():
        loss().backward()  # type: ignore[no-untyped-call]
    found = []
    for name, parameter in _spread(named):
        ratio = _ratio(parameter, loss, steps)
        if ratio is not None:
            found.append(Slope(name, ratio))
    return found


def _spread(named: Sequence[tuple[str, nn.Parameter]]) -> list[tuple[str, nn.Parameter]]:
    """A few of them, evenly spaced from the first to the last."""
    graded = [(name, one) for name, one in named if one.grad is not None and bool(one.grad.any())]
    count = min(MOST_PARAMETERS, len(graded))
    return [graded[round(place * (len(graded) - 1) / max(1, count - 1))] for place in range(count)]


@torch.no_grad()
def _ratio(parameter: nn.Parameter, loss: Callable[[], Tensor], steps: tuple[float, float]) -> float | None:
    gradient = parameter.grad
    if gradient is None or not bool(gradient.isfinite().all()):
        return None
    size = float(gradient.norm())
    direction, kept = gradient / size, parameter.detach().clone()
    found = []
    for share in steps:
        step = share * float(kept.norm())
        parameter.copy_(kept + step * direction)
        ahead = float(loss())
        parameter.copy_(kept - step * direction)
        found.append((ahead - float(loss())) / (2 * step) if step else 0.0)
    parameter.copy_(kept)
    one, other = found
    if not (one and other) or abs(one - other) > ALIKE * max(abs(one), abs(other)):
        return None
    return other / size
