"""Rules on what the network sees of the image: its total stride and its receptive field."""

import math
from collections.abc import Iterator

from hpsearch.advice.facts import Call, Facts, Kind
from hpsearch.advice.remark import Remark
from hpsearch.cost.row import ReceptiveField
from hpsearch.finding import Severity


def input_not_divisible(facts: Facts) -> Iterator[Remark]:
    """The side of the image is not a multiple of the network's total stride.

    Sides that can be halved often, such as 32, 64, 96, 224 or 384, leave no rests and no uneven borders on the way.
    The total stride is the product of the strides on the way to a map with more than one pixel; with several ways,
    the largest.
    """
    _, height, width = facts.purpose.input_shape
    for place, (side, direction) in enumerate(((height, "high"), (width, "wide"))):
        step = _total_stride(facts, place)
        if side % step:
            low = side // step * step
            near = f"{low} or {low + step}" if low else f"{step}"
            sentence = (
                f"images are {side} pixels {direction}, which is no multiple of the total stride {step}; {near} is"
            )
            yield Remark("", sentence, {"side": side, "total_stride": step, "rest": side % step})
            return


def receptive_field_too_small(facts: Facts) -> Iterator[Remark]:
    """No pixel of the last maps sees the whole image, or an object of the size that the definition states.

    The receptive field grows by (K − 1) times the strides before it in each layer; with several ways to a map the
    largest counts. Where the maps are averaged in front of the classifier, what does not fit into one field is only
    counted, not put together: a warning. Behind a flattening the linear layers see everything, so that it is
    information unless ``advice.object_size`` states the size in pixels of what is to be recognised. The field that
    really matters is smaller than the theoretical one, which is computed here.
    """
    fields = _sees(facts)
    if not fields or not any(len(call.axes) == 2 for call in facts.of(Kind.CONVOLUTION)):
        return
    _, height, width = facts.purpose.input_shape
    for place, side in enumerate((height, width)):
        seen = max(field.size[place] for field in fields)
        target = min(side, facts.purpose.object_size or side)
        if seen < target:
            flattened = any(head_positions(facts, call) > 1 for call in facts.of(Kind.LINEAR))
            mild = flattened and facts.purpose.object_size is None
            what = "the stated object size is" if facts.purpose.object_size else "the image has"
            yield Remark(
                "",
                f"the receptive field of the last maps is {seen:.0f} pixels, and {what} {target}",
                {"receptive_field": seen, "needed": target, "flattened": flattened},
                Severity.INFO if mild else Severity.WARNING,
            )
            return


def head_positions(facts: Facts, linear: Call) -> int:
    """Pixels of the map that a linear layer sees flattened; 1 if it sees no map."""
    makers = facts.makers(linear)
    while makers and makers[0].kind in (Kind.SHAPE, Kind.DROPOUT):
        shape = makers[0].inputs
        if len(shape) > 1 and len(makers[0].outputs) == 1:
            return math.prod(shape[1:])
        makers = facts.makers(makers[0])
    return 1


def _total_stride(facts: Facts, place: int) -> int:
    """The largest of any map with more than one pixel in that direction, where it is a whole number."""
    strides = [
        layer.receptive_field.stride[place]
        for layer in facts.layers
        if layer.receptive_field is not None
        and layer.receptive_field.stride is not None
        and len(layer.output_shape) == 3
        and layer.output_shape[1 + place] > 1
    ]
    return max((int(stride) for stride in strides if stride == int(stride)), default=1)


def _sees(facts: Facts) -> list[ReceptiveField]:
    """Of every map, what one pixel of it sees; empty where that is not known of some map.

    The pooling of the whole map and what comes behind it are left out: they are the head. A branch that is spread
    over the map again, such as the gate of squeeze and excitation, lets every pixel see everything.
    """
    found = []
    for layer in facts.layers:
        field = layer.receptive_field
        pixels = math.prod(layer.output_shape[1:])
        if pixels > 1 and field is None:
            return []
        covering = layer.part == "convolution" and len(layer.output_shape) == 3  # a linear layer written as one
        if field is not None and (pixels > 1 or (covering and field.stride is not None)):
            found.append(field)
    return found
