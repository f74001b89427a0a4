"""A rule on weights that are equal at the start, whole layers of them or unit by unit."""

import math

from hpsearch.diagnosis.inside.seen import NORMS, Inside
from hpsearch.finding import Severity
from hpsearch.look import LayerLook, Look
from hpsearch.rulebook import Remark

SAME = 1e-4
"""Weights whose standard deviation is a smaller share of their root mean square are equal (heuristic)."""
TWINS = 0.5
"""Share of a layer's units that have the weights of another one at the start; what is drawn has none (heuristic)."""


def equal_weights(inside: Inside) -> Remark | None:
    """All weights of a layer are the same number at the start, or zero, or its units have equal weights.

    Units with equal weights give the same and get the same gradient, so that they stay equal: a layer of many is one
    unit. Zeros in front of another layer let no gradient through as well. A layer of zeros that has moved by the last
    look (an output layer, the end of a residual branch) is meant so and is no finding, nor is an output layer of equal
    weights whose units differ by the last look, as the classes pull them apart. Where half of a layer's units have the
    weights of others (heuristic), or all weights are equal, other layers may pull them apart too: then it is a warning,
    and an error where they are equal still. What is frozen is not looked at.
    """
    first = inside.first
    if first is None or len(inside.looks) < 2:
        return None
    last = {layer.name: layer for layer in inside.looks[-1].layers if layer.weight_norm is not None}
    weighted = [layer for layer in first.layers if layer.weight_norm is not None and layer.kind not in NORMS]
    bad = [layer for layer in weighted if _stays_zero(layer, last) or _is_constant(layer) or _has_twins(layer, first)]
    parted = {layer.name for layer in bad if layer.weight_norm and _has_parted(last.get(layer.name))}
    bad = [layer for layer in bad if not (layer is weighted[-1] and layer.name in parted)]
    if not bad:
        return None
    what = _what(bad[0])
    sentence = f"{what} at the start" + (f", and those of {len(bad) - 1} more layers" if len(bad) > 1 else "")
    severity = None if any(layer.name not in parted for layer in bad) else Severity.WARNING
    zero = bad[0].weight_norm == 0
    return Remark(sentence, {"layer": bad[0].name, "layers": [layer.name for layer in bad], "zero": zero}, severity)


def _what(layer: LayerLook) -> str:
    if layer.weight_norm == 0:
        return f"all weights of {layer.name} are zero"
    if _is_constant(layer):
        return f"all weights of {layer.name} are the same number"
    return f"{layer.twin_share:.0%} of the units of {layer.name} have the weights of others"


def _stays_zero(layer: LayerLook, last: dict[str, LayerLook]) -> bool:
    later = last.get(layer.name)
    still = later is None or later.weight_norm == 0 or math.isnan(later.weight_norm or 0.0)
    return layer.weight_norm == 0 and still


def _is_constant(layer: LayerLook) -> bool:
    if not layer.weight_norm or layer.weight_std is None or layer.weight_count is None or layer.weight_count < 2:
        return False
    return layer.weight_std < SAME * layer.weight_norm / math.sqrt(layer.weight_count)


def _has_twins(layer: LayerLook, first: Look) -> bool:
    frozen = any(name.rpartition(".")[0] == layer.name for name in first.frozen)
    return not frozen and layer.twin_share is not None and layer.twin_share >= TWINS


def _has_parted(later: LayerLook | None) -> bool:
    """Whether the units of a layer are no twins any more."""
    return later is not None and later.twin_share is not None and later.twin_share < TWINS
