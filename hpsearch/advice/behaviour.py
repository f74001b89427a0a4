"""Rules on what the forward pass does, seen by running it."""

import math
from collections.abc import Iterator

from hpsearch.advice.facts import Facts, Probe
from hpsearch.advice.remark import Remark
from hpsearch.finding import Severity

BY_EXCHANGE = (
    "Look for sorts, ranks, counts, reshapes and reductions over axis 0; exchange one sample of a batch, and see "
    "behind which layer the others change."
)
"""Where no gradient shows the dependency."""


def forward_fails(facts: Facts) -> Iterator[Remark]:
    """The network cannot be built or run at this point of the space.

    What it raised stands in the message, or what that means, where it is known. The way back is tried in training mode,
    as a training goes it. Nothing else can be said about the network then.
    """
    if facts.failure is not None:
        reason, raised = facts.failure.reason, facts.failure.raised
        numbers = {"failure": reason, "raised": raised}
        yield Remark("", f"the network cannot be looked at: {reason}", numbers, advice=facts.failure.advice)


def unused_layer(facts: Facts) -> Iterator[Remark]:
    """A layer is built and never used.

    Neither the pass in eval mode nor the one in training mode takes its parameters. It is often forgotten in
    ``forward``, or left over; its weights never change, and count in every table. Heads that are used in training
    only, as GoogLeNet's, are not reported.
    """
    for layer in facts.unused:
        yield Remark(layer, f"the forward pass never uses the layer {layer}")


def samples_influence_each_other(facts: Facts) -> Iterator[Remark]:
    """In eval mode, the outputs of one sample depend on another sample of the batch.

    Where ``eval()`` leaves layers in training mode, as behind an own ``train`` method that does not call that of
    ``nn.Module``, these are named.

    Found by the gradient of one sample's outputs with respect to the other's pixels, which has to be zero; where it is,
    or where there is none, as behind ``detach`` or ``argsort``, by exchanging the other sample, if the network gives
    the same outputs for the same images. Where the outputs depend on no image, what the layers make of a sample is
    looked at by gradients. The cause is mostly a view or reshape that mixes the batch with another axis, a soft-max or
    mean over axis 0, a batch norm that uses the batch's statistics in eval mode too, or attention and recurrent layers
    of torch, which expect the sequence first unless they are told otherwise. Results then depend on who else is in the
    batch.
    """
    probe, said = facts.probe, "in eval mode the outputs of one sample depend on another sample of the batch"
    if probe is None:
        return
    if probe.stuck and (probe.influence or probe.change):
        yield _stuck(probe, said)
    elif probe.influence:
        numbers = {"gradient": probe.influence}
        yield Remark("", f"{said}: the gradient with respect to its pixels is up to {probe.influence:.3g}", numbers)
    elif probe.change:
        yield Remark(
            "",
            f"{said}: with another one in its place they change by up to {probe.change:.3g}",
            {"change": probe.change},
            advice=BY_EXCHANGE,
        )
    elif probe.mixing:
        yield Remark(
            probe.mixing,
            f"in eval mode what the layer {probe.mixing} makes of one sample depends on another sample of the "
            "batch, while the outputs of the network depend on no image",
            {"layer": probe.mixing},
        )


def _stuck(probe: Probe, said: str) -> Remark:
    more = f" and {len(probe.stuck) - 1} more" if len(probe.stuck) > 1 else ""
    return Remark(
        probe.stuck[0],
        f"{said}: eval() leaves {probe.stuck[0]}{more} in training mode",
        {"layer": probe.stuck[0], "stuck": list(probe.stuck)},
        advice="Let a train method of your own call super().train(mode) and return self; call no train() in forward.",
    )


def not_deterministic(facts: Facts) -> Iterator[Remark]:
    """In eval mode, two passes over the same images give different outputs.

    The cause is mostly dropout or noise that ignores ``self.training`` (``F.dropout(x)`` without ``training=``), or
    a state that every pass changes. No validation score can be repeated then.
    """
    if facts.probe is not None and facts.probe.difference and facts.probe.stuck:
        yield _stuck(facts.probe, "in eval mode two passes over the same images differ")
    elif facts.probe is not None and facts.probe.difference:
        yield Remark(
            "",
            f"in eval mode two passes over the same images differ by up to {facts.probe.difference:.3g}",
            {"difference": facts.probe.difference},
        )


def changes_its_input(facts: Facts) -> Iterator[Remark]:
    """The forward pass changes the images that it is given.

    The cause is mostly an operation in place on the input (``x -= mean``, ``nn.ReLU(inplace=True)`` as the first
    layer). Who keeps the data in memory trains on other images from the second epoch on.
    """
    if facts.probe is not None and facts.probe.input_change:
        yield Remark(
            "",
            f"the forward pass changes the images that it is given, by up to {facts.probe.input_change:.3g}",
            {"change": facts.probe.input_change},
        )


def unregistered_weights(facts: Facts) -> Iterator[Remark]:
    """The forward pass takes weights that the network does not have as parameters.

    The layers are kept in a Python list or dict rather than in ``nn.ModuleList``, ``nn.Sequential`` or
    ``nn.ModuleDict``, or are made anew in every pass; or the weights are plain tensors with ``requires_grad``, or what
    was computed from a parameter in ``__init__``, such as ``nn.Parameter(x) * 0.1``, which is none any more.
    ``parameters()`` does not list them: no optimiser trains them, they stay random, are not saved, and do not move to
    another device. What is computed from such weights before it meets the images counts as they do. What needs no
    gradient, as the weights of a teacher, does not count; but random numbers that are neither parameters nor buffers
    do: they are not saved, so that a network with the same weights gives other outputs. They are found by building the
    network twice, with two seeds, and loading the weights of one into the other before either has seen a pass.
    """
    if facts.foreign:
        first, more = facts.foreign[0], len(facts.foreign) - 1
        others = f" and {more} other tensor{'s' if more > 1 else ''}" if more else ""
        anew = "made anew in every pass" if facts.anew else "no parameters of the network"
        yield Remark(
            "",
            f"the forward pass takes weights that are {anew}, so that they are never trained: those of {first}{others}",
            {"taken": list(facts.foreign)},
        )
    elif facts.unsaved:
        first, more = facts.unsaved[0], len(facts.unsaved) - 1
        others = f" and {more} more" if more else ""
        yield Remark(
            "",
            "the forward pass takes random numbers that are neither parameters nor buffers, so that they are neither "
            f"trained nor saved, and the same weights give other outputs: {first}{others}",
            {"held": list(facts.unsaved)},
            advice="Keep what is to be learned as nn.Parameter, and what is to stay as it is by register_buffer.",
        )


def gradients_of_something_else(facts: Facts) -> Iterator[Remark]:
    """The gradients that the way back gives are not those of the forward pass.

    A few layers are moved a little along their gradients, in eval mode and in float64, and the loss is compared with
    what the gradient promises. Where it falls although it should rise, training goes uphill: an error. A gradient that
    is a hundred times too large or too small is a warning: Adam does not mind, SGD does. The cause is the backward of
    an own ``torch.autograd.Function``, or a hook that turns or scales gradients. What is rounded in the forward pass
    and handed back unchanged, as in quantised networks, has no slope that could be compared, and is not told: a
    gradient counts as wrong only if it is as wrong in long steps, and for each part of the weights. Large networks, of
    more than some hundred million multiply-adds for a sample, are not tried.
    """
    turned = [one for one in facts.slopes if one.turned]
    wrong = turned or [one for one in facts.slopes if one.wrong]
    if not wrong:
        return
    names = ", ".join(one.parameter for one in wrong)
    worst = max(wrong, key=lambda one: abs(math.log(abs(one.ratio))))
    size = f"{max(worst.ratio, 1 / worst.ratio):.1g} times too {'small' if worst.ratio > 1 else 'large'}"
    what = "point the wrong way, so that the loss falls where they say that it rises" if turned else f"are up to {size}"
    yield Remark(
        "",
        f"the gradients that backward gives {what}: those of {names}",
        {"ratios": {one.parameter: one.ratio for one in wrong}},
        Severity.ERROR if turned else None,
    )
