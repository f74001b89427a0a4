"""The checks of TheDeepChecker (Ben Braiek and Khomh, "Testing Feedforward Neural Networks Training Programs", ACM
TOSEM 2022) at the thresholds of its settings (thedeepchecker/thedeepchecker, ``deep_checker/config/settings.yaml``).

It is made for TensorFlow. Here it is given the network, its logits as the operation whose samples must not depend on
each other, a soft-max as the output, and weight decay as its regularisation loss. Its check of numerical gradients is
off by default. The comparison of a failed fit with blank images is done as the paper describes it. Left out: the check
of augmentation (the catalogue has none outside of networks), and those of regression.
"""

import math
from collections.abc import Callable, Sequence
from statistics import pvariance

from scipy import stats

from benchmarks.diagnosis.rivals import fitted
from benchmarks.diagnosis.rivals.measures import same_variance, smoothness
from benchmarks.diagnosis.rivals.record import Initial, Record, Traces
from benchmarks.diagnosis.rivals.rule import Rule, families

NAME = "TheDeepChecker"


def unnormalised_features(initial: Initial) -> bool:
    """Neither from 0 or -1 to 1, nor of mean 0 and standard deviation 1, each within 0.01."""
    near = _near
    if initial.feature_std == 0:
        return True
    if near(initial.feature_max, 1.0) and (near(initial.feature_min, 0.0) or near(initial.feature_min, -1.0)):
        return False
    return not (near(initial.feature_std, 1.0) and near(initial.feature_mean, 0.0))


def unbalanced_labels(initial: Initial) -> bool:
    """The normalised perplexity of the labels is below 0.5."""
    return initial.label_balance < 0.5


def constant_weights(initial: Initial) -> bool:
    """A weight has one value everywhere."""
    return any(variance <= 1e-8 for _, variance, _, _ in initial.weights)


def unusual_initialisation(initial: Initial) -> bool:
    """Variances that are not those of He (ReLU), Glorot (tanh) or LeCun (sigmoid), nor any of them elsewhere."""
    for _, variance, fan_in, fan_out in initial.weights:
        he, glorot, lecun = 2 / fan_in, 2 / (fan_in + fan_out), 1 / fan_in
        expected = {"relu": (he,), "tanh": (glorot,), "sigmoid": (lecun,)}.get(initial.activation, (he, glorot, lecun))
        if variance > 1e-8 and not any(same_variance(variance, one) for one in expected):
            return True
    return False


def biases_not_zero(initial: Initial) -> bool:
    """There are no biases, or the classes are balanced and a bias does not begin at zero."""
    return not initial.bias_sums or (not unbalanced_labels(initial) and any(initial.bias_sums))


def poor_initial_loss(initial: Initial) -> bool:
    """Off ln C by ln C or more."""
    return not abs(initial.loss - initial.expected_loss) < initial.expected_loss


def loss_is_a_sum(initial: Initial) -> bool:
    """Twice as many samples give twice the loss."""
    return all(math.isfinite(one) and round(one) == 2 for one in initial.growth)


def samples_not_independent(initial: Initial) -> bool:
    """The outputs for one sample have a gradient with respect to another."""
    return initial.depends_on_others


def single_batch_not_fitted(record: Record) -> bool:
    """More than 5 % errors after 1,000 updates on one batch, or a loss that is not finite."""
    fitting = record.debugging.fitting
    return fitting is not None and (1 - fitting.best_accuracy > 0.05 or not _finite(fitting.losses))


def loss_of_zero(record: Record) -> bool:
    """On one batch the loss falls to 1e-8, or smoothly to 1e-5."""
    fitting = record.debugging.fitting
    if fitting is None or not _finite(fitting.losses):
        return False
    lowest = min(fitting.losses)
    return lowest <= 1e-8 or (lowest <= 1e-5 and smoothness(fitting.losses) > 0.95)


def images_do_not_matter(record: Record) -> bool:
    """The last 100 losses of a failed fit are not different from those with blank images (Mann-Whitney, 5 %)."""
    fitting = record.debugging.fitting
    if fitting is None or not fitting.blank_losses or not _finite((*fitting.losses, *fitting.blank_losses)):
        return False
    return bool(stats.mannwhitneyu(fitting.losses[-100:], fitting.blank_losses[-100:]).pvalue > 0.05)


def corrupted_labels(record: Record) -> bool:
    """The loss of the first batch of an epoch hardly varies (0.01) after five epochs and never falls by a tenth five
    times. The epochs are those of the training; it asks for up to 50 of its own."""
    losses = [
        record.step_losses[place * record.batches]
        for place in range(math.ceil(len(record.step_losses) / record.batches))
    ]
    if not _finite(losses) or any(loss == 0 for loss in losses):
        return False
    patience = 5
    for place in range(2, len(losses)):
        gain = round((losses[place - 1] - losses[place]) / losses[place], 2)
        patience = patience - int(gain / 0.1) if gain >= 0.1 else 5
        if patience <= 0:
            return False
    late = losses[5:]
    return bool(late) and pvariance(late) <= 0.01


def modes_differ(record: Record) -> bool:
    """In training and evaluation mode features have a similarity of 0.75 or less, or losses differ by more than half of
    the larger."""
    for modes in record.modes:
        larger = max(modes.train_loss, modes.eval_loss)
        if larger and abs(modes.train_loss - modes.eval_loss) / larger > 0.5:
            return True
        if any(value <= 0.75 for value in modes.similarities.values()):
            return True
    return False


def _near(value: float, other: float) -> bool:
    return abs(value - other) <= 0.01


def _finite(values: Sequence[float]) -> bool:
    return all(map(math.isfinite, values))


def _before(look: Callable[[Initial], bool]) -> Callable[[Record], bool]:
    return lambda record: (one := record.debugging.initial) is not None and look(one)


def _while(look: Callable[[Traces], bool]) -> Callable[[Record], bool]:
    return lambda record: (one := record.debugging.traces) is not None and look(one)


ANYTHING = families("stuck slow explodes signal weights frozen output regularised underfits batch scale")
"""What keeps a network from fitting one batch."""

RULES = (
    Rule(
        NAME, "features", "0 … 1, -1 … 1, or mean 0 and std 1 ± 0.01", families("scale"), _before(unnormalised_features)
    ),
    Rule(NAME, "labels unbalanced", "perplexity < 0.5", families("uneven"), _before(unbalanced_labels)),
    Rule(NAME, "weights constant", "variance 0", families("weights signal"), _before(constant_weights)),
    Rule(NAME, "weights' variance", "F-test 2.71 to He", families("weights"), _before(unusual_initialisation)),
    Rule(NAME, "biases", "zero at first", families("weights"), _before(biases_not_zero)),
    Rule(NAME, "initial loss", "off by ln C", families("weights output scale"), _before(poor_initial_loss)),
    Rule(NAME, "loss reduction", "doubles with the batch", families("output"), _before(loss_is_a_sum)),
    Rule(NAME, "instance-wise operations", "gradient not 0", families("batch"), _before(samples_not_independent)),
    Rule(NAME, "one batch fitted", "> 5 % wrong in 1,000", ANYTHING, single_batch_not_fitted),
    Rule(NAME, "zero loss", "1e-8, or 1e-5 smoothly", families("overfits"), loss_of_zero),
    Rule(NAME, "data dependency", "p > 0.05", families("signal batch labels"), images_do_not_matter),
    Rule(NAME, "dead activations", "50 %, 1e-5", families("signal"), _while(fitted.dead_activations)),
    Rule(NAME, "saturated activations", "50 %, 0.85", families("signal"), _while(fitted.saturated_activations)),
    Rule(
        NAME, "activations' range", "std 0.5 … 2", families("signal weights scale"), _while(fitted.unstable_activations)
    ),
    Rule(NAME, "constant outputs", "5 looks", families("signal stuck output"), _while(fitted.constant_outputs)),
    Rule(NAME, "negative weights", "95 %", families("weights"), _while(fitted.negative_weights)),
    Rule(NAME, "dead weights", "95 %, 1e-5", families("weights signal regularised"), _while(fitted.dead_weights)),
    Rule(NAME, "diverging weights", "1e8, or × 2 four times", families("explodes"), _while(fitted.diverging_weights)),
    Rule(
        NAME,
        "vanishing gradient",
        "1e-6, or ÷ 2 four times",
        families("signal slow"),
        _while(fitted.vanishing_gradient),
    ),
    Rule(NAME, "exploding gradient", "1e6, or × 2 four times", families("explodes"), _while(fitted.exploding_gradient)),
    Rule(NAME, "untrained weights", "no change", families("frozen signal"), _while(fitted.untrained_weights)),
    Rule(NAME, "fast updates", "> 0.1", families("explodes"), _while(fitted.fast_updates)),
    Rule(NAME, "slow updates", "< 1e-4", families("slow signal"), _while(fitted.slow_updates)),
    Rule(
        NAME, "stagnating loss", "5 % in ten, four times", families("stuck slow labels"), _while(fitted.stagnating_loss)
    ),
    Rule(NAME, "diverging loss", "× 2 four times", families("explodes"), _while(fitted.diverging_loss)),
    Rule(NAME, "fluctuating loss", "half of 50", families("unstable explodes"), _while(fitted.fluctuating_loss)),
    Rule(
        NAME, "representative loss", "correlation 0.5", families("output labels"), _while(fitted.unrepresentative_loss)
    ),
    Rule(NAME, "regularisation", "2, five times", families("regularised"), _while(fitted.overwhelming_regularisation)),
    Rule(NAME, "not finite", "NaN or infinite", families("explodes"), _while(fitted.not_finite)),
    Rule(NAME, "corrupted labels", "variance 0.01, gain 0.1", families("labels"), corrupted_labels),
    Rule(NAME, "switch of modes", "similarity 0.75, loss 50 %", families("modes"), modes_differ),
)
