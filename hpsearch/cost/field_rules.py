"""What each operation of ATen does to the receptive field.

An operation that stands in no table here and keeps the shape of the map keeps its field; one that does not makes the
field unknown (None) rather than wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from hpsearch.cost.field import Axis, Field, joined


@dataclass(frozen=True)
class Call:
    """One call of an operation."""

    operation: str
    """Its name in ATen, for example ``convolution``."""
    arguments: tuple[Any, ...]
    fields: tuple[Field, ...]
    """Of the tensors among the arguments that depend on the image."""
    made: Tensor
    """Its first result."""
    image: tuple[int, int]
    """Rows and columns of the image."""

    def argument(self, place: int, default: Any) -> Any:
        """An argument, or what stands for one that was left out or empty."""
        given = self.arguments[place] if len(self.arguments) > place else None
        return default if given is None or given == [] else given

    def pair(self, place: int, default: Any) -> tuple[int, int]:
        """An argument with a number for each direction, or one for both."""
        given = self.argument(place, default)
        first, last = (given, given) if isinstance(given, int) else (given[0], given[-1])
        return int(first), int(last)

    def map_sizes(self) -> tuple[int, int]:
        """Rows and columns of the result."""
        return int(self.made.shape[-2]), int(self.made.shape[-1])


def field_of(call: Call) -> Field | None:
    """The field of the call's result; None if it is not known."""
    if not call.fields:
        return None
    rule = RULES.get(call.operation)
    if rule is not None:
        return rule(call)
    field = joined(call.fields) if _same_rank(call) else None
    return field if field is not None and _fits(field, call.made) else None


def _same_rank(call: Call) -> bool:
    """Whether the result still has the axes that the fields speak of."""
    return all(field.places is None or call.made.ndim >= -min(field.places) for field in call.fields)


def _fits(field: Field, made: Tensor) -> bool:
    if field.places is None:
        return True
    return tuple(made.shape[place] for place in field.places) == (field.rows.count, field.columns.count)


def _is_map(call: Call) -> bool:
    return call.fields[0].places == (-2, -1) and call.made.ndim in (3, 4)


def _convolution(call: Call) -> Field | None:
    weight, transposed = call.arguments[1], bool(call.arguments[6])
    if not _is_map(call) or weight.ndim != 4:
        return None
    stride, padding, dilation = call.pair(3, 1), call.pair(4, 0), call.pair(5, 1)
    kernel, counts = weight.shape[2:], call.map_sizes()

    def slide(axis: Axis, i: int) -> Axis:
        if transposed:
            reach = (kernel[i] - 1) * dilation[i] + 1
            return axis.transposed(reach, stride[i], padding[i], counts[i])
        return axis.window(kernel[i], stride[i], padding[i], dilation[i], counts[i])

    return call.fields[0].each(slide)


def _pooling(dilated: bool) -> Callable[[Call], Field | None]:
    def rule(call: Call) -> Field | None:
        if not _is_map(call):
            # A pooling over channels, as in local response normalisation, leaves rows and columns as they are.
            field = call.fields[0]
            return field if _fits(field, call.made) and call.pair(1, 1)[1] == 1 else None
        kernel = call.pair(1, 1)
        stride, padding = call.pair(2, kernel), call.pair(3, 0)
        dilation = call.pair(4, 1) if dilated else (1, 1)
        counts = call.map_sizes()
        return call.fields[0].each(
            lambda axis, i: axis.window(kernel[i], stride[i], padding[i], dilation[i], counts[i])
        )

    return rule


def _adaptive(call: Call) -> Field | None:
    counts = call.map_sizes()
    image = call.image

    def pool(axis: Axis, i: int) -> Axis:
        return axis.whole(image[i]) if counts[i] == 1 else axis.pooled(counts[i])

    return call.fields[0].each(pool) if _is_map(call) else None


def _reduction(call: Call) -> Field | None:
    """A mean, sum or extreme: what it goes over is seen whole."""
    field, given = call.fields[0], call.arguments[0]
    over = call.argument(1, list(range(given.ndim)))
    over = {(axis if axis < 0 else axis - given.ndim) for axis in ([over] if isinstance(over, int) else over)}
    kept = call.made.ndim == given.ndim
    if field.places is None:
        return field.seen_whole(call.image) if over - {-given.ndim} else field
    seen = [place in over for place in field.places]
    image = call.image
    changed = field.each(lambda axis, i: axis.whole(image[i]) if seen[i] else axis)
    if kept or not any(seen):
        places = field.places if kept else _without(field.places, over)
        return Field(changed.rows, changed.columns, places)
    return Field(changed.rows, changed.columns, None)


def _without(places: tuple[int, int], over: set[int]) -> tuple[int, int]:
    """Where the directions stand once the axes ``over`` are gone, counted from the end."""
    rows, columns = (place + sum(1 for axis in over if axis > place) for place in places)
    return rows, columns


def _padding(call: Call) -> Field | None:
    amounts = [int(amount) for amount in call.arguments[1]]
    if call.fields[0].places != (-2, -1):
        return None
    before = (amounts[2] if len(amounts) > 2 else 0, amounts[0])
    counts = call.map_sizes()
    return call.fields[0].each(lambda axis, i: axis.shifted(-before[i], 1, counts[i]))


def _slice(call: Call) -> Field | None:
    field = call.fields[0]
    place, start, step = int(call.argument(1, 0)), int(call.argument(2, 0)), int(call.argument(4, 1))
    place = place if place < 0 else place - call.made.ndim
    if field.places is None or place not in field.places:
        return field
    begun = start if start >= 0 else start + int(call.arguments[0].shape[place])
    which, count = field.places.index(place), int(call.made.shape[place])
    return field.each(lambda axis, i: axis.shifted(begun, step, count) if i == which else axis)


def _transposition(call: Call) -> Field | None:
    field, axes = call.fields[0], call.made.ndim
    if field.places is None:
        return field
    order = list(range(axes))
    if call.operation == "permute":
        order = [int(axis) % axes for axis in call.arguments[1]]
    else:
        first, second = (0, 1) if call.operation == "t" else (call.arguments[1] % axes, call.arguments[2] % axes)
        order[first], order[second] = second, first
    rows, columns = (order.index(place + axes) - axes for place in field.places)
    return Field(field.rows, field.columns, (rows, columns))


def _view(call: Call) -> Field | None:
    """Another shape: the directions are found again where their sizes stand beside each other."""
    field, shape = call.fields[0], tuple(call.made.shape)
    counts = (field.rows.count, field.columns.count)
    last_first = ((-3, -2), (-2, -1)) if field.places == (-3, -2) else ((-2, -1), (-3, -2))
    for places in last_first:
        if len(shape) > -places[0] and tuple(shape[place] for place in places) == counts:
            return Field(field.rows, field.columns, places)
    return Field(field.rows, field.columns, None)


def _product(call: Call) -> Field | None:
    """A matrix product. With weights it sees what is merged into the axis that it goes over; of two that depend on
    the image, as in attention, all of both."""
    whole = call.fields[0] if len(call.fields) == 1 else joined(_merged(one) for one in call.fields)
    rows = int(call.made.shape[0]) if call.made.ndim == 2 else 0
    pixels = whole.rows.count * whole.columns.count
    if len(call.fields) == 1 and pixels > 1 and (whole.places is not None or (rows % pixels == 0 and rows > 0)):
        return whole  # one linear layer for all pixels, which lie along the rows
    return whole.seen_whole(call.image)


def _merged(field: Field) -> Field:
    return Field(field.rows, field.columns, None)


def _interpolation(neighbours: int) -> Callable[[Call], Field | None]:
    def rule(call: Call) -> Field | None:
        counts = call.map_sizes()
        return call.fields[0].each(lambda axis, i: axis.resized(neighbours, counts[i])) if _is_map(call) else None

    return rule


RULES: Mapping[str, Callable[[Call], Field | None]] = {
    "convolution": _convolution,
    "max_pool2d_with_indices": _pooling(dilated=True),
    "avg_pool2d": _pooling(dilated=False),
    "avg_pool3d": _pooling(dilated=False),
    **dict.fromkeys(("_adaptive_avg_pool2d", "adaptive_max_pool2d"), _adaptive),
    **dict.fromkeys(("mean", "sum", "amax", "amin", "max", "min", "var", "std", "var_mean"), _reduction),
    **dict.fromkeys(("constant_pad_nd", "reflection_pad2d", "replication_pad2d"), _padding),
    "slice": _slice,
    **dict.fromkeys(("permute", "transpose", "t"), _transposition),
    **dict.fromkeys(("view", "_unsafe_view", "_reshape_alias", "squeeze", "unsqueeze", "expand", "select"), _view),
    **dict.fromkeys(("mm", "bmm", "addmm", "baddbmm", "mv", "addmv"), _product),
    "upsample_nearest2d": _interpolation(1),
    **{name: _interpolation(2) for name in ("upsample_bilinear2d", "_upsample_bilinear2d_aa")},
    "upsample_bicubic2d": _interpolation(4),
}
"""By the name that the operation has in ATen."""
