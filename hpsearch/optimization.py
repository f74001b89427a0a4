"""How the weights are changed, as the definition says it: optimiser, schedule and loss."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from hpsearch.searchable import (
    WRITTEN,
    SearchableDecay,
    SearchableFraction,
    SearchableLimit,
    SearchableRate,
    Section,
    named,
    searchable,
)
from hpsearch.space import Distribution, LogUniform

OptimizerName = Literal["sgd", "adam", "adamw", "rmsprop", "adagrad"]
ScheduleName = Literal["constant", "cosine", "step", "cyclic", "exponential"]


class ScheduleDefinition(Section):
    """How the learning rate changes while a trial trains."""

    name: Annotated[ScheduleName | Distribution, searchable(ScheduleName), WRITTEN] = "constant"
    factor: SearchableFraction = 0.1
    """``step`` multiplies the learning rate by this …"""
    every: Annotated[float, Field(gt=0, lt=1)] = 1 / 3
    """… whenever this share of the training has passed. ``cyclic`` rises within half of it from ``factor`` times the
    learning rate to the whole one and falls back within the other half; ``exponential`` has fallen to ``factor`` times
    the learning rate when the training ends."""
    warmup: SearchableFraction = 0.0
    """The share of the training in which the learning rate rises evenly to the whole one; the schedule has the rest."""


class OptimizerDefinition(Section):
    """How the weights are changed."""

    name: Annotated[str | Distribution, searchable(OptimizerName), WRITTEN] = "sgd"
    learning_rate: SearchableRate = LogUniform(1e-5, 1.0)
    weight_decay: SearchableDecay = LogUniform(1e-6, 1e-3)
    momentum: SearchableFraction = 0.9
    """Momentum of SGD and RMSprop; the first moment's decay rate (beta 1) of Adam and AdamW; Adagrad has none."""
    nesterov: bool = False
    """SGD looks ahead: the gradient counts once more beside the momentum."""
    clip_norm: SearchableLimit = None
    """A gradient whose norm over all parameters is larger is scaled down to it."""
    l1: SearchableDecay = 0.0
    """So many times the sum of the parameters' magnitudes is minimised too."""
    max_norm: SearchableLimit = None
    """After every update the weights into a unit are scaled down to this norm, if theirs is larger."""
    schedule: Annotated[ScheduleDefinition, BeforeValidator(named)] = ScheduleDefinition()


class LossDefinition(Section):
    """What is minimised; by default cross-entropy for whole-numbered targets and L2 for real ones."""

    name: Literal["auto", "cross_entropy", "l1", "l2"] = "auto"
    label_smoothing: SearchableFraction = 0.0
