"""Real passes over two samples of noise, to see what no table of layers shows."""

from contextlib import ExitStack, suppress
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from hpsearch.advice.facts import Probe

SAMPLES = 2
EXCHANGED = 3.0
"""Times as large as the images is the noise that another sample is exchanged for: it comes before and behind a sample
wherever they are sorted."""
FEW = 5
"""Of the batch whose layers are looked at: axes of so many entries are seldom anything else than the batch."""
MODAL = (_NormBase, _DropoutNd)
"""Layers of torch that do something else in training mode."""
TOLERANCE = 1e-5
"""Of the scale of the outputs. Heuristic: two passes may add in another order, which rounds differently."""


def probed(network: nn.Module, input_shape: tuple[int, int, int]) -> Probe:
    """Sends two samples through the network on the CPU in eval mode, a few times. Raises what its forward raises, and
    what a training would raise on its way back, for which its running statistics may move.

    Torch's own generator stays as it was. The network must return one tensor (N, …) in eval mode.
    """
    network.eval()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        images = torch.randn(SAMPLES, *input_shape)
        given = images.clone()
        with torch.no_grad():
            first = network(given).clone()
            second = network(images.clone())
        difference = _difference(first, second)
        influence = _influence(network, images)
        # what changes by itself, changes with another sample, too
        change = _by_exchange(network, images, first) if not influence and difference == 0 else None
        stuck = tuple(name for name, one in network.named_modules() if one.training and isinstance(one, MODAL))
        mixing = _mixing(network, input_shape) if _difference(first[:1], first[1:]) == 0 else ""
        _go_back(network, images)  # at last, since running statistics move
    return Probe(influence, difference, _change(given, images), mixing, change, stuck)


def _influence(network: nn.Module, images: Tensor) -> float | None:
    """By gradients. None where there are none, as behind ``detach``, or none can be had for images alone, as behind a
    change in place that a training is not disturbed by."""
    try:
        return _by_gradient(network, images)
    except RuntimeError:
        return None


def _by_gradient(network: nn.Module, images: Tensor) -> float | None:
    given = images.clone().requires_grad_()
    with torch.enable_grad():
        entered = given * 1  # a leaf that needs gradients cannot be changed in place
        found = network(entered)
    if not found.requires_grad:
        return None
    largest = 0.0
    for sample in range(SAMPLES):
        weights = torch.randn_like(found[sample])  # a plain sum of a soft-max would be constant
        (gradient,) = torch.autograd.grad((found[sample] * weights).sum(), given, retain_graph=True, allow_unused=True)
        if gradient is None:
            return None
        others = gradient[torch.arange(SAMPLES) != sample]
        others = others[others.isfinite()]  # 0 · ∞ is no influence
        largest = max(largest, float(others.abs().max()) if others.numel() else 0.0)
    return largest


def _mixing(network: nn.Module, input_shape: tuple[int, int, int]) -> str:
    """The first layer that makes something of one sample that depends on another one, where the outputs depend on no
    image at all, so that they cannot show it; empty if there is none, or if it cannot be tried."""
    given = torch.randn(FEW, *input_shape).requires_grad_()
    made: list[tuple[str, Tensor]] = []
    with ExitStack() as hooks, torch.enable_grad(), suppress(Exception):
        for path, module in network.named_modules():
            if path and not isinstance(module, torch.jit.ScriptModule):
                hooks.callback(module.register_forward_hook(partial(_keep, made, path)).remove)
        outputs = network(given * 1)
        if outputs.requires_grad and _gradient(outputs, given).any():
            return ""
        return next((path for path, found in made if _gradient(found, given)[1:].any()), "")
    return ""


def _keep(made: list[tuple[str, Tensor]], path: str, _module: nn.Module, _given: object, output: object) -> None:
    found = output[0] if isinstance(output, tuple) and output else output
    if isinstance(found, Tensor) and found.requires_grad and found.ndim > 1 and len(found) == FEW:
        made.append((path, found))


def _gradient(found: Tensor, given: Tensor) -> Tensor:
    """Of what belongs to the first sample, in whatever way it is added up, with respect to the images."""
    weights = torch.randn_like(found[0])
    (gradient,) = torch.autograd.grad((found[0] * weights).sum(), given, retain_graph=True, allow_unused=True)
    return torch.zeros_like(given) if gradient is None else gradient.nan_to_num(0, 0, 0)


def _go_back(network: nn.Module, images: Tensor) -> None:
    """Raises what a training would raise on its way back; no gradient is left, and the mode is that of evaluation."""
    trained = [one for one in network.parameters() if one.requires_grad]
    gradients = [one.grad for one in trained]
    try:
        with torch.enable_grad():
            found = network.train()(images.clone())
            if trained and isinstance(found, Tensor) and found.requires_grad:
                found.sum().backward()  # type: ignore[no-untyped-call]  # what is checkpointed refuses autograd.grad
    finally:
        network.eval()
        for one, gradient in zip(trained, gradients, strict=True):
            one.grad = gradient


def _by_exchange(network: nn.Module, images: Tensor, found: Tensor) -> float | None:
    """How far the outputs ``found`` of each sample change with another one beside it: what is rounded, sorted or
    detached shows in no gradient."""
    largest = 0.0
    with torch.no_grad():
        for sample in range(SAMPLES):
            others = EXCHANGED * torch.randn_like(images)
            others[sample] = images[sample]
            change = _difference(found[sample], network(others)[sample])
            if change is None:
                return None
            largest = max(largest, change)
    return largest


def _difference(first: Tensor, second: Tensor) -> float | None:
    """0 up to rounding; None for numbers that are not finite."""
    if first.shape != second.shape or not (first.isfinite().all() and second.isfinite().all()):
        return None
    largest, scale = float((first - second).abs().max()), float(first.abs().max())
    return largest if largest > TOLERANCE * scale else 0.0


def _change(given: Tensor, images: Tensor) -> float:
    return float((given - images).abs().nan_to_num(torch.finfo(images.dtype).max).max())
