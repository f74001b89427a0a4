"""What is noticed about a network at initialisation."""

from collections.abc import Sequence

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.layers import (
    BOUNDED,
    ONE_SIDED,
    Unhealthy,
    dead_from,
    first_unhealthy,
    is_weighted,
    output_layer,
)
from hpsearch.recipe.output_loss import floor_of_probabilities
from hpsearch.recipe.sources import GLOROT, HE, JOHNSON, KARPATHY
from hpsearch.recipe.wording import counted, finite, shortened
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, LayerScale

INITIALISATION = (
    "Initialise the weights for the activation in use: Kaiming for ReLU and its kin, Xavier for tanh; or add batch "
    "norm. Look at what multiplies the weights or the inputs, and whether the images are normalised."
)


def not_measured(finished: Sequence[FinishedTrial]) -> Finding | None:
    """Some initialisation has no finite loss, or raised."""
    broken = [trial.result for trial in finished if trial.result.failure is not None]
    if not broken:
        return None
    first = first_unhealthy(broken[0].layers)
    where = f"; the activations first leave their healthy scale in layer {first.sentence}" if first else ""
    return Finding(
        "training-failed",
        Severity.ERROR,
        f"{len(broken)} of {counted(len(finished), 'initialisation')} could not be measured: {broken[0].reason}{where}",
        {"failed": len(broken), "reasons": sorted({result.reason or "" for result in broken}), **_unhealthy(first)},
        "If the loss is not finite at initialisation, the weights or the inputs are far too large; otherwise correct "
        "what raised the error.",
        HE,
    )


def loss_off(task: Task, mean: float, allowed: float, layers: Sequence[LayerScale]) -> Finding | None:
    """The mean loss lies further from the expected one than ``allowed``."""
    off = mean - task.initial_loss
    if abs(off) <= allowed:
        return None
    first = first_unhealthy(layers)
    evidence = {"loss": mean, "expected": task.initial_loss, "off": off, "tolerance": allowed, **_unhealthy(first)}
    if off < 0:
        return Finding(
            "initial-loss-below-guessing",
            Severity.WARNING,
            f"the initial loss is {-off:.3g} below that of guessing: the network knows something already",
            evidence,
            "Fine if it starts from trained weights or from the class frequencies; otherwise look for the target "
            "among the inputs.",
            KARPATHY,
        )
    head = output_layer(layers)
    if first is not None:
        where = f"; the activations first leave their healthy scale in layer {first.sentence}"
    elif head is not None:
        where = f"; the hidden layers are of healthy scale, the outputs of {head.name} deviate by {head.std:.3g}"
    else:
        where = ""
    return Finding(
        "initial-loss-off",
        Severity.ERROR,
        f"it is {off:.3g} too high, and {allowed:.2g} are allowed{where}",
        evidence,
        INITIALISATION,
        f"{JOHNSON}; {HE}",
    )


def signal_lost(layers: Sequence[LayerScale]) -> Finding | None:
    """The image does not reach the outputs."""
    first = dead_from(layers)
    if first is None:
        return None
    return Finding(
        "signal-lost",
        Severity.ERROR,
        f"from layer {first.name} on the outputs are the same for every image, so that nothing can be learned",
        _named(first),
        "Weights of zero, or a dead activation, let nothing through: initialise them at random.",
        GLOROT,
    )


def activation_on_output(task: Task, layers: Sequence[LayerScale]) -> Finding | None:
    """The network ends with something that bends its outputs."""
    last = output_layer(layers)
    if last is None or last.kind not in BOUNDED | ONE_SIDED:
        return None
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
        "Return the outputs of the last linear layer; the loss applies the soft-max itself.",
        KARPATHY,
    )


def scale_left(layers: Sequence[LayerScale]) -> Finding | None:
    """The loss is right although a layer is not of healthy scale."""
    first = first_unhealthy(layers)
    if first is None or dead_from(layers) is not None:
        return None
    deviations = {layer.name: finite(layer.std) for layer in layers if is_weighted(layer)}
    return Finding(
        "activation-scale",
        Severity.WARNING,
        f"at initialisation the activations first leave their healthy scale in layer {first.sentence}",
        {**_unhealthy(first), "deviations": deviations},
        INITIALISATION,
        f"{GLOROT}; {HE}",
    )


def without_gradient(finished: Sequence[FinishedTrial], layers: Sequence[LayerScale]) -> Finding | None:
    """Names that got no gradient at any initialisation, unless a head of zeros explains all of them."""
    last = output_layer(layers)
    if last is None or last.std == 0:
        return None
    every = [set(trial.result.without_gradient) for trial in finished]
    names = [name for name in finished[0].result.without_gradient if all(name in found for found in every)]
    if not names:
        return None
    waiting = any(layer.zero_share == 1 for layer in layers)  # a residual branch that starts at zero, for example
    return Finding(
        "parameters-without-gradient",
        Severity.INFO if waiting else Severity.WARNING,
        f"no gradient at the start for {counted(len(names), 'parameter')}: {shortened(names)}",
        {"parameters": names},
        "Fine if they are frozen on purpose, or wait for weights behind them that start at zero; otherwise look for a "
        "detached part or a dead activation.",
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


def _unhealthy(first: Unhealthy | None) -> dict[str, object]:
    return {} if first is None else {**_named(first.layer), "gain": finite(first.gain)}
