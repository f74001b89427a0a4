"""Whether the gradients that the way back gives are those of the forward pass, tried by steps along them."""

import copy
import math
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
LONG = (0.03, 0.1, 0.3)
"""Steps, in the same shares, of which some make rounded weights jump …"""
STEADY = 5.0
"""… and by how many times what a wrong gradient promises may be off more or less there, and for single weights
(heuristic: the loss is bent)."""
PARTS = 4
"""Of the weights that are moved alone."""
MOST_WORK = 1.5e9
"""Multiply-adds in all passes together: some half a second of one thread. In larger networks fewer layers are tried,
or none."""
WAY_BACK, AT_LEAST = 3, 4
"""Forward passes that a pass and its way back cost, and the steps along one gradient."""


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


def slopes(network: nn.Module, input_shape: tuple[int, int, int], outputs: int, work: float = 0.0) -> tuple[Slope, ...]:
    """Those of a few layers, from the first to the last, in eval mode; of layers where they can be told.

    What is rounded in the forward pass, and handed back as if it were not, has no slope, and is left out. ``work`` is
    what a pass of one sample costs, in multiply-adds. All is tried with copies, since a network may share its layers
    with others. Raises what copying it or its forward raises.
    """
    most = most_tried(work)
    if not most:
        return ()
    error: Exception | None = None
    for dtype, steps in STEPS:
        try:
            with torch.random.fork_rng(devices=[]):
                return tuple(_slopes(_copied(network).eval().to(dtype), input_shape, outputs, steps, most))
        except (RuntimeError, TypeError, ValueError) as raised:  # of another type than float32, first of all
            error = raised
    raise error or RuntimeError("no type of numbers was tried: a bug")


def most_tried(work: float) -> int:
    """Parameters that are moved in a network of which one sample costs so many multiply-adds."""
    passes = MOST_WORK / max(1.0, SAMPLES * work)
    return min(MOST_PARAMETERS, max(0, int((passes - WAY_BACK) / AT_LEAST)))


def _copied(network: nn.Module) -> nn.Module:
    """With the hooks of its parameters, which a copy does not have otherwise."""
    copied = copy.deepcopy(network)
    for one, other in zip(network.parameters(), copied.parameters(), strict=True):
        for hook in (one._backward_hooks or {}).values():  # noqa: SLF001
            other.register_hook(hook)  # type: ignore[no-untyped-call]
        for late in (getattr(one, "_post_accumulate_grad_hooks", None) or {}).values():
            other.register_post_accumulate_grad_hook(late)  # type: ignore[no-untyped-call]
    return copied


def _slopes(
    network: nn.Module, input_shape: tuple[int, int, int], outputs: int, steps: tuple[float, float], most: int
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
    for name, parameter in _spread(named, most):
        ratio = _ratio(parameter, loss, steps)
        told = None if ratio is None else Slope(name, ratio)
        if told is not None and (not told.wrong or _steadily(parameter, loss, steps[0], told.ratio)):
            found.append(told)
    return found


def _spread(named: Sequence[tuple[str, nn.Parameter]], most: int) -> list[tuple[str, nn.Parameter]]:
    """A few of them, evenly spaced from the first to the last."""
    graded = [(name, one) for name, one in named if one.grad is not None and bool(one.grad.any())]
    count = min(most, len(graded))
    return [graded[round(place * (len(graded) - 1) / max(1, count - 1))] for place in range(count)]


def _ratio(parameter: nn.Parameter, loss: Callable[[], Tensor], steps: tuple[float, float]) -> float | None:
    gradient = parameter.grad
    if gradient is None or not bool(gradient.isfinite().all()):
        return None
    one, other = (_moved(parameter, gradient, loss, share) for share in steps)
    if not (one and other) or abs(one - other) > ALIKE * max(abs(one), abs(other)):
        return None
    return other


def _steadily(parameter: nn.Parameter, loss: Callable[[], Tensor], share: float, ratio: float) -> bool:
    """Whether a wrong gradient is as wrong in long steps, and for each part of the weights.

    A wrong backward changes all of them alike. A straight-through gradient of rounded weights with a scale does not:
    in short steps nothing but the scale moves, in long ones the weights jump.
    """
    gradient = parameter.grad
    if gradient is None:
        return False
    part = torch.randint(PARTS, gradient.shape)
    tried = [_moved(parameter, gradient, loss, long) for long in LONG]
    tried += [_moved(parameter, gradient * (part == one), loss, share) for one in range(PARTS)]
    return all(1 / STEADY <= one / ratio <= STEADY for one in tried if one is not None)


@torch.no_grad()
def _moved(parameter: nn.Parameter, way: Tensor, loss: Callable[[], Tensor], share: float) -> float | None:
    """What the loss does along a part of the gradient, as a multiple of what that says; None where it says nothing."""
    size, kept = float(way.norm()), parameter.detach().clone()
    step = share * float(kept.norm())
    if not size or not step:
        return None
    parameter.copy_(kept + step / size * way)
    ahead = float(loss())
    parameter.copy_(kept - step / size * way)
    behind = float(loss())
    parameter.copy_(kept)
    found = (ahead - behind) / (2 * step * size)
    return found if math.isfinite(found) else None
