"""A look inside a network while it trains: what its layers gave, how its weights were moved, and what it answered."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True)
class LayerLook:
    """One layer in one iteration, over the batch that it was trained on. Numbers have four significant digits.

    A layer is a module without children, or an activation that is called as a function, in the order of the forward
    pass; what runs twice appears twice, and its weights the first time only.
    """

    name: str
    """Of the module; of a function for example ``relu after conv1``."""
    kind: str
    """Class of the module, or name of the function: ``Conv2d``, ``relu``."""
    output_mean: float
    output_std: float
    """Of all outputs together; NaN or infinite where one of them is."""
    sample_std: float
    """How far the outputs of one sample are from those of another: the root mean square, over units and places, of the
    standard deviation over samples. 0: the layer gives the same for every image."""
    zero_share: float
    """Share of outputs that are exactly zero, in [0, 1]."""
    dead_share: float
    """Share of units (channels of a map, features) whose output is zero for every sample and place, in [0, 1]."""
    saturated_share: float
    """Of a sigmoid, a tanh and their kin: share of outputs within 1 % of the range from its ends; 0 for others."""
    weight_norm: float | None = None
    """Before the update. This and the next three: of the weights, which are the layer's parameters of two dimensions
    and more, or all of them where it has none of these (norms). None for a layer without parameters."""
    gradient_norm: float | None = None
    """As backpropagation gave it, before clipping and decay; None where the weights got no gradient, or where fp16 left
    the update out because gradients overflowed."""
    update_norm: float | None = None
    """Of the change that the iteration made to the weights; None where nothing was updated."""
    weight_std: float | None = None
    """At the start; this and the next one are told in the first look alone."""
    weight_count: int | None = None
    """How many numbers these weights are; None where they are one for each channel, as a slope or a scale is."""
    twin_share: float | None = None
    """Share of the units of a linear layer, or of a convolution, that have exactly the weights of another one, and not
    zeros; told in the first look, and in the last one of layers that had any in the first. None for other layers, among
    them convolutions in groups that are trained (their units see different maps), and in looks of before there was such
    a field."""


@dataclass(frozen=True)
class OutputLook:
    """The logits (N, outputs) for the batch of one iteration. Probabilities are those of the soft-max over them."""

    samples: int
    """N."""
    lowest: float
    highest: float
    zero_share: float
    """Share of outputs that are exactly zero: what a ReLU at the end leaves."""
    sums_to_one: bool
    """Whether no output is negative and those of every sample have the sum 1: they are probabilities already."""
    sample_std: float
    """As that of a layer: 0 if every image gets the same answer."""
    largest_probability: float | None = None
    """Mean over samples of each one's largest; 1 / outputs for a network that cannot decide. This and the next two are
    None in regression."""
    entropy_of_mean: float | None = None
    """In nats, of the mean prediction; ln(outputs) where all classes are foretold equally often."""
    commonest_class_share: float | None = None
    """Share of samples for which the class is foretold that is foretold most often."""


@dataclass(frozen=True)
class ClassWeight:
    """How much samples of one class weigh in the loss of one batch: the length of their gradients at the outputs, in
    units of those that the mean over the batch would give them. 0: left out."""

    label: int
    """From 0."""
    samples: int
    """Of this class in the batch, those that are told of."""
    share: float
    """Of the class among the training samples, in [0, 1]."""
    lowest: float
    highest: float


@dataclass(frozen=True)
class LossLook:
    """The gradient of the loss at the network's outputs in one iteration, beside the one that it should have.

    For the mean over N samples of cross-entropy that is (soft-max - label) / N, sample by sample, with labels smoothed
    as they are to be; for the mean of squares, or of absolute values, its derivative. Samples that the network already
    gets right, where there is next to nothing to compare, are not counted.
    """

    samples: int
    """Those that are counted."""
    scale: float | None
    """Length of a sample's gradient in units of the one that it should have, the median of those that point the way
    that they should: 1 for a mean over the batch, N for a sum. None where there are none."""
    wrong: int
    """Those of them that the network has wrong and is not sure of; in regression the half that is further off."""
    left_out: float
    """Share of these whose gradient is zero: losses with a margin, and those of hard samples, leave out others."""
    elsewhere: float
    """Share of samples that are pulled to the label of another class, exactly; in regression, away from their
    target."""
    otherwise: float
    """Share of samples whose gradient is that of no label alone, as of another loss."""
    unreached: float | None = None
    """Share of samples that have a gradient at the outputs and none at a layer that is the first on their way; None
    where that was not seen."""
    moved: tuple[tuple[int, int, int], ...] = ()
    """The class of the data, the class that such samples are pulled to, and how many of them: the most frequent pairs,
    five at most."""
    classes: tuple[ClassWeight, ...] = ()
    """By label, where samples weigh unlike: those of the batch, the most frequent ones, twenty at most."""
    sent: int | None = None
    """Samples of which ``unreached`` is a share; None in looks of before there was such a field."""


@dataclass(frozen=True)
class OutputBounds:
    """Between what the outputs of some samples stay in evaluation mode when every weight is taken many times, with both
    signs, beside the outputs as they are. A sound network gives numbers that grow with its weights."""

    apart: float | None = None
    """The largest distance between two outputs of one sample that was seen; other weights may let them be further
    apart. None where it grows. In regression that of all outputs, where an end is not met again with every weights, so
    that both were only seen; None where the ends are exact."""
    norm: float | None = None
    """The largest norm of a sample's outputs less their mean, where it is always the same; None in regression."""
    lowest: float | None = None
    """Of all outputs; of classes, where it is always the same."""
    highest: float | None = None
    """As ``lowest``."""
    loss: float | None = None
    """Of a regression: the loss of these samples with each output as near to its target as these two let it."""


@dataclass(frozen=True)
class Look:
    """What one iteration showed. Its numbers are those from before its update, which disturbs nothing."""

    step: int
    """Which iteration, from 0."""
    layers: tuple[LayerLook, ...]
    outputs: OutputLook | None = None
    frozen: tuple[str, ...] = ()
    """Parameters that are not to be trained; told in the first look alone."""
    still: tuple[str, ...] = ()
    """Parameters that are to be trained and were left by the update exactly as they were."""
    influence: float | None = None
    """How far a sample's outputs change in evaluation mode when other samples of its batch are exchanged, as a share of
    the outputs' standard deviation; 0 in a sound network. Measured once, at the end of the first epoch, and told in the
    first look; None where it was not measured."""
    evaluating: tuple[str, ...] = ()
    """Layers to which it matters that ran in evaluation mode although the network was trained: norms and dropouts, and
    a user's own that ask for it; but none that another training has left so. In looks of before there was more than the
    first look to tell it, that of the first alone."""
    training: tuple[str, ...] = ()
    """The same that ran in training mode when the network was evaluated after the first epoch; told in the first look
    alone."""
    evaluated_loss: float | None = None
    """Of some samples that were trained on, in evaluation mode after the last epoch, told in the last look alone."""
    trained_loss: float | None = None
    """Of the same samples with the same weights, in training mode and in batches as large as those of the training: far
    below the other where the network does something else in evaluation than in training. None in looks of before there
    was such a field."""
    bend: float | None = None
    """How far the outputs are from being an affine function of the images, f(a) + f(b) = f(a + b - c) + f(c), at most,
    as a share of their standard deviation; 0 but for rounding in a network without any activation. Measured in
    evaluation mode at the end of the first epoch, and told in the first look; None where it was not measured, where the
    outputs hardly differ, and in looks of before there was such a field."""
    graded: int | None = None
    """How many of the network's parameters, whatever holds them, got a gradient that is not zero; told in the first
    look alone. None in others, and in looks of before there was such a field."""
    graded_outside: tuple[str, ...] = ()
    """Those of them that belong to no layer: the network's own, and those of modules with children; told with it."""
    graded_zeros: tuple[str, ...] = ()
    """Those of these that are zero everywhere, as a scale that lets nothing through at first."""
    loss: LossLook | None = None
    """None where nothing was gone back from, and in looks of before there was such a field."""
    noise: float | None = None
    """How far the outputs of the same image, twice in one batch, are apart in evaluation mode, as a share of the
    outputs' standard deviation; 0 but for rounding in a sound network. Measured and told as ``influence``."""
    unseen: tuple[int, ...] = ()
    """Channels of the images, from 0, that outputs do not depend on, while they do on others. Measured and told as
    ``influence``."""
    bounds: OutputBounds | None = None
    """After the last epoch, told in the last look alone; None where outputs have none, where the loss was so low that
    nobody asks for them, and in looks of before there was such a field."""


def look_document(look: Look) -> dict[str, Any]:
    """JSON values, but for numbers that are NaN or infinite: each layer and the outputs as the list of its fields."""
    return {
        "step": look.step,
        "layers": [list(astuple(layer)) for layer in look.layers],
        "outputs": None if look.outputs is None else list(astuple(look.outputs)),
        "frozen": list(look.frozen),
        "still": list(look.still),
        "influence": look.influence,
        "evaluating": list(look.evaluating),
        "training": list(look.training),
        "evaluated_loss": look.evaluated_loss,
        "trained_loss": look.trained_loss,
        "bend": look.bend,
        "graded": look.graded,
        "graded_outside": list(look.graded_outside),
        "graded_zeros": list(look.graded_zeros),
        "loss": None if look.loss is None else _loss_document(look.loss),
        "noise": look.noise,
        "unseen": list(look.unseen),
        "bounds": None if look.bounds is None else list(astuple(look.bounds)),
    }


def look_of(written: Mapping[str, Any]) -> Look:
    """What ``look_document`` was given, now or when there were fewer fields; raises KeyError or TypeError for anything
    else."""
    return Look(
        written["step"],
        tuple(LayerLook(*layer) for layer in written["layers"]),
        None if written["outputs"] is None else OutputLook(*written["outputs"]),
        tuple(written["frozen"]),
        tuple(written["still"]),
        written["influence"],
        tuple(written["evaluating"]),
        tuple(written["training"]),
        written["evaluated_loss"],
        written.get("trained_loss"),
        written.get("bend"),
        written.get("graded"),
        tuple(written.get("graded_outside", ())),
        tuple(written.get("graded_zeros", ())),
        None if written.get("loss") is None else _loss_of(written["loss"]),
        written.get("noise"),
        tuple(written.get("unseen", ())),
        None if written.get("bounds") is None else OutputBounds(*written["bounds"]),
    )


def _loss_document(loss: LossLook) -> list[Any]:
    *numbers, moved, classes, sent = astuple(loss)
    return [*numbers, [list(one) for one in moved], [list(one) for one in classes], sent]


def _loss_of(written: Sequence[Any]) -> LossLook:
    samples, scale, wrong, left_out, elsewhere, otherwise, unreached, moved, classes, *sent = written
    pairs = tuple((label, other, count) for label, other, count in moved)
    weights = tuple(ClassWeight(*one) for one in classes)
    return LossLook(samples, scale, wrong, left_out, elsewhere, otherwise, unreached, pairs, weights, *sent)
