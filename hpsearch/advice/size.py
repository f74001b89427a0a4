"""Rules on how many filters and parameters the layers have, and where fewer do the same."""

from collections.abc import Iterator

from hpsearch.advice.facts import Call, Facts, Kind
from hpsearch.advice.field import head_positions
from hpsearch.advice.remark import Remark
from hpsearch.finding import Severity

LARGEST_FIRST_KERNEL = 7
FEWEST_FIRST_FILTERS = 16
"""Heuristic; a patch of fewer numbers needs no more filters than numbers."""
BOTTLENECK = 4
"""By so much a 1×1 convolution narrows the maps in the comparison, as in the first Inception blocks."""
FEWEST_CHANNELS = 64
"""Below, a bottleneck would leave fewer than 16 channels (heuristic)."""
LEAST_HEAD = 100_000
"""Parameters from which on a heavy head is a warning. Heuristic: below, it costs nothing worth saving."""


def large_kernel(facts: Facts) -> Iterator[Remark]:
    """One large kernel stands where several 3×3 ones see as much for less.

    With C channels in and out, one 7×7 layer has 49C² weights, three 3×3 layers with the same receptive field have
    27C², and two more activations between them; 5×5 against two 3×3 is 25C² against 18C². The numbers are those of
    this layer, with the layers between as wide as the narrower side. Reported at stride 1, where the stack is
    smaller. The first layer has a rule of its own (HP109). Depthwise kernels, which cost little, and kernels over the
    whole map, which are fully connected layers, are left alone.
    """
    for call in facts.of(Kind.CONVOLUTION):
        sides = {axis.kernel for axis in call.axes}
        plain = all(axis.stride == axis.dilation == 1 for axis in call.axes) and len(call.axes) == 2
        if len(sides) != 1 or not plain or call.depthwise or call.covers_map or facts.reaches_images(call):
            continue
        (side,) = sides
        if side < 5 or side % 2 == 0:
            continue
        layers, middle = (side - 1) // 2, min(call.channels, call.filters)
        inner = middle * middle * (layers - 2)
        stacked = 9 * (call.channels * middle + inner + middle * call.filters) // call.groups
        if stacked < call.weights:
            yield Remark(
                call.name,
                f"{call.said} has {call.weights:,} weights in {side}×{side} kernels; {layers} layers of 3×3 with the "
                f"same receptive field have {stacked:,} ({stacked / call.weights:.0%})",
                {
                    "kernel": side,
                    "channels": call.channels,
                    "filters": call.filters,
                    "weights": call.weights,
                    "layers": layers,
                    "stacked_weights": stacked,
                    "multiply_adds": call.weights * call.positions,
                    "stacked_multiply_adds": stacked * call.positions,
                },
            )


def large_first_kernel(facts: Facts) -> Iterator[Remark]:
    """The first layer looks at the image through kernels larger than 7×7.

    A larger kernel is usual in the first layer only, and 7×7 is the largest in common use. AlexNet's 11×11 kernels
    with stride 4 learned little of middle frequencies, and left aliasing behind; 7×7 with stride 2 brought a better
    network.
    """
    for call in facts.of(Kind.CONVOLUTION):
        largest = max((axis.kernel for axis in call.axes), default=0)
        if largest > LARGEST_FIRST_KERNEL and facts.reaches_images(call) and not call.covers_map:
            stride = max(axis.stride for axis in call.axes)
            yield Remark(
                call.name,
                f"{call.said} looks at the image through {call.kernel} kernels with stride {stride}",
                {"kernel": [axis.kernel for axis in call.axes], "stride": stride},
            )


def no_bottleneck(facts: Facts) -> Iterator[Remark]:
    """A 5×5 or larger convolution sees all channels, without a 1×1 convolution that narrows them first.

    5×5 kernels from 128 to 256 channels have 819,200 weights. With a 1×1 convolution to 32 channels in front they
    are 4,096 + 204,800, a quarter. Reported from 64 channels on (heuristic), with a narrowing to a quarter.
    """
    for call in facts.of(Kind.CONVOLUTION):
        large = min((axis.kernel for axis in call.axes), default=0) >= 5
        left_alone = call.depthwise or call.covers_map or call.channels < FEWEST_CHANNELS
        if not large or left_alone or _narrowed(facts, call):
            continue
        narrow = call.channels // BOTTLENECK
        less = call.channels * narrow + call.weights // BOTTLENECK
        yield Remark(
            call.name,
            f"{call.said} has {call.weights:,} weights for {call.kernel} kernels over {call.channels} channels; behind "
            f"a 1×1 convolution to {narrow} channels, both together have {less:,} ({less / call.weights:.0%})",
            {
                "channels": call.channels,
                "filters": call.filters,
                "weights": call.weights,
                "narrowed_to": narrow,
                "narrowed_weights": less,
            },
        )


def _narrowed(facts: Facts, call: Call) -> bool:
    through = frozenset({Kind.ACTIVATION, Kind.BATCH_NORM, Kind.NORM, Kind.DROPOUT, Kind.SHAPE})
    makers = facts.makers(call)
    origin = facts.origin(makers[0], through) if makers else None
    return origin is not None and origin.kind is Kind.CONVOLUTION and all(axis.kernel == 1 for axis in origin.axes)


def narrow_first_layer(facts: Facts) -> Iterator[Remark]:
    """The first convolution has few filters.

    All that the rest of the network will ever know of the image goes through them: edges in a few directions and
    colours need more than a handful. Reported below 16 filters, and below the count of numbers in one patch where
    that is smaller: nine filters lose nothing of a grey 3×3 patch. A heuristic. Cheap to try: the layer is small.
    """
    for call in facts.of(Kind.CONVOLUTION):
        patch = call.channels
        for axis in call.axes:
            patch *= axis.kernel
        needed = min(FEWEST_FIRST_FILTERS, patch)
        if facts.reaches_images(call) and call.filters < needed:
            yield Remark(
                call.name,
                f"{call.said}, which sees the images, has {call.filters} filters for patches of {patch} numbers",
                {"filters": call.filters, "patch": patch, "needed": needed},
            )


def filters_not_power_of_two(facts: Facts) -> Iterator[Remark]:
    """The number of filters is no power of two.

    A rule of thumb rather than a law: powers of two are easy to search, and fill the tiles in which processors
    multiply; there multiples of 8 (of 64 for large layers) are what counts. Depthwise layers and a last convolution
    that makes the outputs have no choice, and are left alone.
    """
    for call in facts.of(Kind.CONVOLUTION):
        outputs = call.filters == facts.purpose.outputs and call.covers_map
        if call.depthwise or outputs or call.filters & (call.filters - 1) == 0:
            continue
        low = 1 << (call.filters.bit_length() - 1)
        sentence = f"{call.said} has {call.filters} filters; the next powers of two are {low} and {2 * low}"
        yield Remark(call.name, sentence, {"filters": call.filters, "multiple_of_8": call.filters % 8 == 0})


def head_outweighs_convolutions(facts: Facts) -> Iterator[Remark]:
    """The linear layers have more parameters than all convolutions, and see a flattened map.

    They learn each position anew and overfit first; in AlexNet they hold 58.6 of 61 million parameters. A mean over
    each map in front of one linear layer needs none of that. A warning from 100,000 parameters on, else
    information. A head behind a global pooling is not reported.
    """
    linear, convolutions = list(facts.of(Kind.LINEAR)), list(facts.of(Kind.CONVOLUTION))
    head = sum(call.weights + call.filters * call.biased for call in _once(linear))
    body = sum(call.weights + call.filters * call.biased for call in _once(convolutions))
    flattened = [(call, positions) for call in linear if (positions := head_positions(facts, call)) > 1]
    if not flattened or not convolutions or head <= body:
        return
    call, positions = flattened[0]
    saved = call.weights - call.weights // positions
    yield Remark(
        call.name,
        f"the linear layers have {head:,} parameters and the convolutions {body:,}; averaging the {positions} "
        f"positions in front of {call.said} would save {saved:,}",
        {"linear": head, "convolutions": body, "positions": positions, "saved": saved},
        Severity.WARNING if head >= LEAST_HEAD else Severity.INFO,
    )


def _once(calls: list[Call]) -> list[Call]:
    """One call for each layer: shared weights count once."""
    return list({call.name: call for call in calls}.values())
