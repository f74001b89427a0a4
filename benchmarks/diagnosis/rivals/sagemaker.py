"""The built-in rules of Amazon SageMaker Debugger for the training of classifiers of images.

Source: "List of Debugger Built-in Rules" in the developer guide (awsdocs/amazon-sagemaker-developer-guide,
doc_source/debugger-built-in-rules.md), with the parameters that it names as defaults, and those of its samples where
there is no default. The rules themselves are not public: what follows was written from their descriptions.

Left out: rules for XGBoost and for text, StalledTrainingRule (no tensor arrives for half an hour), SimilarAcrossRuns
(needs a second run that is right) and Confusion (its documented formula asks a share of 0.9 of each element of the
diagonal, which no training of more than one class can have).
"""

import itertools
import math

from benchmarks.diagnosis.rivals.record import Record, Saved, Values
from benchmarks.diagnosis.rivals.rule import Rule, families

NAME = "SageMaker Debugger"


def vanishing_gradient(record: Record) -> bool:
    """The mean of the absolute values of a gradient is below 1e-7."""
    return any(one.mean_abs < 1e-7 for saved in record.saved for one in saved.gradients)


def exploding_tensor(record: Record) -> bool:
    """A gradient, a weight or the loss is not finite."""
    last = record.step_losses[-1:]
    return any(not one.finite for saved in record.saved for one in _tensors(saved)) or not all(map(math.isfinite, last))


def dead_relu(record: Record) -> bool:
    """Of one layer more than 50 % of the ReLUs are active for less than 1 %."""
    return any(one.kind == "ReLU" and one.inactive_share > 0.5 for saved in record.saved for one in saved.activations)


def saturated_activation(record: Record) -> bool:
    """Of one layer of sigmoids or hyperbolic tangents more than 50 % are outside of their range for 99 %."""
    return any(
        one.kind in ("Sigmoid", "Tanh") and one.inactive_share > 0.5
        for saved in record.saved
        for one in saved.activations
    )


def poor_weight_initialization(record: Record) -> bool:
    """In the first ten savings: variances of inputs to ReLUs apart by a factor of more than 10, a gradient whose
    middle 90 % are within 0.001, or a loss that does not fall for 5 savings."""
    first = record.saved[:10]
    for saved in first:
        variances = [one.input_variance for one in saved.activations if one.kind == "ReLU"]
        if variances and max(variances) > 10 * min(variances):
            return True
        if any(one.spread is not None and one.spread < 0.001 for one in saved.gradients):
            return True
    return _longest_without_improvement([saved.loss for saved in first], 0.0) >= 5


def weight_update_ratio(record: Record) -> bool:
    """A weight moved between two savings by more than 10 times or by less than 1e-8 of its norm."""
    moves = [one.moved for saved in record.saved for one in saved.weights if one.moved is not None]
    return any(move > 10.0 or move < 1e-8 for move in moves)


def all_zero(record: Record) -> bool:
    """All of a weight or of a gradient is zero."""
    return any(one.zero_share == 1.0 for saved in record.saved for one in _tensors(saved))


def tensor_variance(record: Record) -> bool:
    """A weight has a variance above 10 or below 1e-5."""
    return any(one.variance > 10 or one.variance < 1e-5 for saved in record.saved for one in saved.weights)


def unchanged_tensor(record: Record) -> bool:
    """The loss is the same at 3 savings in a row, with tolerances of 1e-5 relative and 1e-8 absolute."""
    losses = [saved.loss for saved in record.saved]
    return any(
        all(abs(losses[place] - losses[place + other]) <= 1e-8 + 1e-5 * abs(losses[place]) for other in (1, 2))
        for place in range(len(losses) - 2)
    )


def loss_not_decreasing(record: Record) -> bool:
    """From one validation to the next, at least 10 steps later, the loss falls by less than 0.1 %; a rise counts from
    5 %."""
    apart = max(1, math.ceil(10 / record.batches))
    losses = [epoch.val_loss for epoch in record.epochs][::apart]
    for before, after in itertools.pairwise(losses):
        change = (after - before) / before if before else 0.0
        if -0.001 < change <= 0 or change > 0.05:
            return True
    return False


def overfit(record: Record) -> bool:
    """The validation loss is above the training loss by more than a tenth of it."""
    return any(epoch.val_loss - epoch.train_loss > 0.1 * epoch.train_loss for epoch in record.epochs)


def overtraining(record: Record) -> bool:
    """No improvement by 0.01 of the training loss for 5 savings and of the validation loss for 10."""
    train = _longest_without_improvement([epoch.train_loss for epoch in record.epochs], 0.01)
    validation = _longest_without_improvement([epoch.val_loss for epoch in record.epochs], 0.01)
    return train >= 5 and validation >= 10


def class_imbalance(record: Record) -> bool:
    """Among the last 500 samples that were saved one class is more than 10 times as frequent as another, or more than
    70 % of one class were predicted wrong."""
    seen, right = [0] * _classes(record), [0] * _classes(record)
    for saved in reversed(record.saved):
        seen = [a + b for a, b in zip(seen, saved.seen, strict=True)]
        right = [a + b for a, b in zip(right, saved.right, strict=True)]
        if sum(seen) >= 500:
            wrong = any(1 - mine / there > 0.7 for mine, there in zip(right, seen, strict=True) if there)
            return max(seen) > 10 * min(seen) or wrong
    return False


def check_input_images(record: Record) -> bool:
    """The mean of 500 or more images is further than 0.2 from 0."""
    samples, total = 0, 0.0
    for saved in record.saved:
        samples, total = samples + saved.samples, total + saved.samples * saved.input_mean
        if samples >= 500:
            return not abs(total / samples) <= 0.2
    return False


def _tensors(saved: Saved) -> tuple[Values, ...]:
    return (*saved.weights, *saved.gradients)


def _classes(record: Record) -> int:
    return len(record.saved[0].seen) if record.saved else 0


def _longest_without_improvement(losses: list[float], delta: float) -> int:
    best, waited, longest = math.inf, 0, 0
    for loss in losses:
        if loss < best - delta:
            best, waited = loss, 0
        else:
            waited += 1
        longest = max(longest, waited)
    return longest


RULES = (
    Rule(NAME, "VanishingGradient", "mean of absolute values < 1e-7", families("signal slow"), vanishing_gradient),
    Rule(NAME, "ExplodingTensor", "NaN or infinite", families("explodes"), exploding_tensor),
    Rule(NAME, "DeadRelu", "> 50 % of a layer active < 1 %", families("signal"), dead_relu),
    Rule(
        NAME,
        "SaturatedActivation",
        "> 50 % of a layer outside ±9.5, −23 … 17",
        families("signal"),
        saturated_activation,
    ),
    Rule(
        NAME,
        "PoorWeightInitialization",
        "variances × 10, spread 0.001, 5 of the first 10",
        families("weights"),
        poor_weight_initialization,
    ),
    Rule(NAME, "WeightUpdateRatio", "> 10 or < 1e-8", families("explodes slow frozen"), weight_update_ratio),
    Rule(NAME, "AllZero", "100 %", families("signal weights frozen"), all_zero),
    Rule(NAME, "TensorVariance", "> 10 or < 1e-5", families("weights explodes"), tensor_variance),
    Rule(NAME, "UnchangedTensor", "3 savings, 1e-5", families("stuck signal frozen"), unchanged_tensor),
    Rule(
        NAME,
        "LossNotDecreasing",
        "0.1 % in 10 steps, rise 5 %",
        families("stuck slow explodes unstable labels"),
        loss_not_decreasing,
    ),
    Rule(NAME, "Overfit", "(validation − training) > 0.1 training", families("overfits"), overfit),
    Rule(NAME, "Overtraining", "0.01 in 5 and 10", families("overfits"), overtraining),
    Rule(NAME, "ClassImbalance", "10 ×, 70 % of 500", families("uneven"), class_imbalance),
    Rule(NAME, "CheckInputImages", "mean further than 0.2 from 0", families("scale"), check_input_images),
)
