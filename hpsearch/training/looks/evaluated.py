"""What a network does in either mode, tried beside its evaluation: nothing that it holds or draws is disturbed."""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import BuiltinFunctionType, FunctionType
from typing import NamedTuple

import torch
from torch import Tensor, nn

from hpsearch.task import Task
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks.answer import rounded
from hpsearch.training.loss import loss_function, predictions
from hpsearch.training.losses import MemberLosses
from hpsearch.training.precision import Autocast
from hpsearch.training.samples.order import batch_sizes
from hpsearch.training.stacked import StackedNetwork

SAMPLES = 24
"""A third of them takes the place of half of the others; of each third one image is part of a sum."""
AGAIN = 2
"""Images that stand in the batch once more, and so often with each channel exchanged."""
CHANNELS = 8
"""Of so many at most it is tried whether the outputs depend on them."""
EXCHANGED = 1e-3
"""Standard deviations by which outputs change: from here on it is tried whether they do so by themselves."""
ROUNDED = 1e-5
"""Standard deviations: a change of less is none."""
ALIKE = 0.999
"""Correlation of two channels that say the same."""
APART = 1e-2
"""Of the largest output: where samples differ by less, rounding could be taken for a bend, or hide a channel."""
ROUNDINGS, FEW_ROUNDINGS = 32, 4
"""Times what the type that outputs were computed in rounds (heuristics): where samples differ by less than the first, a
channel may have moved them by less than shows; where the same image does by less than the second, that is no noise."""
TRAINED_ON = 32
"""Samples of the training split whose loss is evaluated, so many at most."""
SEED = 0
TABLES = ("_buffers", "_parameters", "_modules")
OWN = frozenset(vars(nn.Module()))
"""What every module has; the rest is what a user's own module keeps."""
SETTLED = frozenset({bool, int, float, complex, str, bytes, type(None), type, FunctionType, BuiltinFunctionType})
"""Of these no copy is made when they are copied. Nearly all that a layer keeps is of them, or a tuple of them."""

Run = Callable[[Tensor], Tensor]
"""Images (N, C, H, W), of members also (K, N, C, H, W), to logits (K, N, outputs)."""


class Tried(NamedTuple):
    """What was tried with some images in evaluation mode; None where there are too few, or where the network wants them
    otherwise."""

    influence: float | None = None
    """How far samples' outputs change when others of the batch are exchanged, in their standard deviations."""
    bend: float | None = None
    """How far the outputs are from an affine function of the images, at most, in the same; None also where the outputs
    hardly differ."""
    noise: float | None = None
    """How far the outputs of one image are apart that is given twice, in the same."""
    unseen: tuple[int, ...] = ()
    """Channels that no output depends on, while they do on others."""


def tried(network: nn.Module, images: Tensor, task: Task, autocast: Autocast) -> Tried:
    """``images`` (N, C, H, W) are some that the network was made for; it must be in evaluation mode."""
    found = _tried(_run_of(network, task, autocast), images)
    return found[0] if found else Tried()


def tried_of_each(network: StackedNetwork, images: Tensor) -> list[Tried]:
    """The same of K members; empty instead of None."""
    return _tried(_run_of_members(network), images)


def trained_loss(
    network: nn.Module, images: Tensor, targets: Tensor, task: Task, autocast: Autocast, batch_size: int
) -> float | None:
    """The loss of these samples in training mode, in batches of that size; None where the network wants them
    otherwise."""
    with suppress(Exception), torch.no_grad():
        logits = _in_batches(_run_of(network, task, autocast, training=True), images, batch_size)[0]
        return rounded(float(loss_function(task)(logits, targets)))
    return None


def trained_losses(
    network: StackedNetwork, images: Tensor, targets: Tensor, task: Task, batch_size: int
) -> list[float]:
    """The same of K members, each on samples of its own: images (K, N, C, H, W), targets (K, N, …); empty instead of
    None."""
    with suppress(Exception), torch.no_grad():
        return losses_of_each(_in_batches(_run_of_members(network, training=True), images, batch_size), targets, task)
    return []


def _in_batches(run: Run, images: Tensor, batch_size: int) -> Tensor:
    """Logits (K, N, outputs). Norms read each batch for itself."""
    axis = images.ndim - 4  # (N, C, H, W) or (K, N, C, H, W)
    return torch.cat([run(part) for part in torch.split(images, batch_sizes(images.shape[axis], batch_size), axis)], 1)


def losses_of_each(logits: Tensor, targets: Tensor, task: Task) -> list[float]:
    """Of logits (K, N, outputs) and as many targets."""
    losses = MemberLosses(task, [0.0] * len(logits), logits.device)
    return [rounded(loss) for loss in losses(logits, targets).tolist()]


def _run_of(network: nn.Module, task: Task, autocast: Autocast, *, training: bool = False) -> Run:
    def run(images: Tensor) -> Tensor:
        with undisturbed(network), own_randomness(SEED, images.device), torch.no_grad(), autocast():
            if training:
                network.train()
            return predictions(network, images, task).unsqueeze(0)

    return run


def _run_of_members(network: StackedNetwork, *, training: bool = False) -> Run:
    def run(images: Tensor) -> Tensor:
        with network.undisturbed(), torch.no_grad():
            if training:
                network.train()
            return network(images).logits

    return run


def _tried(run: Run, images: Tensor) -> list[Tried]:
    """Two calls are all: each of the thirds stands in one of them, and in both the images of a sum, a + b - c, some of
    the others once more, and the same with one channel exchanged."""
    third = min(SAMPLES, len(images)) // 3
    if not third:
        return []
    one, two, three = torch.split(images[: 3 * third], third)
    made = one + two - three if images.is_floating_point() else images[:0]
    again = torch.cat([one, two])[::2][:AGAIN]
    channels = _exchangeable(again, three[: len(again)])
    parts = [torch.where(alike, three[: len(again)], again) for _, alike in channels]
    batch, other = torch.cat([one, two, made, again, *parts]), torch.cat([one, two, made, again, *parts])
    other[1 : 2 * third : 2] = three
    with suppress(Exception):  # a network that insists on another batch has been evaluated all the same
        first, second = run(batch), run(other)
        rounding = _rounding(first)
        first, second = first.double(), second.double()
        given, exchanged = first[:, : 2 * third], second[:, : 2 * third]
        spread = given.std((1, 2), correction=0).clamp_min(1e-12)
        influences = _in_spreads((given - exchanged)[:, ::2], spread)
        begin, count = 2 * third + len(made), len(again)
        twice = given[:, ::2][:, :count]
        noises = _in_spreads(first[:, begin : begin + count] - twice, spread)
        if max(influences) > EXCHANGED:  # is it the others, or would it have changed anyway?
            alone = _in_spreads(run(batch).double()[:, : 2 * third] - given, spread)
            # Where outputs depend on places in the batch, those of the same image are apart without any noise.
            noises = [own if far > EXCHANGED else up for far, up, own in zip(influences, noises, alone, strict=True)]
            influences = [0.0 if own > EXCHANGED else far for far, own in zip(influences, alone, strict=True)]
        largest = given.abs().amax((1, 2))
        quiet = (FEW_ROUNDINGS * rounding * largest / spread).tolist()
        noises = [0.0 if up <= least else up for up, least in zip(noises, quiet, strict=True)]
        apart = (_apart(given) > max(APART, ROUNDINGS * rounding) * largest).tolist()
        changed = first[:, begin + count :].reshape(len(first), len(parts), count, first.shape[-1])
        moved = [_in_spreads(changed[:, place] - twice, spread) for place in range(len(parts))]
        unseen = [
            _unseen(channels, [one[member] for one in moved]) if apart[member] else () for member in range(len(first))
        ]
        if not len(made):
            return [Tried(far, None, up, lost) for far, up, lost in zip(influences, noises, unseen, strict=True)]
        sums = first[:, 2 * third : begin]
        bends = _bends(first[:, :third] + first[:, third : 2 * third] - exchanged[:, 1::2] - sums, given)
        return [Tried(*found) for found in zip(influences, bends, noises, unseen, strict=True)]
    return []


def _in_spreads(change: Tensor, spread: Tensor) -> list[float]:
    """The furthest of each member, of (K, N, outputs), in units of its own spread (K,)."""
    furthest = change.abs().amax((1, 2)).tolist()
    return [rounded(far / size) for far, size in zip(furthest, spread.tolist(), strict=True)]


def _exchangeable(images: Tensor, others: Tensor) -> list[tuple[tuple[int, ...], Tensor]]:
    """Channels that differ between each of the images and its other, with the mask (C, 1, 1) of those that say the same
    but for scale and level, as those of a grey image do; none of a single channel, or of very many."""
    if not 1 < images.shape[1] <= CHANNELS:
        return []
    alike = torch.corrcoef(torch.cat([images, others]).transpose(0, 1).flatten(1).double()).abs() > ALIKE
    found: dict[tuple[int, ...], Tensor] = {}
    for channel in range(len(alike)):
        same = alike[channel]
        if (images[:, channel] != others[:, channel]).flatten(1).any(1).all():
            found[tuple(same.nonzero().flatten().tolist())] = same[:, None, None]
    return list(found.items())


def _unseen(channels: Sequence[tuple[tuple[int, ...], Tensor]], moved: Sequence[float]) -> tuple[int, ...]:
    """Those that moved nothing, if another one did."""
    still = [names for (names, _), far in zip(channels, moved, strict=True) if far <= ROUNDED]
    return tuple(sorted({one for names in still for one in names})) if len(still) < len(channels) else ()


def _bends(beside: Tensor, outputs: Tensor) -> list[float | None]:
    """From what sums of outputs are beside those of sums, (K, N, outputs), and outputs that are known."""
    furthest, largest = beside.abs().amax((1, 2)), outputs.abs().amax((1, 2))
    spread = _apart(outputs)
    return [
        rounded(far / size) if math.isfinite(far) and size > APART * most else None
        for far, size, most in zip(furthest.tolist(), spread.tolist(), largest.tolist(), strict=True)
    ]


def _apart(outputs: Tensor) -> Tensor:
    """Standard deviation over samples (K,) of the output that differs most, of (K, N, outputs)."""
    return outputs.std(1, correction=0).amax(1)


def _rounding(outputs: Tensor) -> float:
    """Of the coarsest type that holds all of them, as a share of a number."""
    kinds = (torch.bfloat16, torch.float16)
    found = [kind for kind in kinds if torch.equal(outputs.to(kind).to(outputs.dtype), outputs)]
    return torch.finfo(next(iter(found), outputs.dtype)).eps


@contextmanager
def undisturbed(network: nn.Module) -> Iterator[None]:
    """Whatever is done with the network inside, its modules, parameters and buffers are afterwards what they were, bit
    for bit, also where a module's own ``train`` or forward pass works on weights; of what modules keep beside them,
    they have copies meanwhile.

    Of generators, lists and tensors that are no buffers too; not of what modules do not hold themselves, as a variable
    that a hook encloses. Raises what copying raises, before anything is tried: then it must not be tried.
    """
    kept = [
        (module, dict(vars(module)), {name: dict(vars(module)[name]) for name in TABLES})
        for module in network.modules()
    ]
    copies = _copies(network)
    values = [
        (one, one.data, one.detach().clone(), one.requires_grad) for one in (*network.parameters(), *network.buffers())
    ]
    try:
        for module, held in copies:
            vars(module).update(held)
        yield
    finally:
        for module, own, tables in kept:
            vars(module).clear()
            vars(module).update(own)
            for name, table in tables.items():
                own[name].clear()
                own[name].update(table)
        with torch.no_grad():
            for one, memory, value, trained in values:
                one.data = memory  # it may have been given another one
                one.copy_(value)
                one.requires_grad_(trained)


def _copies(network: nn.Module) -> list[tuple[nn.Module, dict[str, object]]]:
    """Of what each module keeps, with what two of them share shared by the copies; modules, parameters and buffers stay
    the same, and so does what was computed from parameters, which cannot be copied and is made anew in each pass."""
    owned = [
        (module, {name: value for name, value in vars(module).items() if name not in OWN and not _is_settled(value)})
        for module in network.modules()
    ]
    computed = [
        value for _, held in owned for value in held.values() if isinstance(value, Tensor) and not value.is_leaf
    ]
    known: dict[int, object] = {
        id(one): one for one in (*network.modules(), *network.parameters(), *network.buffers(), *computed)
    }
    return [(module, copy.deepcopy(held, known)) for module, held in owned if held]


def _is_settled(value: object) -> bool:
    """Whether nothing can change it, so that it needs no copy."""
    return type(value) in SETTLED or (type(value) is tuple and all(type(one) in SETTLED for one in value))
