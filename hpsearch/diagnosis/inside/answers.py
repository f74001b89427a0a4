"""Rules on what the network gives out: bent or straight outputs, the same for all, samples that influence others."""

from hpsearch.diagnosis.inside.bounds import held_within_bounds
from hpsearch.diagnosis.inside.seen import WITH_WEIGHTS, Inside
from hpsearch.finding import Severity
from hpsearch.look import LayerLook, OutputLook
from hpsearch.rulebook import Remark

ALIKE = 1e-3
"""Difference between samples as a share of what a layer gives (heuristic)."""
ROUNDED = 2e-3
"""Looks have four significant digits."""
BENT = 1e-3
"""Standard deviations of the outputs: a network that bends less is none the better for it (heuristic; rounding in
single precision makes less than 1e-5 of it, and in sound trainings of the catalogue it is above 0.5)."""
LEARNED = 0.1
"""Of guessing."""
FEWEST = 2
"""Layers with weights: one alone may be meant to be linear."""
INFLUENCE = 1e-3
"""Standard deviations of the outputs. Rounding alone moves them by less than 1e-5 (measured)."""


def samples_influence_each_other(inside: Inside) -> Remark | None:
    """A sample's outputs depend on which other samples are in its batch.

    Measured in evaluation mode after the first epoch: half of a batch is exchanged, and the outputs of the other half
    change by more than a thousandth of their standard deviation. A reshape that mixes up the axes, a soft-max or a norm
    along the batch do this; the network then learns from other images' labels, and its scores depend on the batch.
    """
    influence = next((look.influence for look in inside.trial.result.looks if look.influence is not None), None)
    if influence is None or influence <= INFLUENCE:
        return None
    sentence = (
        f"the outputs of a sample change by {influence:.2g} standard deviations when other samples of its batch are "
        f"exchanged, in evaluation mode"
    )
    return Remark(sentence, {"influence": influence})


def unseen_channels(inside: Inside) -> Remark | None:
    """The outputs do not depend on some channels of the images.

    Measured in evaluation mode after the first epoch: in two images a channel is exchanged for that of another image,
    and no output changes, while other channels do change them. Channels that say the same but for scale and level, as
    those of grey images do, are exchanged together. A slice in the forward pass takes too little, or what was made of
    these channels is used nowhere.
    """
    first = inside.trial.result.looks[0]
    if not first.unseen:
        return None
    channels, whole = [one + 1 for one in first.unseen], inside.task.input_shape[0]
    listed = ", ".join(map(str, channels))
    sentence = (
        f"no output depends on {'channels' if len(channels) > 1 else 'channel'} {listed} of {whole} of the images"
    )
    return Remark(sentence, {"channels": channels, "of": whole})


def linear_network(inside: Inside) -> Remark | None:
    """The network is linear: its layers together can do no more than one.

    Nothing between the layers bends what they hand on: activations are missing, are never called, or get numbers that
    they all pass on as they are. Measured in evaluation mode after the first epoch: for images a, b and c the outputs
    of a and b add up to those of c and of a + b - c, to a thousandth of what outputs differ by (heuristic). A network
    of one layer with weights may be meant so, and is not looked at; nor is one whose outputs hardly differ.
    """
    first = inside.trial.result.looks[0]
    layers = [layer for layer in first.layers if layer.weight_norm is not None and layer.kind.startswith(WITH_WEIGHTS)]
    if first.bend is None or first.bend > BENT or len(layers) < FEWEST:
        return None
    sentence = (
        f"the {len(layers)} layers with weights act as one: outputs are a linear function of the images, to "
        f"{first.bend:.1g} of their standard deviation"
    )
    return Remark(sentence, {"bend": first.bend, "layers": len(layers)})


def activation_on_output(inside: Inside) -> Remark | None:
    """The outputs have gone through an activation before the loss, or are held within bounds.

    In every look the outputs of every sample are probabilities already (a soft-max), or none is negative (a ReLU, or
    with none above 1 a sigmoid), while logits of either sign are needed: with a second soft-max the loss stays
    far above zero, and an output that a ReLU has cut off gets no gradient. What a regression foretells may well be
    positive, or a share: it is not looked at. Nor is what comes as it is from a layer with weights: such outputs could
    be negative, and are not by chance or by their biases. Positive numbers of which none is exactly zero in any look
    may be likenesses to prototypes, that lack nothing: an information where the loss came down to a tenth of
    guessing (heuristic).

    Whatever holds outputs within bounds is told as well: see ``held_within_bounds``.
    """
    return _bent(inside) or held_within_bounds(inside)


def _bent(inside: Inside) -> Remark | None:
    if not inside.task.is_classification:
        return None
    seen = [look.outputs for look in inside.looks if look.outputs is not None]
    if not seen or all(outputs.sample_std == 0 for outputs in seen) or inside.task.outputs < 2:
        return None
    lowest, highest = min(one.lowest for one in seen), max(one.highest for one in seen)
    if not lowest >= 0:
        return None
    last = inside.looks[-1].layers[-1] if inside.looks[-1].layers else None
    if last is not None and seen[-1].sample_std and _comes_from(last, seen[-1]):
        return None
    where = f" (the last layer is {last.name}, {last.kind})" if last is not None else ""
    numbers = {"lowest": lowest, "highest": highest, "layer": last.name if last else None}
    if all(one.sums_to_one for one in seen):
        what, severity = "the outputs of every sample are probabilities already: they sum to 1", None
    elif highest <= 1:
        what, severity = "all outputs lie between 0 and 1 in every look", None
    else:
        what = f"no output is ever negative; {max(one.zero_share for one in seen):.0%} are exactly zero"
        learned = inside.ended and inside.last_loss < LEARNED * inside.task.initial_loss
        likeness = learned and not any(one.zero_share for one in seen)
        severity = Severity.INFO if likeness else Severity.WARNING
    return Remark(what + where, numbers, severity)


def _comes_from(layer: LayerLook, outputs: OutputLook) -> bool:
    """Whether the outputs are what a layer with weights gave, untouched: they differ from sample to sample as much."""
    return (
        layer.kind.startswith(WITH_WEIGHTS)
        and abs(layer.sample_std - outputs.sample_std) < ROUNDED * outputs.sample_std
    )


def same_answer(inside: Inside) -> Remark | None:
    """The network gives every image the same answer.

    The image does not arrive at the outputs: somewhere on the way it is multiplied by zero, saturated or averaged away.
    In the last two looks the outputs of one sample differ from those of another by less than a thousandth of what they
    are (heuristic), while there are different samples in the batch. The first layer from which on outputs differ as
    little is named.
    """
    late = inside.late
    if not late:
        return None
    for look in late:
        outputs = look.outputs
        if outputs is None or not outputs.sample_std < ALIKE * max(abs(outputs.lowest), abs(outputs.highest), 1e-6):
            return None
    seen = late[-1]
    weak: list[LayerLook] = []
    for layer in reversed(seen.layers):
        if layer.sample_std > ALIKE * max(layer.output_std, abs(layer.output_mean)):
            break
        weak.append(layer)
    never = [look.layers[0] for look in inside.looks if look.layers and look.layers[0].sample_std == 0]
    if len(never) == len(inside.looks) and never[-1].weight_norm:
        where = f"; {never[-1].name}, the first layer, gives the same for all: the images do not arrive at it"
    else:
        where = f"; from {weak[-1].name} on, samples can hardly be told apart" if weak else ""
    spread = late[-1].outputs.sample_std if late[-1].outputs else 0.0
    return Remark(
        f"every image gets the same answer: outputs differ by {spread:.1g} from sample to sample{where}",
        {"sample_std": spread, "layer": weak[-1].name if weak else None},
    )
