"""Rules on gradients: vanishing, exploding, or none at all."""

import math

from hpsearch.diagnosis.inside.seen import NORMS, Inside, relative, was_updated
from hpsearch.finding import Severity
from hpsearch.look import LayerLook, Look
from hpsearch.rulebook import Remark

VANISHED = 1e-3
"""Of the largest gradient norm of a layer, with each measured against its weights (heuristic: in sound trainings of the
catalogue the first layer has at least 0.03)."""
EXPLODED = 1e3
"""Norm of a layer's gradient in units of its weights' norm (heuristic: up to 130 in sound trainings of the catalogue,
up to 30 in classification)."""
LEARNED = 0.1
"""Of guessing: with such a loss at the end, what is frozen was no hindrance (heuristic)."""
NEW_NORM = (0.0, 0.5)
"""Standard deviation of the parameters of a norm before any training: scales of 1 alone, or beside as many shifts of
0."""
UNTOUCHED = 0.005
"""So near to it."""


def vanishing_gradients(inside: Inside) -> Remark | None:
    """Hardly any gradient arrives at the first layer.

    Backpropagation multiplies by each layer's slope and weights; where these are small, or activations saturate, little
    is left after some layers and the first ones stay as they were drawn. Gradients are measured against the norm of the
    weights that they belong to. In every look after the first, the first layer has less than a thousandth of the
    largest of them, or of its weights where the largest is larger than those (heuristic): then it is that one which is
    unlike the others.
    """
    seen = []
    for look in inside.updated:
        arrived = arriving(look)
        if arrived is None:
            return None
        seen.append(arrived)
    if not seen or any(share >= VANISHED for _, share in seen):
        return None
    first, share = seen[-1]
    sentence = (
        f"the gradient that arrives at the first layer, {first.name}, is {share:.1g} of the largest one, each measured "
        f"against the norm of its layer's weights"
    )
    return Remark(sentence, {"layer": first.name, "share": share, "shares": [one for _, one in seen]})


def arriving(look: Look) -> tuple[LayerLook, float] | None:
    """The first layer with weights, and its gradient as a share of the largest one, both measured against weights; one
    that is larger than its weights counts as large as they.

    None for fewer than three layers with a gradient, and where gradients are not finite or none arrives at all.
    """
    layers = [layer for layer in look.layers if relative(layer.gradient_norm, layer) is not None]
    if len(layers) < 3:
        return None
    ratios = [relative(layer.gradient_norm, layer) or 0.0 for layer in layers]
    if not all(map(math.isfinite, ratios)) or max(ratios) == 0 or ratios[0] == 0:
        return None
    return layers[0], ratios[0] / min(1.0, max(ratios))


def exploding_gradients(inside: Inside) -> Remark | None:
    """The gradient of a layer is far larger than its weights, or not finite.

    One update with it replaces the weights instead of correcting them, unless the learning rate is tiny or gradients
    are clipped. Its norm is above a thousand times that of the weights, or NaN or infinite while the loss still was a
    number (heuristic). The first such layer from the end is named: gradients grow on their way back.
    """
    for look in inside.looks:
        if not math.isfinite(inside.loss_at(look)):
            continue
        for layer in reversed(look.layers):
            ratio = relative(layer.gradient_norm, layer)
            if ratio is None or ratio < EXPLODED:  # NaN is neither below nor above
                continue
            what = f"{ratio:.2g} times that of its weights" if math.isfinite(ratio) else str(ratio)
            sentence = f"the norm of the gradient of layer {layer.name} is {what} in iteration {look.step + 1}"
            numbers = {"layer": layer.name, "ratio": ratio, "iteration": look.step + 1}
            return Remark(sentence, numbers)
    return None


def without_gradient(inside: Inside) -> Remark | None:
    """The weights of a layer never get a gradient although they are to be trained.

    They are not used in the forward pass, cut off by ``detach``, ``no_grad`` or numbers that leave torch, or behind
    something dead, or behind numbers that were rounded or compared. In every look after the first (some layers wait for
    weights behind them that start at zero) the parameters were left exactly as they were, and no layer that they belong
    to had a gradient; or decay moved them, and the gradient was exactly zero in every look while another layer had one.
    """
    looks = inside.updated
    if not looks or not inside.trial.job.optimizer.learning_rate:
        return None
    if zero := _only_decayed(inside):
        listed = ", ".join(zero[:4]) + (f" and {len(zero) - 4} more" if len(zero) > 4 else "")
        return Remark(f"the gradient of {listed} is zero in every look", {"parameters": zero, "count": len(zero)})
    graded = {layer.name for look in looks for layer in look.layers if layer.gradient_norm}
    names = [
        name
        for name in looks[0].still
        if all(name in look.still for look in looks) and name.rpartition(".")[0] not in graded
    ]
    weights = [name for name in names if not name.endswith("bias")]
    if not weights:
        return None
    in_order = [*weights, *(name for name in names if name not in weights)]
    listed = ", ".join(in_order[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    sentence = f"no update has changed {listed}"
    return Remark(sentence, {"parameters": names, "count": len(names)})


def _only_decayed(inside: Inside) -> list[str]:
    """Layers whose weights were moved, and never by a gradient, in looks at iterations with a gradient elsewhere."""
    found: list[str] | None = None
    moved: set[str] = set()
    for look in (look for look in inside.looks if was_updated(look)):
        if not any(layer.gradient_norm for layer in look.layers):
            return []
        names = [layer.name for layer in look.layers if layer.gradient_norm == 0]
        moved |= {layer.name for layer in look.layers if layer.update_norm}
        found = names if found is None else [name for name in found if name in names]
    return [name for name in found or [] if name in moved]


def frozen_layers(inside: Inside) -> Remark | None:
    """Layers stay as they were drawn at random although what they do could be learned.

    Either their parameters need no gradient, or they get one and no update changes them: then the optimiser has not
    been given them. Where the weights come from another training the first is meant so, and no finding; that is known
    of weights that hpsearch has loaded, and of frozen norms whose numbers are not those that norms begin with; and a
    layer whose units have the weights of one another was set, as a blur is, and not drawn. What is trained later on is
    not frozen. It is an information where
    the network has learned all the same, to a tenth of the loss of guessing (heuristic), and an error where all but one
    layer stay as they were and no parameter that belongs to none of them gets a gradient.
    """
    if not inside.looks:
        return None
    first = inside.looks[0]
    layers = [layer for layer in first.layers if layer.weight_norm is not None]
    left = _left_out(inside)
    before = loaded(inside)
    thawed = {layer.name for look in inside.looks[1:] for layer in look.layers if layer.update_norm}
    still = [
        layer
        for layer in layers
        if layer.name in left or (not before and _is_frozen(layer, first) and not layer.twin_share)
        if layer.name in left or layer.name not in thawed
    ]
    if not still:
        return None
    most = len(still) >= len(layers) - 1 and not first.graded_outside
    learned = inside.ended and inside.last_loss < LEARNED * inside.task.initial_loss
    severity = Severity.INFO if learned and not left else Severity.ERROR if most else None
    frozen = (
        f"{len(still)} of {len(layers)} layers with weights are frozen as they were drawn, {still[0].name} the first"
    )
    lacking = (
        f"{len(still)} of {len(layers)} layers with weights get a gradient and no update changes them, {still[0].name} "
        f"the first: the optimiser has not got their parameters"
    )
    numbers = {"layer": still[0].name, "frozen": [layer.name for layer in still], "layers": len(layers)}
    return Remark(lacking if left else frozen, numbers, severity)


def _left_out(inside: Inside) -> frozenset[str]:
    """Layers whose weights got a gradient in every look after the first, and were left exactly as they were each time.

    A step may be too small for the numbers to hold it. So their gradient, measured against the norm of the weights,
    must be as large as that of some layer that was moved in the same iteration.
    """
    found: frozenset[str] | None = None
    for look in inside.updated:
        sizes = {layer.name: relative(layer.gradient_norm, layer) or 0.0 for layer in look.layers}
        moved = [sizes[layer.name] for layer in look.layers if layer.update_norm and sizes[layer.name]]
        still = {name.rpartition(".")[0] for name in look.still if not name.endswith("bias")}
        names = {
            layer.name
            for layer in look.layers
            if layer.name in still and layer.update_norm == 0 and moved and sizes[layer.name] >= min(moved)
        }
        found = frozenset(names) if found is None else found & names
    return found or frozenset()


def _is_frozen(layer: LayerLook, look: Look) -> bool:
    """Whether parameters of a layer are not to be trained.

    A look at the first iteration names them. A short training has one look near its end, which does not; but weights
    that the update has left as they were, and that are not among those to be trained that it left so, are frozen.
    """
    if look.step == 0:
        return any(name.rpartition(".")[0] == layer.name for name in look.frozen)
    still = [name for name in look.still if name.startswith(f"{layer.name}.") and not name.endswith("bias")]
    return layer.update_norm == 0 and not still


def loaded(inside: Inside) -> bool:
    """Whether the weights come from another training.

    hpsearch knows it of those that it loaded. Of the user's own networks frozen norms tell: before any training the
    scales of a norm are 1 and its shifts 0.
    """
    if inside.pretrained:
        return True
    norms = [layer for layer in inside.looks[0].layers if layer.kind in NORMS and layer.weight_std is not None]
    frozen = [layer.weight_std or 0.0 for layer in norms if _is_frozen(layer, inside.looks[0])]
    return any(all(abs(std - new) > UNTOUCHED for new in NEW_NORM) for std in frozen)
