"""Real passes over two samples of noise, to see what no table of layers shows."""

from contextlib import ExitStack, suppress
from functools import partial

import torch
from torch import Tensor, nn

from hpsearch.advice.facts import Probe

SAMPLES = 2
FEW = 5
"""Of the batch whose layers are looked at: axes of so many entries are seldom anything else than the batch."""
TOLERANCE = 1e-5
"""Of the scale of the outputs. Heuristic: two passes may add in another order, which rounds differently."""


def probed(network: nn.Module, input_shape: tuple[int, int, int]) -> Probe:
    """Sends two samples through the network on the CPU in eval mode, thrice. Raises what its forward raises.

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
        influence = _influence(network, images)
        mixing = _mixing(network, input_shape) if _difference(first[:1], first[1:]) == 0 else ""
    return Probe(influence, _difference(first, second), _change(given, images), mixing)


def _influence(network: nn.Module, images: Tensor) -> float | None:
    """By gradients; by exchanging one of the samples where images alone cannot be gone back to, as behind a change in
    place that a training is not disturbed by. None if the outputs have no gradient at all."""
    try:
        return _by_gradient(network, images)
    except RuntimeError:
        _go_back(network, images)
        return _by_exchange(network, images)


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
    """Raises what a training would raise on its way back."""
    trained = [one for one in network.parameters() if one.requires_grad]
    with torch.enable_grad():
        found = network(images.clone())
    if trained and found.requires_grad:
        torch.autograd.grad(found.sum(), trained, allow_unused=True)


def _by_exchange(network: nn.Module, images: Tensor) -> float | None:
    with torch.no_grad():
        first = network(images.clone())[:1]
        other = network(torch.cat([images[:1], torch.randn_like(images[1:])]))[:1]
    return _difference(first, other)


def _difference(first: Tensor, second: Tensor) -> float | None:
    """0 up to rounding; None for numbers that are not finite."""
    if first.shape != second.shape or not (first.isfinite().all() and second.isfinite().all()):
        return None
    largest, scale = float((first - second).abs().max()), float(first.abs().max())
    return largest if largest > TOLERANCE * scale else 0.0


def _change(given: Tensor, images: Tensor) -> float:
    return float((given - images).abs().nan_to_num(torch.finfo(images.dtype).max).max())
