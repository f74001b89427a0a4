"""Rules on what the network sees of the image: its total stride and its receptive field."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hpsearch.advice.facts import WEIGHTED, Call, Facts, Kind
from hpsearch.advice.remark import Remark
from hpsearch.finding import Severity


@dataclass(frozen=True)
class _View:
    """What one pixel of a map sees of the image along one direction, in pixels of the image."""

    size: float = 1
    step: int = 1
    """From one pixel of the map to the next."""


ONE_PIXEL = (_View(), _View())
EVERYTHING = (_View(math.inf), _View(math.inf))


def input_not_divisible(facts: Facts) -> Iterator[Remark]:
    """The side of the image is not a multiple of the network's total stride.

    Sides that can be halved often, such as 32, 64, 96, 224 or 384, leave no rests and no uneven borders on the way.
    The total stride is the product of the strides on the way to a map with more than one pixel; with several ways,
    the largest.
    """
    windows = [(call, view) for call, view in _views(facts) if len(call.axes) == 2]
    steps = [
        max((view[place].step for call, view in windows if call.axes[place].made > 1), default=1) for place in range(2)
    ]
    _, height, width = facts.purpose.input_shape
    for side, step, direction in zip((height, width), steps, ("high", "wide"), strict=True):
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
    views = _views(facts)
    if not any(len(call.axes) == 2 for call in facts.of(Kind.CONVOLUTION)):
        return
    _, height, width = facts.purpose.input_shape
    for place, side in enumerate((height, width)):
        seen = max(view[place].size for _, view in views)
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


def _views(facts: Facts) -> list[tuple[Call, tuple[_View, _View]]]:
    """Every call that makes a map or has a window, and what one pixel of its output sees, on the way of the largest.

    Poolings of the whole map are left out: they are the head, or a branch whose map comes later.
    """
    views: dict[int, tuple[_View, _View]] = {}
    maps = []
    for call in facts.calls:
        before = [views[maker.index] for maker in facts.makers(call)] or [ONE_PIXEL]
        view = (_largest([one[0] for one in before]), _largest([one[1] for one in before]))
        if call.kind is Kind.GLOBAL or (call.kind in WEIGHTED and call.kind is not Kind.CONVOLUTION):
            view = EVERYTHING
        elif len(call.axes) == 2:
            first, second = (
                _View(seen.size + (axis.reach - 1) * seen.step, seen.step * axis.stride)
                for seen, axis in zip(view, call.axes, strict=True)
            )
            view = (first, second)
        views[call.index] = view
        if call.kind is not Kind.GLOBAL and (call.axes or math.prod(call.outputs[1:]) > 1):
            maps.append((call, view))
    return maps


def _largest(views: list[_View]) -> _View:
    return _View(max(view.size for view in views), max(view.step for view in views))
