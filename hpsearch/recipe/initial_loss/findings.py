"""What is noticed about a network at initialisation."""

import math
from collections.abc import Sequence

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.broken_off import RAISED, in_a_sentence
from hpsearch.recipe.initial_loss.arrival import arrival, computes_on, mostly_dead, openers
from hpsearch.recipe.initial_loss.layers import (
    BOUNDED,
    ONE_SIDED,
    Unhealthy,
    dead_from,
    first_unhealthy,
    is_weighted,
    output_layer,
    spreads_of,
)
from hpsearch.recipe.output_loss import floor_of_probabilities
from hpsearch.recipe.sources import GLOROT, HE, KARPATHY
from hpsearch.recipe.wording import counted, finite, shortened
from hpsearch.task import Task
from hpsearch.trial import Failure, FinishedTrial, LayerScale

INITIALISATION = (
    "Initialise the weights for the activation in use: Kaiming for ReLU and its kin, Xavier for tanh; or add batch "
    "norm. Look at what multiplies the weights or the inputs, and whether the images are normalised."
)


RANDOM = "Weights of zero, or a dead activation, let nothing through: initialise them at random."
DEAD = (
    "Look at that layer and at what stands in front of it: weights of zero, activations that never open (biases far "
    "below zero), images that are multiplied away, overwritten or replaced."
)
FAINT = (
    "Initialise the weights for the activation in use (Kaiming for ReLU and its kin), add batch norm or residual "
    "connections, or take fewer layers; look whether the images are normalised to mean 0."
)


def not_measured(finished: Sequence[FinishedTrial]) -> Finding | None:
    """Some initialisation has no finite loss, or raised: two faults with an advice each."""
    broken = [trial.result for trial in finished if trial.result.failure is not None]
    if not broken:
        return None
    diverged = [one for one in broken if one.failure is Failure.DIVERGED]
    shown = (diverged or broken)[0]
    raised = sorted({in_a_sentence(one.reason or "") for one in broken})
    evidence = {"failed": len(broken), **({"other_reasons": raised[1:]} if raised[1:] else {})}
    message = f"{len(broken)} of {counted(len(finished), 'initialisation')} could not be measured: "
    message += in_a_sentence(shown.reason or "")
    if not diverged:
        return Finding("training-failed", Severity.ERROR, message, evidence, RAISED)
    layers = shown.layers
    first = first_unhealthy(layers)
    advice = (
        "The weights or the inputs are far too large: bring the images to scale, and initialise for the activation."
    )
    if first is not None:
        message += f"; the activations first leave their healthy scale in layer {first.sentence}"
    elif layers and all(math.isfinite(layer.std) for layer in layers):
        message += f"; all layers up to {layers[-1].name} give finite numbers of healthy scale"
        advice = (
            "Look at what is done with the outputs of the last layer: a root or a logarithm of negative numbers, a "
            "division by zero."
        )
    return Finding("training-failed", Severity.ERROR, message, {**evidence, **of_unhealthy(first)}, advice, HE)


LOGITS = "Return the outputs of the last linear layer; the loss applies the soft-max itself."


def signal_lost(finished: Sequence[FinishedTrial]) -> Finding | None:
    """The image does not reach the outputs, or hardly; looks inside say it better than scales, where there are any.

    An error only if nothing can be learned: none while something that may open the way gets a gradient.
    """
    seen = arrival(finished)
    first = dead_from(finished[0].result.layers)
    if seen is None and first is None:
        return None
    if seen is None or first is not None:
        name = first.name if first is not None else ""
        sentence = f"from layer {name} on the outputs are the same for every image"
        return _lost(sentence, {} if first is None else _named(first), RANDOM, openers(finished))
    layer = seen.layer
    evidence = {"layer": layer.name, "kind": layer.kind, "share": seen.share, "sample_std": layer.sample_std}
    if seen.lost:
        where = (
            f"the images do not arrive: {layer.name}, the first layer, gives the same for all of them"
            if seen.is_first
            else f"from layer {layer.name} on the outputs are the same for every image"
        )
        where += "" if seen.share == 0 else " but for rounding"
        return _lost(where, evidence, DEAD, openers(finished))
    return Finding(
        "signal-lost",
        Severity.WARNING,
        f"hardly anything of the image arrives: outputs differ by {seen.share:.1g} of their size from image to image, "
        f"and from layer {layer.name} on by less than a thousandth",
        evidence,
        FAINT,
        f"{GLOROT}; {HE}",
    )


def _lost(where: str, evidence: dict[str, object], advice: str, gates: Sequence[str]) -> Finding:
    if not gates:
        sentence = f"{where}, so that nothing can be learned"
        return Finding("signal-lost", Severity.ERROR, sentence, evidence, advice, GLOROT)
    return Finding(
        "signal-lost",
        Severity.WARNING,
        f"{where} at the start; what gets a gradient and may change that: {shortened(gates)}",
        {**evidence, "gates": list(gates)},
        f"Fine if that is a scale or a gate that starts at zero. {advice}",
        GLOROT,
    )


def units_dead(finished: Sequence[FinishedTrial]) -> Finding | None:
    """Most units of a layer are closed for every image before anything was learned."""
    layer = mostly_dead(finished)
    if layer is None:
        return None
    return Finding(
        "dead-units-at-start",
        Severity.WARNING,
        f"{layer.dead_share:.0%} of the units of layer {layer.name} are zero for every image from the start",
        {"layer": layer.name, "kind": layer.kind, "dead_share": layer.dead_share},
        "Start biases at zero and draw weights evenly around zero (Kaiming); look at what shifts the inputs of that "
        "layer far below zero.",
        HE,
    )


def activation_on_output(task: Task, finished: Sequence[FinishedTrial]) -> Finding | None:
    """The network ends with something that bends its outputs."""
    last = output_layer(finished[0].result.layers)
    if last is None or last.kind not in BOUNDED | ONE_SIDED or computes_on(finished[0], last.name):
        return _probabilities(task, finished)
    bounded = last.kind in BOUNDED
    if task.is_classification and bounded:
        floor = floor_of_probabilities(task.outputs) if last.kind not in ("Tanh", "Hardtanh", "Softsign") else None
        effect = f"the loss cannot fall below {floor:.3g}" if floor else "the loss cannot come near zero"
    else:
        effect = "outputs below zero are bent or cut off" if not bounded else "targets outside its range are lost"
    return Finding(
        "activation-on-output",
        Severity.ERROR if bounded and task.is_classification else Severity.WARNING,
        f"the network ends with an activation ({last.name}, {last.kind}): {effect}",
        _named(last),
        LOGITS if task.is_classification else "Return the outputs of the last linear layer.",
        KARPATHY,
    )


def _probabilities(task: Task, finished: Sequence[FinishedTrial]) -> Finding | None:
    """The outputs are probabilities, whatever made them; weights that are drawn never give such by chance."""
    seen = [trial.result.looks[0].outputs for trial in finished if trial.result.looks]
    outputs = [one for one in seen if one is not None and one.sums_to_one]
    if not task.is_classification or task.outputs < 2 or len(outputs) < len(finished):
        return None
    floor = floor_of_probabilities(task.outputs)
    lowest, highest = min(one.lowest for one in outputs), max(one.highest for one in outputs)
    return Finding(
        "activation-on-output",
        Severity.ERROR,
        f"the outputs are probabilities: none is negative, and those of each image have the sum 1: the loss cannot "
        f"fall below {floor:.3g}",
        {"lowest": lowest, "highest": highest},
        LOGITS,
        KARPATHY,
    )


def scale_left(finished: Sequence[FinishedTrial]) -> Finding | None:
    """The loss is right although a layer is not of healthy scale."""
    layers = finished[0].result.layers
    first = first_unhealthy(layers, spreads_of(finished[0]))
    if first is None:
        return None
    deviations = {layer.name: finite(layer.std) for layer in layers if is_weighted(layer)}
    return Finding(
        "activation-scale",
        Severity.WARNING,
        f"at initialisation the activations first leave their healthy scale in layer {first.sentence}",
        {**of_unhealthy(first), "deviations": deviations},
        INITIALISATION,
        f"{GLOROT}; {HE}",
    )


def without_gradient(finished: Sequence[FinishedTrial]) -> Finding | None:
    """Names that got no gradient at any initialisation, unless a head of zeros explains all of them."""
    layers = finished[0].result.layers
    last = output_layer(layers)
    every = [set(trial.result.without_gradient) for trial in finished]
    names = [name for name in finished[0].result.without_gradient if all(name in found for found in every)]
    if names and all(_nothing_learns(trial) for trial in finished):
        return _cut_off(names)
    if last is None or last.std == 0 or not names:
        return None
    frozen = {name for trial in finished for look in trial.result.looks[:1] for name in look.frozen}
    meant = [name for name in names if name not in frozen]
    if not meant:
        return _frozen(names)
    waiting = any(layer.zero_share == 1 for layer in layers)  # a residual branch that starts at zero, for example
    waiting = waiting or any(_opens(trial) for trial in finished)
    return Finding(
        "parameters-without-gradient",
        Severity.INFO if waiting else Severity.WARNING,
        f"no gradient at the start for {counted(len(meant), 'parameter')}: {shortened(meant)}",
        {"parameters": meant},
        "Fine if they wait for weights behind them that start at zero; otherwise look for a detached part or a dead "
        "activation.",
        KARPATHY,
    )


def _opens(trial: FinishedTrial) -> bool:
    """Whether something that is zero, and lets nothing through as long as it is, gets a gradient."""
    first = trial.result.looks[0] if trial.result.looks else None
    return first is not None and (
        bool(first.graded_zeros) or any(layer.weight_norm == 0 and layer.gradient_norm for layer in first.layers)
    )


def _frozen(names: Sequence[str]) -> Finding:
    """Of those alone that are not to be trained: whether they should be, looks at the weights themselves tell."""
    return Finding(
        "parameters-without-gradient",
        Severity.INFO,
        f"{counted(len(names), 'parameter')} not to be trained: {shortened(names)}",
        {"parameters": list(names)},
        "Fine if they are frozen on purpose and come from another training.",
        KARPATHY,
    )


def _nothing_learns(trial: FinishedTrial) -> bool:
    """Whether no parameter at all got a gradient; not said where a look did not count those that did."""
    looks = trial.result.looks
    return bool(looks) and looks[0].graded == 0


def _cut_off(names: Sequence[str]) -> Finding:
    return Finding(
        "parameters-without-gradient",
        Severity.ERROR,
        f"no weight gets a gradient, so that nothing can be learned: {shortened(names)}",
        {"parameters": list(names)},
        "Look for what cuts the outputs off from the weights: torch.no_grad, detach, .data, torch.tensor(…), NumPy, "
        "argmax or rounding in the forward pass; or for weights that are all frozen.",
        KARPATHY,
    )


def _named(layer: LayerScale) -> dict[str, object]:
    return {
        "layer": layer.name,
        "kind": layer.kind,
        "std": finite(layer.std),
        "mean": finite(layer.mean),
        "zeros": layer.zero_share,
    }


def of_unhealthy(first: Unhealthy | None) -> dict[str, object]:
    """Evidence of the first layer that leaves its healthy scale."""
    return {} if first is None else {**_named(first.layer), "gain": finite(first.gain)}
