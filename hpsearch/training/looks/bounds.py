"""Between what bounds the outputs of a network stay, whatever its weights: tried beside its evaluation."""

import copy
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from hpsearch.look import OutputBounds
from hpsearch.task import Task
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks.answer import rounded
from hpsearch.training.looks.calls import Calls
from hpsearch.training.looks.ending import last_given
from hpsearch.training.looks.evaluated import (
    SEED,
    losses_of_each,
    passes_of,
    passes_of_members,
    trained_loss,
    trained_losses,
)
from hpsearch.training.loss import loss_function, predictions
from hpsearch.training.precision import Autocast
from hpsearch.training.stacked import StackedNetwork

TIMES = 8.0
"""The weights are taken so many times, and with the other sign, and so many times so many times; and only those of two
dimensions and more so many times, since a temperature that is learned grows with them."""
GROWN = 1.5
"""Times: outputs of a last layer that is linear grow by eight, and of more layers by more."""
STILL = 1e-3
"""Of the range of all outputs, bounds that are met again are no further apart."""
SEEN = 0.5
"""Of what it was before: where outputs come closer than that, the weights have shut something, and nothing is said."""
PIXELS, FEWEST = 2**18, 2
"""So many of the input are tried at most, but for so many samples: it is done on a CPU."""
MATRICES = 2
"""Dimensions."""
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
    network: nn.Module,
    images: Tensor,
    targets: Tensor,
    task: Task,
    autocast: Autocast,
    batch_size: int,
    head: nn.Module | None = None,
) -> Ended:
    """Of a network in evaluation mode. ``head``: a layer whose outputs grow with its weights; where they are those of
    the network no bounds are tried."""
    evaluated, trained, grows = None, None, False
    with suppress(Exception), passes_of(network, task, autocast, images.device) as run:
        with suppress(Exception), last_given(head) as ends_with:
            logits = run(images)
            grows = ends_with(logits)
            evaluated = rounded(float(loss_function(task)(logits[0], targets)))
        trained = trained_loss(run, images, targets, task, batch_size)
    asked = not grows and asks_for_bounds(task, evaluated, trained)
    return Ended(evaluated, trained, bounds_of(network, images, targets, task, autocast) if asked else None)


def ended_each(
    network: StackedNetwork,
    images: Tensor,
    targets: Tensor,
    task: Task,
    batch_size: int,
    alone: Mapping[int, Callable[[], nn.Module]],
    head: nn.Module | None = None,
) -> list[Ended]:
    """The same of K members, each with samples of its own, images (K, N, C, H, W), targets (K, N, …); empty where they
    cannot be tried. ``alone`` gives, by place, those whose bounds are asked for as networks in evaluation mode."""
    run, evaluated, grow = passes_of_members(network), list[float](), False
    with suppress(Exception), last_given(head) as ends_with:
        logits = run(images)
        grow = ends_with(logits)
        evaluated = losses_of_each(logits, targets, task)
    trained = trained_losses(run, images, targets, task, batch_size) if evaluated else []
    found = []
    for place, loss in enumerate(evaluated):
        other, bounds = trained[place] if trained else None, None
        if place in alone and not grow and asks_for_bounds(task, loss, other):
            with suppress(Exception):
                own = images[place] if images.ndim == 5 else images
                bounds = bounds_of(alone[place](), own, targets[place], task)
        found.append(Ended(loss, other, bounds))
    return found


def bounds_of(
    network: nn.Module,
    images: Tensor,
    targets: Tensor,
    task: Task,
    autocast: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> OutputBounds | None:
    """Of these samples, whatever their loss is; None where there are none, and where the network cannot be tried.

    It is tried on a copy, on the CPU: with weights that are too large an index may leave its range, and an accelerator
    does not recover from that. It must call the same functions of torch whatever the weights are, and read none of its
    numbers into Python: what iterates until it converges might not end.
    """
    count = max(FEWEST, PIXELS // (images.shape[-1] * images.shape[-2]))
    given, wanted = images[:count].cpu(), targets[:count].cpu()
    with suppress(Exception), own_randomness(SEED, given.device), torch.no_grad():
        run = _with_weights(network, given, task, autocast)
        if run is None:
            return None
        runs = [run(1.0), run(TIMES), run(-TIMES), run(TIMES * TIMES)]
        if all(torch.equal(one, runs[0]) for one in runs) or _of_runs(runs, wanted, task) is None:
            return None
        return _of_runs([*runs[:3], run(TIMES, MATRICES), runs[3]], wanted, task)
    return None


def _with_weights(
    network: nn.Module, images: Tensor, task: Task, autocast: Callable[[], AbstractContextManager[object]]
) -> Callable[..., Tensor] | None:
    """What gives the outputs (N, outputs) with the weights so many times, those of so many dimensions and more alone;
    None where there are no weights, or where not all that the network does can be seen."""
    own = {id(one) for one in (*network.parameters(), *network.buffers())}
    copied = _copy(network)
    weights = [one.detach() for one in copied.parameters() if one.is_floating_point() or one.is_complex()]
    if not weights or any(id(one) in own for one in copied.parameters()) or _is_compiled(copied):
        return None
    values = [one.clone() for one in weights]
    names: list[str] | None = None

    def run(factor: float, dimensions: int = 0) -> Tensor:
        nonlocal names
        for one, value in zip(weights, values, strict=True):
            one.copy_(value * factor if value.ndim >= dimensions else value)
        with Calls(own, names) as calls, autocast():
            outputs = predictions(copied, images, task)
        names = calls.names
        return outputs.double()

    return run


def _copy(network: nn.Module) -> nn.Module:
    """On the CPU. Raises what copying raises."""
    loose = [one for module in network.modules() for one in vars(module).values() if isinstance(one, Tensor)]
    known: dict[int, Any] = {id(one): one.detach().to("cpu", copy=True) for one in (*network.buffers(), *loose)}
    for weight in network.parameters():
        known[id(weight)] = nn.Parameter(weight.detach().to("cpu", copy=True), weight.requires_grad)
    return copy.deepcopy(network, known)


def _is_compiled(network: nn.Module) -> bool:
    """Whether something of it runs that is not seen call by call."""
    return any(
        isinstance(one, torch.jit.ScriptModule)
        or type(one).__module__.startswith("torch._dynamo")
        or getattr(one, "_compiled_call_impl", None) is not None
        for one in network.modules()
    )


def _of_runs(runs: list[Tensor], targets: Tensor, task: Task) -> OutputBounds | None:
    found = [_range(one) for one in runs]
    if not all(math.isfinite(number) for one in found[:-1] for number in one):
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
    lows, highs = [one.lowest for one in found], [-one.highest for one in found]
    ends = _end(lows, wide), _end(highs, wide)
    apart = _held(wide) if None in ends else None
    low, high = ends if apart is None else (_least(lows), _least(highs))
    if low is None and high is None:
        return None
    return _with_loss(low, None if high is None else -high, apart, targets.reshape(runs[0].shape).double(), task)


def _range(outputs: Tensor) -> _Range:
    norm = (outputs - outputs.mean(1, keepdim=True)).norm(dim=1).max()
    apart = (outputs.amax(1) - outputs.amin(1)).max()
    return _Range(float(outputs.min()), float(outputs.max()), float(apart), float(norm))


def _held(sizes: list[float]) -> float | None:
    """The largest of a size as it is, and with each of the other weights; None if it grows with them."""
    own, top, most = sizes[0], max(sizes[1:-1]), sizes[-1]
    # Where the weights were so small that the size grows at first, it must come to stand somewhere.
    grows = top > GROWN * own
    held = SEEN * top <= most <= GROWN * top if grows else top > 0 and not most > GROWN * max(own, top)
    return -_least([-size for size in sizes]) if held else None


def _same(sizes: list[float], wide: float) -> float | None:
    """One that is met again with every weights, as exactly as rounding lets it be."""
    met = [size for size in sizes if math.isfinite(size)]
    return rounded(met[0]) if max(met) - min(met) <= STILL * max(wide, *map(abs, met)) else None


def _end(lows: list[float], wide: list[float]) -> float | None:
    """The lowest of all outputs, if weights of either sign end there again."""
    met = _same(lows[1:], max(one for one in wide if math.isfinite(one)))
    return _least(lows) if met is not None and met <= lows[0] + STILL * wide[0] else None


def _least(lows: list[float]) -> float:
    return rounded(min(low for low in lows if math.isfinite(low)))


def _with_loss(
    lowest: float | None, highest: float | None, apart: float | None, targets: Tensor, task: Task
) -> OutputBounds:
    """With that of targets beyond the bounds."""
    low, high = -math.inf if lowest is None else lowest, math.inf if highest is None else highest
    beyond = (targets - targets.clamp(low, high)).abs()
    loss = float((beyond if task.loss == "l1" else beyond.square()).mean())
    return OutputBounds(apart, lowest=lowest, highest=highest, loss=rounded(loss))
