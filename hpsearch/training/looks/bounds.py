"""Between what bounds the outputs of a network stay, whatever its weights: tried beside its evaluation."""

import math
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import torch
from torch import Tensor, nn

from hpsearch.look import OutputBounds
from hpsearch.task import Task
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks.answer import rounded
from hpsearch.training.looks.evaluated import SEED, losses_of_each, trained_loss, trained_losses, undisturbed
from hpsearch.training.loss import loss_function, predictions
from hpsearch.training.precision import Autocast
from hpsearch.training.stacked import StackedNetwork

TIMES = 8.0
"""The weights are taken so many times, and with the other sign, and so many times so many times."""
GROWN = 1.5
"""Times: outputs of a last layer that is linear grow by eight, and of more layers by more."""
STILL = 1e-3
"""Of the range of all outputs, bounds that are met again are no further apart."""
SEEN = 0.5
"""Of what it was before: where outputs come closer than that, the weights have shut something, and nothing is said."""


HIGH = 0.02
"""Of guessing: what holds a lower loss up is nobody's concern."""


def asks_for_bounds(task: Task, evaluated: float | None, trained: float | None) -> bool:
    """Whether some samples have a loss, in either mode, that bounds may hold up."""
    losses = [one for one in (evaluated, trained) if one is not None and math.isfinite(one)]
    return bool(losses) and min(losses) > HIGH * task.initial_loss


class _Range(NamedTuple):
    """Of the outputs (N, outputs) of one member."""

    lowest: float
    highest: float
    apart: float
    norm: float


class Ended(NamedTuple):
    """What is tried with some samples that were trained on, after the last epoch."""

    evaluated: float | None
    """The loss in evaluation mode; None where the network wants samples otherwise."""
    trained: float | None
    """The same in training mode, in batches as large as those of the training."""
    bounds: OutputBounds | None
    """Of the outputs; None where there are none, where nobody asks for them, and where the network cannot be tried."""


def ended(
    network: nn.Module, images: Tensor, targets: Tensor, task: Task, autocast: Autocast, batch_size: int
) -> Ended:
    """Of a network in evaluation mode."""
    evaluated, bounds = _evaluated(network, images, targets, task, autocast, whatever=False)
    trained = trained_loss(network, images, targets, task, autocast, batch_size)
    if not asks_for_bounds(task, evaluated, trained):
        bounds = None
    elif not asks_for_bounds(task, evaluated, None):
        bounds = bounds_of(network, images, targets, task, autocast)
    return Ended(evaluated, trained, bounds)


def bounds_of(
    network: nn.Module, images: Tensor, targets: Tensor, task: Task, autocast: Autocast
) -> OutputBounds | None:
    """Of these samples, whatever their loss is; None where there are none, and where the network cannot be tried."""
    return _evaluated(network, images, targets, task, autocast, whatever=True)[1]


def ended_each(
    network: StackedNetwork, images: Tensor, targets: Tensor, task: Task, batch_size: int, asking: Collection[int]
) -> list[Ended]:
    """The same of K members, each with samples of its own, images (K, N, C, H, W), targets (K, N, …); empty where they
    cannot be tried. ``asking``: the places of those whose bounds are asked for."""
    evaluated, bounds = _evaluated_each(network, images, targets, task, asking, whatever=False)
    trained = trained_losses(network, images, targets, task, batch_size) if evaluated else []
    pairs = [(one, trained[place] if trained else None) for place, one in enumerate(evaluated)]
    asked = {place for place, pair in enumerate(pairs) if place in asking and asks_for_bounds(task, *pair)}
    if asked and not bounds:
        _, bounds = _evaluated_each(network, images, targets, task, asking, whatever=True)
    return [Ended(*pair, bounds[place] if bounds and place in asked else None) for place, pair in enumerate(pairs)]


def _evaluated(
    network: nn.Module, images: Tensor, targets: Tensor, task: Task, autocast: Autocast, *, whatever: bool
) -> tuple[float | None, OutputBounds | None]:
    """The loss, and the bounds if they may be asked for after it, or ``whatever`` it is: the outputs are the same."""
    loss: float | None = None

    def run() -> Tensor:
        with torch.no_grad(), autocast():
            return predictions(network, images, task).unsqueeze(0)

    with suppress(Exception), torch.no_grad(), undisturbed(network), own_randomness(SEED, images.device):
        logits = run()
        loss = rounded(float(loss_function(task)(logits[0], targets)))
        if whatever or asks_for_bounds(task, loss, None):
            return loss, _bounds(logits, run, list(network.parameters()), targets.unsqueeze(0), task)[0]
    return loss, None


def _evaluated_each(
    network: StackedNetwork, images: Tensor, targets: Tensor, task: Task, asking: Collection[int], *, whatever: bool
) -> tuple[list[float], list[OutputBounds | None]]:
    """The same of K members; empty instead of None."""
    losses: list[float] = []
    with suppress(Exception), network.undisturbed(), torch.no_grad():
        logits = network(images).logits
        losses = losses_of_each(logits, targets, task)
        if whatever or any(asks_for_bounds(task, losses[place], None) for place in asking):
            parameters = list(network.parameters.values())
            return losses, _bounds(logits, lambda: network(images).logits, parameters, targets, task)
    return losses, []


def _bounds(
    logits: Tensor, run: Callable[[], Tensor], parameters: list[Tensor], targets: Tensor, task: Task
) -> list[OutputBounds | None]:
    """``logits``: the outputs (K, N, outputs) as they are. The modes of the network are those of its evaluation; noise
    is not the same in two runs."""
    tried = [logits]
    with _kept(parameters) as (own, held):
        for factor in (TIMES, -TIMES, TIMES * TIMES):
            torch._foreach_copy_(own, torch._foreach_mul(held, factor))  # noqa: SLF001  (they have no public name)
            tried.append(run())
    runs = [logits.double() for logits in tried]  # each (K, N, outputs)
    return [_of_member([one[member] for one in runs], targets[member], task) for member in range(len(runs[0]))]


@contextmanager
def _kept(parameters: list[Tensor]) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    """The weights and copies of them; afterwards they are what they were."""
    own = [one.detach() for one in parameters if one.is_floating_point()]
    held = [one.clone() for one in own]
    try:
        yield own, held
    finally:
        torch._foreach_copy_(own, held)


def _of_member(runs: list[Tensor], targets: Tensor, task: Task) -> OutputBounds | None:
    found = [_range(one) for one in runs]
    if not all(math.isfinite(number) for one in found[:3] for number in one):
        return None  # taken 64 times, the weights of a network of many layers may be too much for any number
    wide = [one.highest - one.lowest for one in found]
    if max(wide[1:3]) <= SEEN * wide[0]:
        return None
    if task.is_classification:
        bounds = OutputBounds(
            _held([one.apart for one in found]),
            _same([one.norm for one in found], 0.0),
            _same([one.lowest for one in found[1:]], wide[1]),
            _same([one.highest for one in found[1:]], wide[1]),
        )
        return None if bounds.apart is None else bounds
    lowest, highest = _end([one.lowest for one in found], wide), _end([-one.highest for one in found], wide)
    if lowest is None and highest is None:
        return None
    return _with_loss(lowest, None if highest is None else -highest, targets.reshape(runs[0].shape).double(), task)


def _range(outputs: Tensor) -> _Range:
    norm = (outputs - outputs.mean(1, keepdim=True)).norm(dim=1).max()
    apart = (outputs.amax(1) - outputs.amin(1)).max()
    return _Range(float(outputs.min()), float(outputs.max()), float(apart), float(norm))


def _held(sizes: list[float]) -> float | None:
    """The largest of a size as it is, and with weights 8, -8 and 64 times; None if it grows with them."""
    own, top, most = sizes[0], max(sizes[1:3]), sizes[3]
    # Where the weights were so small that the size grows at first, it must come to stand somewhere.
    grows = top > GROWN * own
    held = SEEN * top <= most <= GROWN * top if grows else top > 0 and not most > GROWN * max(own, top)
    return rounded(max(size for size in sizes if not math.isnan(size))) if held else None


def _same(sizes: list[float], wide: float) -> float | None:
    """One that is met again with every weights, as exactly as rounding lets it be."""
    met = [size for size in sizes if math.isfinite(size)]
    return rounded(met[0]) if max(met) - min(met) <= STILL * max(wide, *map(abs, met)) else None


def _end(lows: list[float], wide: list[float]) -> float | None:
    """The lowest of all outputs, if weights of either sign end there again, or if the range of outputs never grows."""
    lowest = rounded(min(low for low in lows if math.isfinite(low)))
    if _held(wide) is not None:
        return lowest
    met = _same(lows[1:], max(one for one in wide if math.isfinite(one)))
    return lowest if met is not None and met <= lows[0] + STILL * wide[0] else None


def _with_loss(lowest: float | None, highest: float | None, targets: Tensor, task: Task) -> OutputBounds:
    """With that of targets beyond the bounds."""
    low, high = -math.inf if lowest is None else lowest, math.inf if highest is None else highest
    beyond = (targets - targets.clamp(low, high)).abs()
    loss = float((beyond if task.loss == "l1" else beyond.square()).mean())
    return OutputBounds(lowest=lowest, highest=highest, loss=rounded(loss))
