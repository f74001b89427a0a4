"""The rules on the training by code."""

from hpsearch.advice import sources
from hpsearch.advice.budget import (
    batch_norm_of_tiny_batches,
    few_updates_per_epoch,
    range_spans_nothing,
    range_too_wide,
    too_few_updates,
)
from hpsearch.advice.rates import (
    momentum_magnifies_rates,
    rate_decays_to_nothing,
    rates_out_of_reach,
    warmup_most_of_training,
)
from hpsearch.advice.restraint import (
    clip_norm_too_small,
    label_smoothing_too_strong,
    max_norm_too_small,
    weight_decay_too_strong,
)
from hpsearch.advice.training import TrainingRule
from hpsearch.finding import Severity

WARNING, INFO = Severity.WARNING, Severity.INFO

_ALL = (
    TrainingRule("HP501", WARNING, warmup_most_of_training, "Give warmup: 0.05 or 0.1.", sources.GOYAL),
    TrainingRule(
        "HP502",
        WARNING,
        rate_decays_to_nothing,
        "Use name: cosine, a larger factor, or a larger every.",
        sources.HE_TRICKS,
    ),
    TrainingRule(
        "HP503",
        WARNING,
        momentum_magnifies_rates,
        "Lower the learning rates by as much as 1 − momentum is lower than 0.1, or use 0.9.",
        sources.SUTSKEVER,
    ),
    TrainingRule(
        "HP504", WARNING, rates_out_of_reach, "Search rates between 1e-5 and 1e-1, around 1e-3.", sources.KINGMA
    ),
    TrainingRule(
        "HP601", WARNING, weight_decay_too_strong, "Search weight decays between 1e-6 and 1e-2.", sources.VAN_LAARHOVEN
    ),
    TrainingRule("HP602", WARNING, label_smoothing_too_strong, "Give label_smoothing: 0.1.", sources.SMOOTHING),
    TrainingRule(
        "HP603", WARNING, clip_norm_too_small, "Leave clip_norm out, or give it a value from 1 to 10.", sources.PASCANU
    ),
    TrainingRule("HP604", WARNING, max_norm_too_small, "Give max_norm: 3, or leave it out.", sources.SRIVASTAVA),
    TrainingRule(
        "HP701",
        WARNING,
        too_few_updates,
        "Train for more epochs, or use smaller mini-batches.",
        sources.MASTERS,
    ),
    TrainingRule("HP702", WARNING, few_updates_per_epoch, "Use smaller mini-batches.", sources.MASTERS),
    TrainingRule(
        "HP703",
        WARNING,
        batch_norm_of_tiny_batches,
        "Use mini-batches of 8 and more, or group norm.",
        sources.WU,
    ),
    TrainingRule("HP801", WARNING, range_spans_nothing, "Give one value, or a wider range.", sources.BERGSTRA),
    TrainingRule(
        "HP802", INFO, range_too_wide, "Search four or five decades, and widen what lies at an end.", sources.BERGSTRA
    ),
)

TRAINING: dict[str, TrainingRule] = {rule.code: rule for rule in _ALL}
"""In the order of the codes."""
