"""Rules on how large activations and weights are, at the start and later."""

import math
from itertools import pairwise, takewhile
from statistics import median

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.decay import held_by_decay
from hpsearch.diagnosis.inside.ends import validated_well
from hpsearch.diagnosis.inside.seen import NORMS, Inside, drops
from hpsearch.look import LayerLook, Look
from hpsearch.rulebook import Remark

LARGE, SMALL = 20.0, 0.02
"""Standard deviation of a layer's outputs at the start, for inputs of 1, that is not healthy (heuristic: in sound
trainings of the catalogue it lies between 0.3 and 4)."""
DECIDED = 10.0
"""The same of the output layer: logits that far apart are certain before anything was learned (heuristic)."""
IN_VAIN = 2.0
"""Times the loss of guessing: a first loss above it is that of answers that are certain and wrong (heuristic)."""
HIDDEN = 100.0
"""The same in front of a norm, which takes the scale away (heuristic)."""
BLOWN_UP = 1e3
"""The same later (heuristic: up to 10 in sound trainings of the catalogue)."""
HOMOGENEOUS = frozenset({"ReLU", "relu", "LeakyReLU", "leaky_relu", "PReLU", "prelu"})
"""Activations of which twice the input makes twice the output."""
SHRUNK = 0.1
"""Of its first norm (heuristic)."""
SHRINKING = 0.25
"""The same where the loss is held up (heuristic: at least 0.75 in sound trainings of the catalogue)."""
HELD_UP = 0.1
"""Of guessing, above the lowest loss that there is."""
COUNTABLE = 0.9
"""Of the outputs before a dropout: with more zeros among them its own cannot be counted (heuristic)."""
DROPPED = 0.8
"""Share of units that dropout takes away (heuristic: 0.5 is usual, and from 0.8 on hardly anything is left)."""


def scale_at_start(inside: Inside) -> Remark | None:
    """Outputs of a layer are far too large or too small before the first update.

    Each layer should hand on numbers about as large as those that it gets (He et al., Glorot and Bengio): with images
    of variance 1 the standard deviation stays near 1. Above 20 or below 0.02 it has left that (heuristic); the first
    such layer is named. The output layer may be as small as one likes, and not above 10; it is the last layer with
    weights, whatever activation is behind it. Layers in front of a norm are not looked at, nor zeros, which residual
    branches may start with. Too large is what one image makes of it, not what all have in common: that are biases,
    which weights of another scale would not mend. A norm gives the scale that its weights have, unless what it adds to
    the variance is far above that, or nothing arrives: too small is below 0.02 of its weights. A layer is not too small
    where samples differ by more behind it: it is in a branch beside an identity, or the next weights make up for it. Of
    the first layer it is what one image makes of it that must not be too small either: biases do not hide images there
    that come in a thousandth of their size; nothing is said of these where validation ended well. What is done behind
    the last layer counts as well: logits must not differ from sample to sample by more than 10. Logits may, of the last
    layer or behind it, where answers were certain and right: where the first loss is no more than twice that of
    guessing (heuristic) and validation ended well, as of a network that goes on from another training.
    """
    first = inside.first
    if first is None:
        return None
    output = next((one for one in reversed(_kept(first)) if one.weight_norm is not None), None)
    entrance = next((one for one in _kept(first) if one.weight_norm is not None and one is not output), None)
    for layer, behind in pairwise((*_kept(first), None)):
        if layer is None or layer.weight_norm is None:
            continue
        if layer.kind in NORMS and 0 < layer.output_std < SMALL * _typical(layer):
            sentence = (
                f"at the start the norm {layer.name} ({layer.kind}) gives outputs with a standard deviation of "
                f"{layer.output_std:.2g}, far too small: is what it gets as small, or its epsilon large?"
            )
            return Remark(sentence, {"layer": layer.name, "std": layer.output_std, "weight_std": layer.weight_std})
        if layer.kind in NORMS or (behind and behind.kind in NORMS):
            continue
        std = min(layer.sample_std, layer.output_std) if layer is entrance else layer.output_std
        low, high = 0.0 if layer is output else SMALL, DECIDED if behind is None else LARGE
        if std == 0 or low <= std <= high or layer.sample_std <= high < std:
            continue
        if std < low and (_comes_back(first, layer, output) or (layer.output_std >= low and validated_well(inside))):
            continue
        if layer is output and behind is None and std > high and _knows(inside):
            continue
        much = "large" if not std < low else "small"
        sentence = f"at the start the outputs of {layer.name} have a standard deviation of {std:.2g}, far too {much}"
        return Remark(sentence, {"layer": layer.name, "std": std, "weight_std": layer.weight_std})
    return _outputs_at_start(inside, first)


def _outputs_at_start(inside: Inside, first: Look) -> Remark | None:
    """Whatever is done behind the last layer, to logits."""
    std = 0.0 if first.outputs is None else first.outputs.sample_std
    if not inside.task.is_classification or not DECIDED < std < math.inf or _knows(inside):
        return None
    wrong = ", and wrong" if _in_vain(inside) else ""
    sentence = f"at the start outputs differ by {std:.3g} from sample to sample: answers are certain{wrong}"
    return Remark(sentence, {"layer": None, "std": std})


def _knows(inside: Inside) -> bool:
    """Whether answers that are certain at the start are right, and stay so."""
    return inside.task.is_classification and not _in_vain(inside) and validated_well(inside)


def _in_vain(inside: Inside) -> bool:
    """Whether the first loss is far above that of guessing."""
    losses = inside.trial.result.step_losses
    return bool(losses) and not losses[0] <= IN_VAIN * inside.task.initial_loss


def activations_blow_up(inside: Inside) -> Remark | None:
    """The outputs of a layer have become enormous, or are not finite any more.

    From a standard deviation of a thousand on, in any look after the start (heuristic), or where a layer gives NaN or
    infinite numbers from finite ones. The first such layer of the earliest such look is where it began. Layers in front
    of a norm are looked at by another rule.
    """
    for look in inside.looks:
        for layer, behind in pairwise((*_kept(look), None)):
            if layer is None or (behind is not None and behind.kind in NORMS and math.isfinite(layer.output_std)):
                continue
            if math.isfinite(layer.output_std) and (layer.output_std < BLOWN_UP or look.step == 0):
                continue
            finite = math.isfinite(layer.output_std)
            what = f"have a standard deviation of {layer.output_std:.2g}" if finite else "are not finite"
            sentence = f"in iteration {look.step + 1} the outputs of {layer.name} ({layer.kind}) {what}"
            return Remark(sentence, {"layer": layer.name, "std": layer.output_std, "iteration": look.step + 1})
    return None


def hidden_by_norm(inside: Inside) -> Remark | None:
    """A norm hides that what it gets has exploded.

    The norm divides by the scale of its inputs, so that the loss looks well; but a gradient through it is divided
    as well, the layer in front hardly learns, and with less precision the numbers overflow. The outputs in front of a
    norm have a standard deviation above a hundred in the first or the last look (heuristic).
    """
    for look in (*inside.looks[:1], *inside.looks[-1:]):
        for layer, behind in pairwise(_kept(look)):
            if behind.kind not in NORMS or layer.kind in NORMS or not layer.output_std > HIDDEN:
                continue
            sentence = (
                f"in iteration {look.step + 1} the outputs of {layer.name} have a standard deviation of "
                f"{layer.output_std:.2g}, which {behind.name} takes away again"
            )
            numbers = {"layer": layer.name, "norm": behind.name, "std": layer.output_std, "iteration": look.step + 1}
            return Remark(sentence, numbers)
    return None


def weights_decay_away(inside: Inside) -> Remark | None:
    """The weights shrink towards zero: decay pulls harder than the gradient.

    In the last look the norm of the weights of most layers is below a tenth of what it was at the start, or below a
    quarter where the loss ended above a tenth of guessing, with weight decay or L1 switched on (heuristics). Layers in
    front of a norm do not mind their scale and are not counted; the norm's own scale is. Or the loss stands still above
    a tenth of guessing, neither training nor validation has ended well, and what would be won by larger last weights is
    what decay takes back: see ``held_by_decay``.
    """
    settings = inside.trial.job.optimizer
    decays = inside.trial.job.regularised and (settings.weight_decay > 0 or settings.l1 > 0)
    if inside.first is None or len(inside.looks) < 2 or not decays:
        return None
    normed = _normed(inside.first)
    shares = {}
    for before, after in inside.same((inside.looks[0], inside.looks[-1])):
        if before.weight_norm and after.weight_norm is not None and before.name not in normed:
            shares[before.name] = after.weight_norm / before.weight_norm
    curve = Curve(inside.trial, inside.task)
    if inside.trial.job.budget.epochs is not None and (held := _held_by_decay(curve)) is not None:
        return held
    held_up = inside.last_loss - curve.floor > HELD_UP * inside.task.initial_loss
    limit = SHRINKING if held_up else SHRUNK
    small = [name for name, share in shares.items() if share < limit]
    if not shares or 2 * len(small) <= len(shares):
        return None
    name = min(small, key=lambda one: shares[one])
    strength = f"a weight decay of {settings.weight_decay:.2g}" + (
        f" and an L1 of {settings.l1:.2g}" * (settings.l1 > 0)
    )
    sentence = (
        f"the weights of {len(small)} of {len(shares)} layers are below {limit:.0%} of their first norm, {name} at "
        f"{shares[name]:.1%}, at {strength}"
    )
    return Remark(sentence, {"layer": name, "shares": shares, "weight_decay": settings.weight_decay, "l1": settings.l1})


def _held_by_decay(curve: Curve) -> Remark | None:
    """The loss stands still high up since decay takes back what the gradient gives, and nothing ended well."""
    if not curve.ended or not curve.flat or curve.fits or curve.ended_well:
        return None
    if curve.level < HELD_UP * curve.guess or not held_by_decay(curve, curve.level):
        return None
    decay = curve.trial.job.optimizer.weight_decay
    level = curve.epochs[-1].train_loss
    sentence = f"the loss stands still at {level:.3g} because a weight decay of {decay:.2g} takes back what it gains"
    return Remark(sentence, {"weight_decay": decay, "loss": curve.level})


def dropout_destroys(inside: Inside) -> Remark | None:
    """Dropout takes nearly everything away.

    Of units, or of whole samples, as branches beside an identity are dropped. The share of outputs that are zero behind
    a dropout, among those that were not zero before, is above four fifths in the median look (heuristic). Looks at what
    was nearly all zero before do not count.
    """
    found: dict[str, list[float]] = {}
    for look in inside.looks:
        for before, layer in pairwise(look.layers):
            if drops(layer) and before.zero_share < COUNTABLE:
                share = 1 - (1 - layer.zero_share) / (1 - before.zero_share)
                found.setdefault(layer.name, []).append(share)
    for name, shares in found.items():
        if median(shares) > DROPPED:
            share = median(shares)
            return Remark(f"dropout {name} takes away {share:.0%} of what arrives", {"layer": name, "share": share})
    return None


def _comes_back(look: Look, layer: LayerLook, output: LayerLook | None) -> bool:
    """Whether behind a layer, up to a norm or the output layer, something gives numbers of a healthy scale."""
    behind = look.layers[next(place for place, one in enumerate(look.layers) if one is layer) + 1 :]
    kept = list(takewhile(lambda one: one is not output and one.kind not in NORMS, behind))
    return any(one.sample_std >= SMALL for one in kept)


def _typical(layer: LayerLook) -> float:
    """The root mean square of its weights; 0 where their number is not known."""
    return (layer.weight_norm or 0.0) / math.sqrt(layer.weight_count) if layer.weight_count else 0.0


def _normed(look: Look) -> frozenset[str]:
    """Names of the layers in front of a norm, with nothing between them but what hands a scale on."""
    layers = [layer for layer in _kept(look) if layer.kind not in HOMOGENEOUS]
    return frozenset(layer.name for layer, behind in pairwise(layers) if behind.kind in NORMS)


def _kept(look: Look) -> list[LayerLook]:
    """The layers without dropouts, which may stand in front of a norm."""
    return [layer for layer in look.layers if not drops(layer)]
