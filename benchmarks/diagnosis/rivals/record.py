"""What published detectors are shown of one training: summary numbers that were computed while it went on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Values:
    """One tensor at one step."""

    name: str
    mean_abs: float
    variance: float
    zero_share: float
    finite: bool
    spread: float | None = None
    """From the 5th to the 95th percentile."""
    moved: float | None = None
    """Norm of what it changed by since the step that was saved before, as a part of its norm."""


@dataclass(frozen=True)
class Activation:
    """The units of one activation at one step: channels of maps, neurons of vectors."""

    name: str
    kind: str
    """Class of the module, for example ReLU."""
    input_variance: float
    inactive_share: float
    """Units with less than a hundredth of their values above zero (ReLU) or within the range where the function still
    has a slope (sigmoid, tanh)."""


@dataclass(frozen=True)
class Saved:
    """One iteration, before its update."""

    step: int
    loss: float
    input_mean: float
    samples: int
    weights: tuple[Values, ...]
    gradients: tuple[Values, ...]
    activations: tuple[Activation, ...]
    seen: tuple[int, ...]
    """Samples of each class."""
    right: tuple[int, ...]
    """Those of them that were predicted right."""


@dataclass(frozen=True)
class FirstBatch:
    """The gradient of the first samples of the training set at the end of an epoch, in evaluation mode."""

    epoch: int
    """From 1."""
    kernel_norms: tuple[float, ...]
    """Norms of the gradients of weights with more than one dimension, from the input on."""
    zero_share: float
    """Zeros among all numbers of all gradients."""
    finite: bool


@dataclass(frozen=True)
class Modes:
    """The same validation samples in training mode and in evaluation mode."""

    step: int
    train_loss: float
    eval_loss: float
    similarities: Mapping[str, float]
    """Linear CKA of the activations and of the outputs (``outputs``) in both modes."""


@dataclass(frozen=True)
class Epoch:
    """Means over samples."""

    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True)
class Initial:
    """Before any update."""

    feature_mean: float
    feature_std: float
    feature_min: float
    feature_max: float
    label_balance: float
    """Perplexity of the labels, 0 for a single class and 1 for equally many of each."""
    weights: tuple[tuple[str, float, int, int], ...]
    """Name, variance, fan in and fan out of each weight with more than one dimension."""
    activation: str
    bias_sums: tuple[float, ...]
    loss: float
    """Over some 128 samples with equally many of each class."""
    expected_loss: float
    growth: tuple[float, ...]
    """By how much the loss grows where these samples are there twice as often."""
    depends_on_others: bool
    """Whether the first sample's outputs have a gradient with respect to other samples, in evaluation mode."""


@dataclass(frozen=True)
class Fitting:
    """A thousand updates on a batch of 16 samples or fewer."""

    losses: tuple[float, ...]
    best_accuracy: float
    blank_losses: tuple[float, ...] = ()
    """The same with images that are zero everywhere, where the first fitting failed."""


@dataclass(frozen=True)
class Traces:
    """Up to 200 updates on a batch of 50 samples or fewer; one number for each update, unless it says otherwise."""

    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    weights: Mapping[str, Sequence[float]]
    """Mean absolute values."""
    biases: Mapping[str, Sequence[float]]
    gradients: Mapping[str, Sequence[float]]
    updates: Mapping[str, Sequence[float | None]]
    """Decimal logarithm of mean absolute update by mean absolute weight, 0 for no update; None for a weight of zero."""
    decays: Mapping[str, Sequence[float]]
    """Norm of the gradient of the weight decay by that of the loss."""
    negative_shares: Mapping[str, Sequence[float]]
    """At every tenth update, as the following."""
    tiny_shares: Mapping[str, Sequence[float]]
    activation_stds: Mapping[str, Sequence[float]]
    """Over the last ten updates, as the following."""
    dead_shares: Mapping[str, Sequence[float]]
    saturated_shares: Mapping[str, Sequence[float]]
    outputs_vary: tuple[bool, ...]
    """Whether every output has differed between samples of one batch so far."""
    finite: bool


@dataclass(frozen=True)
class Debugging:
    """What comes of the short trainings that TheDeepChecker asks for itself; nothing of a network that raises."""

    initial: Initial | None = None
    fitting: Fitting | None = None
    traces: Traces | None = None


@dataclass(frozen=True)
class Record:
    """All of one training."""

    epochs_planned: int
    step_losses: tuple[float, ...]
    epochs: tuple[Epoch, ...]
    saved: tuple[Saved, ...] = ()
    first_batches: tuple[FirstBatch, ...] = ()
    modes: tuple[Modes, ...] = ()
    batches: int = 1
    """Of an epoch."""
    ended_by: str = field(default="", compare=False)
    """What ended the training before its time; empty if nothing did."""
    debugging: Debugging = Debugging()


def written(record: Record | Debugging) -> str:
    """As JSON, with NaN and Infinity as Python writes them."""
    return json.dumps(asdict(record))


def read(text: str) -> Record:
    """What ``written`` wrote of a record, without its debugging."""
    found: dict[str, Any] = json.loads(text)
    return Record(
        **{
            **found,
            "step_losses": tuple(found["step_losses"]),
            "epochs": tuple(Epoch(**one) for one in found["epochs"]),
            "saved": tuple(_saved(one) for one in found["saved"]),
            "first_batches": tuple(
                FirstBatch(**{**one, "kernel_norms": tuple(one["kernel_norms"])}) for one in found["first_batches"]
            ),
            "modes": tuple(Modes(**one) for one in found["modes"]),
            "debugging": Debugging(),
        }
    )


def read_debugging(text: str) -> Debugging:
    """What ``written`` wrote of a debugging."""
    found: dict[str, Any] = json.loads(text)
    return Debugging(
        found["initial"] and Initial(**found["initial"]),
        found["fitting"] and Fitting(**found["fitting"]),
        found["traces"] and Traces(**found["traces"]),
    )


def _saved(found: dict[str, Any]) -> Saved:
    return Saved(
        **{
            **found,
            "weights": tuple(Values(**one) for one in found["weights"]),
            "gradients": tuple(Values(**one) for one in found["gradients"]),
            "activations": tuple(Activation(**one) for one in found["activations"]),
            "seen": tuple(found["seen"]),
            "right": tuple(found["right"]),
        }
    )
