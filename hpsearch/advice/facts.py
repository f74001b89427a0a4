"""What the rules look at: the calls of one forward pass, with sizes, settings, and who follows whom."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from hpsearch.advice.backward import Slope
from hpsearch.cost.row import LayerCost

IMAGES = -1
"""Stands for the network's input where the index of a call is expected."""


class Kind(StrEnum):
    """What a call does, as far as the rules care."""

    CONVOLUTION = "convolution"
    LINEAR = "linear"
    WEIGHTED = "weighted"
    """Any other product with weights: transposed convolution, attention, recurrent layers."""
    POOLING = "pooling"
    GLOBAL = "global"
    """A pooling or a mean over the whole map."""
    BATCH_NORM = "batch norm"
    """Batch or instance norm: subtracts the mean of each channel."""
    NORM = "norm"
    """Group or layer norm."""
    ACTIVATION = "activation"
    DROPOUT = "dropout"
    SHAPE = "shape"
    """The same numbers in another arrangement, padding included."""
    OTHER = "other"


WEIGHTED = frozenset({Kind.CONVOLUTION, Kind.LINEAR, Kind.WEIGHTED})
NORMS = frozenset({Kind.BATCH_NORM, Kind.NORM})


@dataclass(frozen=True)
class Axis:
    """How a window slides along one direction of a map. All in pixels of its input."""

    side: int
    """Of the input, before any padding."""
    kernel: int
    stride: int
    dilation: int
    padding: tuple[int, int]
    """Before and behind, that of a padding layer directly in front included."""
    made: int
    """Side of the output."""

    @property
    def reach(self) -> int:
        """From the first to the last pixel of a window."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def gap(self) -> int:
        """Pixels between two neighbouring windows that neither reads."""
        return max(0, self.stride - self.reach)

    @property
    def unread(self) -> int:
        """Rows at the end of the input, beyond the usual gap, that no window reads; padding is no row."""
        last = (self.made - 1) * self.stride + self.reach
        return max(0, self.padding[0] + self.side - last - self.gap)


@dataclass(frozen=True)
class Meaning:
    """What the arguments of a call say."""

    kind: Kind
    axes: tuple[Axis, ...] = ()
    """Of convolutions and poolings, one for each direction."""
    channels: int = 0
    """Of the input of a convolution or linear layer …"""
    filters: int = 0
    """… and of its output."""
    groups: int = 1
    biased: bool = False
    """Whether a layer has a bias, or a parameter is added."""
    weights: int = 0
    """Numbers in the weights, without the bias."""
    strength: float = 0.0
    """Of a dropout, the share that it drops …"""
    switched_off: bool = False
    """… and whether it was told that this is no training, as it is in eval mode."""


@dataclass(frozen=True, kw_only=True)
class Call(Meaning):
    """One call of a function on tensors during the forward pass."""

    index: int
    name: str
    """The layer's dotted path, or the function with the path of the module that calls it."""
    function: str
    """Without a trailing underscore, for example ``conv2d``."""
    before: tuple[int, ...]
    """The calls that made its inputs; ``IMAGES`` for the network's input."""
    inputs: tuple[int, ...]
    """Shape of its first tensor without the batch axis."""
    outputs: tuple[int, ...]
    """Shape of what it gives without the batch axis."""

    @property
    def said(self) -> str:
        """The name in a sentence; one that ends in a number, as in ``nn.Sequential``, is said to be a layer's."""
        return f"{self.function} layer {self.name}" if self.name.rpartition(".")[2].isdigit() else self.name

    @property
    def kernel(self) -> str:
        """Such as 3×3."""
        return "×".join(str(axis.kernel) for axis in self.axes)

    @property
    def depthwise(self) -> bool:
        return self.groups > 1 and self.groups == self.channels

    @property
    def covers_map(self) -> bool:
        """Whether there is one position only, as in a fully connected layer that is written as a convolution."""
        return bool(self.axes) and all(axis.made == 1 for axis in self.axes)

    @property
    def positions(self) -> int:
        """Pixels of the output map."""
        count = 1
        for axis in self.axes:
            count *= axis.made
        return count


@dataclass(frozen=True)
class Probe:
    """What real passes in eval mode on two samples showed; None: could not be tried."""

    influence: float | None
    """Largest gradient of one sample's outputs with respect to the other sample's pixels."""
    difference: float | None
    """Largest difference between the outputs of two passes over the same images."""
    input_change: float | None
    """Largest change of the images themselves during a pass."""
    mixing: str = ""
    """Where the outputs depend on no image at all: the first layer whose outputs for one sample depend on another."""
    change: float | None = None
    """Largest change of one sample's outputs where the other is exchanged; asked where there is no gradient."""
    stuck: tuple[str, ...] = ()
    """Layers to which the mode matters that are in training mode after ``eval()`` and a pass."""


@dataclass(frozen=True)
class Failure:
    """What a network raised."""

    reason: str
    """For a sentence: what it means, where that is known, or the raised words."""
    raised: str
    """In the words of the exception."""
    advice: str = ""
    """What to do about it; empty where that is not known."""


@dataclass(frozen=True)
class Purpose:
    """What a network is for."""

    input_shape: tuple[int, int, int]
    """(C, H, W)"""
    outputs: int
    is_classification: bool = True
    object_size: int | None = None
    """Side in pixels of what is to be recognised, if the user states it."""


@dataclass(frozen=True)
class Facts:
    """One network at one point of the space."""

    purpose: Purpose
    calls: tuple[Call, ...] = ()
    """In the order of the forward pass in eval mode."""
    last: int | None = None
    """The call that made the logits; None if no call did."""
    unused: tuple[str, ...] = ()
    """Layers that neither the pass in eval mode nor the one in training mode calls."""
    foreign: tuple[str, ...] = ()
    """Weights that the pass takes and the network does not have: what takes them, and their shapes."""
    anew: bool = False
    """Whether these are others in every pass."""
    slopes: tuple[Slope, ...] = ()
    """What the loss does along the gradients of a few parameters."""
    unsaved: tuple[str, ...] = ()
    """What holds random numbers that are neither parameters nor buffers, and that the outputs depend on."""
    in_training: "Facts | None" = None
    """The calls in training mode, and nothing else of that."""
    probe: Probe | None = None
    layers: tuple[LayerCost, ...] = ()
    """What each layer costs and what it sees of the image; empty if that could not be counted."""
    failure: Failure | None = None
    """Why the forward pass could not be followed to its end."""

    def of(self, *kinds: Kind) -> Iterator[Call]:
        """The calls of these kinds in their order."""
        return (call for call in self.calls if call.kind in kinds)

    def makers(self, call: Call) -> tuple[Call, ...]:
        """The calls that made a call's inputs."""
        return tuple(self.calls[index] for index in call.before if index != IMAGES)

    def followers(self, call: Call) -> tuple[Call, ...]:
        """The calls that take what a call gave."""
        return self._followers[call.index]

    def source(self, call: Call) -> int:
        """The call that made the numbers of a call's first input, whatever arranged them since; or ``IMAGES``."""
        makers = self.makers(call)
        found = self.origin(makers[0], frozenset({Kind.SHAPE})) if makers else None
        return IMAGES if found is None else found.index

    def reaches_images(self, call: Call) -> bool:
        """Whether there is a way from the images to the call without a layer with weights in between."""
        return call.index in self._near_images

    @property
    def work(self) -> float:
        """Multiply-adds of the products with weights, for one sample."""
        return sum(
            one.weights * max(1, one.positions if one.axes else math.prod(one.outputs[:-1])) for one in self.calls
        )

    @cached_property
    def _followers(self) -> tuple[tuple[Call, ...], ...]:
        found: list[list[Call]] = [[] for _ in self.calls]
        for call in self.calls:
            for maker in self.makers(call):
                found[maker.index].append(call)
        return tuple(tuple(calls) for calls in found)

    @cached_property
    def _near_images(self) -> frozenset[int]:
        near: set[int] = set()
        for call in self.calls:
            makers = [maker for maker in self.makers(call) if maker.kind not in WEIGHTED]
            if IMAGES in call.before or any(maker.index in near for maker in makers):
                near.add(call.index)
        return frozenset(near)

    def origin(self, call: Call, through: frozenset[Kind]) -> Call | None:
        """The first call up the stream that does more than the kinds ``through``; None for the images."""
        while call.kind in through:
            makers = self.makers(call)
            if not makers:
                return None
            call = makers[0]
        return call
