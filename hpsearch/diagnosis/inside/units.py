"""Rules on units that always give the same: dead ones and saturated ones."""

from collections.abc import Sequence

from hpsearch.diagnosis.inside.seen import NORMS, WITH_WEIGHTS, Inside, drops
from hpsearch.finding import Severity
from hpsearch.look import LayerLook, Look
from hpsearch.rulebook import Remark

MOSTLY_DEAD = 0.8
"""Share of a layer's units (heuristic: in sound trainings of the catalogue up to 0.6 are silent for a whole batch)."""
SPARED = 0.5
"""Of guessing (heuristic)."""
SATURATED = 0.8
"""Share of outputs (heuristic)."""
ENOUGH_SAMPLES = 16
"""Of fewer, many units of a sound network are silent for all by chance (heuristic)."""


def dead_units(inside: Inside) -> Remark | None:
    """The units of a layer give zero for every sample.

    Where a ReLU gets nothing but negative numbers it gives zero and lets no gradient back, so that nothing changes that
    any more. The last looks, two at most, all show eight in ten units of a layer dead, in batches of at
    least 16 (heuristics). It is an error where the outputs are then the same for every image; a residual
    network can go on around a dead branch. Dead from the start, it is the first weights; later, a step was too large.
    The layer that is named is where it begins: one behind a layer that gives nothing either is no more dead than what
    it gets, and a layer with weights that are not zero gives nothing only where nothing arrives. Units that died while
    the loss came down to half of guessing (heuristic) were not needed, as in a layer of few units beside the main path:
    that is an information.
    """
    late = _large(inside.late)
    share = 0.0
    for seen in inside.same(late):
        before, share = share, min(one.dead_share for one in seen)
        layer = seen[-1]
        if share < MOSTLY_DEAD or before >= MOSTLY_DEAD or not _can_die(layer):
            continue
        first = None if inside.first is None else _of(inside.first.layers, layer.name)
        at_first = first is not None and first.dead_share >= MOSTLY_DEAD
        when = "from the start" if at_first else "since the training began"
        silent = late[-1].outputs is not None and late[-1].outputs.sample_std == 0
        sentence = (
            f"{share:.0%} of the units of layer {layer.name} ({layer.kind}) give zero for every sample, {when}"
            + ("; the outputs are the same for every image" if silent else "")
        )
        numbers = {
            "layer": layer.name,
            "dead_share": share,
            "dead_share_at_first": None if first is None else first.dead_share,
            "outputs_vary": not silent,
        }
        learned = not at_first and inside.ended and inside.last_loss < SPARED * inside.task.initial_loss
        return Remark(sentence, numbers, Severity.ERROR if silent else Severity.INFO if learned else None)
    return None


def _large(looks: Sequence[Look]) -> list[Look]:
    """Those at batches in which units may be called dead."""
    return [look for look in looks if look.outputs is None or look.outputs.samples >= ENOUGH_SAMPLES]


def _can_die(layer: LayerLook) -> bool:
    """Dropout silences units on purpose, and what multiplies by weights has no units that die."""
    return not drops(layer) and not layer.kind.startswith(WITH_WEIGHTS) and layer.kind not in NORMS


def _of(layers: tuple[LayerLook, ...], name: str) -> LayerLook | None:
    return next((layer for layer in layers if layer.name == name), None)


def saturated_units(inside: Inside) -> Remark | None:
    """The units of a sigmoid or a tanh are at the ends of their range.

    There the slope is next to nothing, so that no gradient comes through. In every look more than four fifths of the
    outputs of an activation in the middle of the network are within one per cent of the range from its ends
    (heuristic). The weights in front of it are too large, or a step was. A sigmoid that gives nothing but zeros is
    shut: that is told as dead units where the batch is large enough for them.
    """
    if not inside.looks:
        return None
    told_dead = bool(_large(inside.late))
    for seen in inside.same(inside.looks):
        layer, share = seen[-1], min(one.saturated_share for one in seen)
        if told_dead and min(one.dead_share for one in seen) >= MOSTLY_DEAD:
            continue
        if share > SATURATED and layer.name != inside.looks[-1].layers[-1].name:
            sentence = (
                f"{share:.0%} and more of the outputs of {layer.name} ({layer.kind}) are at the ends of its range"
            )
            return Remark(sentence, {"layer": layer.name, "share": share})
    return None
