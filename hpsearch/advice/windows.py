"""Rules on how kernels, strides and paddings fit the maps that they slide over."""

from collections.abc import Iterator

from hpsearch.advice.facts import Axis, Call, Facts, Kind
from hpsearch.advice.remark import Remark
from hpsearch.finding import Severity

NOTABLE_REST = 0.1
"""Share of a map that is lost at its end from which on it is a warning. Heuristic: below, an edge of the image is."""


def even_kernel(facts: Facts) -> Iterator[Remark]:
    """A kernel with an even side has no middle pixel.

    At stride 1 no symmetric padding keeps the size of the map: it grows or shrinks by one in each such layer. With
    one more row of padding on one side it keeps the size, and everything moves by half a pixel. A side of 3 costs
    less than one of 4 and has neither problem. Kernels with a stride, such as 2×2 with stride 2, are meant to
    change the size and are not reported.
    """
    for call in facts.of(Kind.CONVOLUTION):
        axis = next((one for one in call.axes if one.kernel % 2 == 0 and one.stride == 1 and one.side > 1), None)
        if axis is None or call.covers_map:
            continue
        if axis.made == axis.side:
            effect = f"keeps its {axis.side} pixels only with padding on one side, which moves it by half a pixel"
        else:
            effect = f"changes its side from {axis.side} to {axis.made} pixels: no symmetric padding keeps it"
        numbers = {"kernel": [one.kernel for one in call.axes], "side": axis.side, "made": axis.made}
        yield Remark(call.name, f"{call.said} has an even kernel ({call.kernel}), so that the map {effect}", numbers)


def stride_leaves_rest(facts: Facts) -> Iterator[Remark]:
    """The windows of a convolution with a stride stop before the end of the map.

    With a side of W pixels, a padding of P on both sides, a kernel of K and a stride of S, the windows tile the map
    if W − K + 2P is divisible by S. Otherwise rows and columns at the end are never read, so that the network is
    blind on two of the image's four edges. Where the rest is padding only (a 3×3 kernel with stride 2 and padding 1
    on an even side) nothing is lost, and nothing is reported. Up to a tenth of the map is information, more is a
    warning.
    """
    yield from _rests(facts, Kind.CONVOLUTION)


def pooling_leaves_rest(facts: Facts) -> Iterator[Remark]:
    """The windows of a pooling stop before the end of the map.

    A 2×2 pooling of a map of 7×7 gives 3×3 and never reads the seventh row and column. Even sides, ``ceil_mode`` or
    padding avoid that. Up to a tenth of the map is information, more is a warning.
    """
    yield from _rests(facts, Kind.POOLING)


def _rests(facts: Facts, kind: Kind) -> Iterator[Remark]:
    for call in facts.of(kind):
        axis = max(call.axes, key=lambda one: one.unread / one.side)
        if axis.stride > 1 and axis.unread:
            rows = f"the last {axis.unread} of" if axis.unread > 1 else "the last of"
            numbers = {
                "side": axis.side,
                "kernel": axis.kernel,
                "stride": axis.stride,
                "padding": list(axis.padding),
                "unread": axis.unread,
            }
            sentence = (
                f"{call.said} ({call.kernel}, stride {axis.stride}) never reads {rows} {axis.side} rows or columns"
            )
            notable = axis.unread / axis.side > NOTABLE_REST
            yield Remark(call.name, sentence, numbers, Severity.WARNING if notable else Severity.INFO)


def stride_leaves_gaps(facts: Facts) -> Iterator[Remark]:
    """A stride larger than the window skips pixels between the windows.

    A 1×1 convolution with stride 2, as in the shortcuts of residual networks, reads one pixel of four. Where
    another branch reads the rest that is usual, and costs a little accuracy; an average pooling in front of it
    avoids it. It is information for such a shortcut, and a warning for a larger window, for poolings, and for the first
    layer with weights, in front of which nothing has read the rest, unless another layer reads the same numbers
    without gaps.
    """
    for call in facts.of(Kind.CONVOLUTION, Kind.POOLING):
        gaps = [axis for axis in call.axes if axis.gap and axis.made > 1]
        if gaps:
            axis = gaps[0]
            shortcut = call.kind is Kind.CONVOLUTION and all(one.kernel == 1 for one in call.axes)
            shortcut = shortcut and (not facts.reaches_images(call) or _read_beside(facts, call))
            yield Remark(
                call.name,
                f"{call.said} ({call.kernel}) moves by {axis.stride} pixels and skips {axis.gap} between two windows",
                {"kernel": axis.kernel, "stride": axis.stride, "gap": axis.gap},
                Severity.INFO if shortcut else Severity.WARNING,
            )


def _read_beside(facts: Facts, call: Call) -> bool:
    """Whether another branch reads all of the map that a call reads with gaps."""
    source = facts.source(call)
    beside = (one for one in facts.of(Kind.CONVOLUTION, Kind.POOLING) if one.index != call.index)
    return any(facts.source(one) == source and not any(axis.gap for axis in one.axes) for one in beside)


def padding_changes_size(facts: Facts) -> Iterator[Remark]:
    """A convolution without a stride changes the size of the map.

    With a padding of (K − 1) / 2 on every side the map keeps its size, and only poolings and strides make it
    smaller, where that is meant. Without padding every layer cuts K − 1 pixels off, and what lies at the edge of
    the image is seen less and less: information, since many papers do it on purpose. Any other padding is rather a
    slip: a warning. A kernel that covers the whole map, as a fully connected layer does, is not reported; even
    kernels have a rule of their own (HP101).
    """
    for call in facts.of(Kind.CONVOLUTION):
        axis = next((one for one in call.axes if _resized(one)), None)
        if axis is not None and not call.covers_map:
            padded = any(axis.padding)
            pads = axis.padding[0] if axis.padding[0] == axis.padding[1] else f"{axis.padding[0]}+{axis.padding[1]}"
            right = (axis.reach - 1) // 2
            yield Remark(
                call.name,
                f"{call.said} ({call.kernel}, padding {pads}) changes the side of the map from {axis.side} to "
                f"{axis.made} pixels; padding {right} keeps it",
                {"side": axis.side, "made": axis.made, "padding": list(axis.padding), "keeping": right},
                Severity.WARNING if padded else Severity.INFO,
            )


def _resized(axis: Axis) -> bool:
    return axis.stride == 1 and axis.kernel % 2 == 1 and axis.made != axis.side


def large_pooling(facts: Facts) -> Iterator[Remark]:
    """A pooling window larger than 3×3 throws too much away at once.

    A 2×2 max pooling drops 75 % of the activations already, a 4×4 one 94 %. Poolings over the whole map, as in
    front of the classifier, are not reported.
    """
    for call in facts.of(Kind.POOLING):
        if max(axis.kernel for axis in call.axes) > 3:
            share = 1 - call.positions / _pixels(call)
            yield Remark(
                call.name,
                f"{call.said} pools {call.kernel} pixels at once and keeps {1 - share:.1%} of the map's numbers",
                {"kernel": [axis.kernel for axis in call.axes], "dropped": share},
            )


def _pixels(call: Call) -> int:
    count = 1
    for axis in call.axes:
        count *= axis.side
    return count
