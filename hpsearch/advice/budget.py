"""Rules on mini-batches, on how many updates a training has, and on the ranges that are searched."""

import math
from typing import Any

from hpsearch.advice.training import Training, highest, lowest
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark
from hpsearch.space import LogInt, LogUniform, Uniform
from hpsearch.stage import StageName

FEWEST_UPDATES = 50
"""Of a training. Heuristic: half of what the sweep of learning rates takes to see a loss drop at all."""
FEWEST_PER_EPOCH = 5
ENOUGH_UPDATES = 500
"""Of a training, however few are in an epoch (heuristic)."""
TINY_BATCH = 2
"""Samples; batch norm over so few does much worse than over 16 and more in the paper on group norm."""
SPAN = 0.01
"""A range that spans less of its values is a value (heuristic)."""
MOST_DECADES = 6
LEARNING_RATE = "optimizer.learning_rate"


def too_few_updates(training: Training) -> Remark | None:
    """The trainings of a search have fewer than 50 updates each.

    Mini-batches per epoch times epochs, with the smallest batches of the space. Hardly a network learns anything in so
    few, so that the search compares how trainings begin. Information where those of the fine search have enough: the
    coarse one is to leave out what does not learn at all, and how trainings begin tells much of that.
    """
    few = {
        stage: training.updates(search)
        for stage, search in training.searches.items()
        if training.updates(search) < FEWEST_UPDATES
    }
    if not few:
        return None
    (first, least), *others = few.items()
    words = " and ".join([f"of {first} has {least}", *(f"of {stage} {count}" for stage, count in others)])
    samples, batch = training.task.train_samples, int(lowest(training.study.data.batch_size))
    return Remark(
        f"a training {words} updates, {training.updates_per_epoch()} in each epoch: {samples:,} samples in "
        f"mini-batches of {batch}",
        {"updates": {str(stage): count for stage, count in few.items()}, "train_samples": samples, "batch_size": batch},
        None if StageName.FINE in few or StageName.FINE not in training.searches else Severity.INFO,
    )


def few_updates_per_epoch(training: Training) -> Remark | None:
    """An epoch has fewer than five updates.

    Large mini-batches make steps surer and not larger: a training over the same samples has fewer of them. Told where
    no training of the searches has 500 updates; a warning where all batch sizes are so large, information where the
    largest is. Silent where the trainings are too short altogether (HP701).
    """
    size = training.study.data.batch_size
    small, large = lowest(size), highest(size)
    least = training.updates_per_epoch(large)
    most = max((search.epochs for search in training.searches.values()), default=0)
    if least >= FEWEST_PER_EPOCH or least * most >= ENOUGH_UPDATES or too_few_updates(training):
        return None
    all_of_them = training.updates_per_epoch(small) < FEWEST_PER_EPOCH
    return Remark(
        f"mini-batches of {large:g} of {training.task.train_samples:,} samples are {least} in an epoch",
        {"batch_size": large, "train_samples": training.task.train_samples, "updates_per_epoch": least},
        Severity.WARNING if all_of_them else Severity.INFO,
    )


def batch_norm_of_tiny_batches(training: Training) -> Remark | None:
    """Batch norm takes its statistics from one or two samples.

    They are those samples' own then, and not those that are stored for evaluation: validation is worse than training,
    for no reason that regularisation could mend. A warning where all batch sizes and all networks that were looked at
    are so, else information.
    """
    size = training.study.data.batch_size
    if lowest(size) > TINY_BATCH or not training.batch_norms:
        return None
    everywhere = highest(size) <= TINY_BATCH and training.batch_norms == training.networks
    samples = int(lowest(size))
    return Remark(
        f"batch norm has statistics of {samples} sample{'' if samples == 1 else 's'} in each mini-batch",
        {"batch_size": samples},
        Severity.WARNING if everywhere else Severity.INFO,
    )


def range_spans_nothing(training: Training) -> Remark | None:
    """A range is so narrow that all of its values are one.

    Its ends differ by less than a hundredth, and so do their differences from 1, on which momentum and its like
    depend. It costs a dimension of the space, and the report ranks what cannot matter.
    """
    spans = {
        path: [one.low, one.high]
        for path, one in training.study.space.items()
        if isinstance(one, Uniform | LogUniform) and _is_nothing(one.low, one.high)
    }
    if not spans:
        return None
    words = "; ".join(f"{path} from {low:.6g} to {high:.6g}" for path, (low, high) in spans.items())
    return Remark(f"a range spans less than {SPAN:.0%} of its values: {words}", {"ranges": spans})


def _is_nothing(low: float, high: float) -> bool:
    narrow = high - low < SPAN * max(abs(low), abs(high))
    return narrow and not (0 < high < 1 and high - low >= SPAN * (1 - low))


def range_too_wide(training: Training) -> Remark | None:
    """A logarithmic range spans more than six decades.

    Most of the trials lie where nothing can come of them. Of a learning rate it is information where the sweep
    narrows it before; of anything else a warning where the coarse search has fewer than two trials for each decade.
    """
    wide: dict[str, Any] = {}
    gravest = Severity.INFO
    for path, one in training.study.space.items():
        decades = math.log10(one.high / one.low) if isinstance(one, LogUniform | LogInt) else 0.0
        if decades <= MOST_DECADES + 1e-9:
            continue
        wide[path] = decades
        narrowed = path == LEARNING_RATE and training.rates_are_narrowed
        if not narrowed and training.study.recipe.coarse.trials < 2 * decades:
            gravest = Severity.WARNING
    if not wide:
        return None
    words = "; ".join(f"{path} spans {decades:.1f}" for path, decades in wide.items())
    return Remark(f"a range spans more than {MOST_DECADES} decades: {words}", {"decades": wide}, gravest)
