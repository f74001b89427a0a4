"""Rules on the learning rate: its schedule, its momentum, and what it can reach."""

from hpsearch.advice.training import STEPS, Training, highest, lowest
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

MOST_WARMUP = 0.5
"""Of a training. Heuristic: published warm-ups are a tenth and less, and the first half of one-cycle schedules is at
most half."""
NOTHING = 1e-4
"""A learning rate that has fallen to this share changes nothing any more (heuristic)."""
LONG_MEMORY = 0.99
"""From this momentum on an update remembers a hundred gradients."""
MOST_MAGNIFIED = 10.0
"""Rates of SGD over 1 − momentum: what the default range up to 1 reaches with a momentum of 0.9."""
STEPS_OF_RATE = frozenset({"adam", "adamw", "rmsprop"})
"""Optimisers whose steps move each weight by about the learning rate, whatever the gradient is."""
WHOLE_WEIGHT, NO_WEIGHT = 0.5, 1e-3
"""Weights of a network are a few hundredths to tenths at the start: steps of half destroy them at once, and moving by a
thousandth in a whole training teaches nothing (heuristic)."""


def warmup_most_of_training(training: Training) -> Remark | None:
    """The warm-up takes more than half of the training.

    A warm-up is there for the first updates, in which gradients are large and statistics of norms are not settled:
    five epochs of ninety in its paper. The learning rate is still on its way up when the training ends here, and the
    schedule behind it is squeezed into the rest. Told where every trial has it.
    """
    warmup = lowest(training.study.optimizer.schedule.warmup)
    if warmup <= MOST_WARMUP:
        return None
    total = training.most_updates
    mean = sum(training.shares("constant", 0.1, warmup)) / STEPS
    return Remark(
        f"the learning rate rises for {warmup:.0%} of the training, {round(warmup * total):,} of {total:,} updates, "
        f"and is {mean:.0%} of the whole one on average",
        {"warmup": warmup, "updates": total, "mean_share": mean},
    )


def rate_decays_to_nothing(training: Training) -> Remark | None:
    """The schedule has brought the learning rate to a ten-thousandth before half of the training is over.

    ``step`` multiplies by its factor at every ``every``-th of the training: 0.1 at each tenth is 1e-4 after four
    tenths. All epochs behind that are paid for, and change nothing. With a factor that is searched, told where even
    the largest does it.
    """
    for name, shares in training.schedules.items():
        until = sum(share > NOTHING * (1 + 1e-9) for share in shares) / STEPS
        if until <= 0.5:
            schedule = training.study.optimizer.schedule
            return Remark(
                f"the schedule {name} has brought the learning rate to a ten-thousandth after {until:.0%} of the "
                "training, and the rest of it changes nothing",
                {"schedule": name, "factor": highest(schedule.factor), "every": schedule.every, "until": until},
            )
    return None


def momentum_magnifies_rates(training: Training) -> Remark | None:
    """SGD has a momentum of 0.99 or more, and learning rates that are usual with 0.9.

    Momentum m makes every gradient count 1 / (1 − m) times in the long run: a rate of 0.1 with 0.99 moves as far as 1
    with 0.9. A warning where all of the rates, times that, are 10 and more; information where a part of them is: a
    sweep finds what diverges, but one of a hundred steps is as long as such a momentum remembers.
    """
    optimizer = training.study.optimizer
    momentum = lowest(optimizer.momentum)
    high = highest(optimizer.learning_rate) * training.patience
    if training.optimizers != {"sgd"} or momentum < LONG_MEMORY or high < MOST_MAGNIFIED * (1 - 1e-9):
        return None
    low = lowest(optimizer.learning_rate) * training.patience
    all_of_them = low >= MOST_MAGNIFIED * (1 - 1e-9)
    return Remark(
        f"with a momentum of {_at_least(training)} every gradient counts {training.patience:.0f} times, so that rates "
        f"up to {highest(optimizer.learning_rate):.3g} move the weights like {high:.3g} without momentum",
        {"momentum": momentum, "times": training.patience, "rates": [low, high]},
        Severity.WARNING if all_of_them else Severity.INFO,
    )


def rates_out_of_reach(training: Training) -> Remark | None:
    """No learning rate of the definition can train with its optimiser.

    Adam, AdamW and RMSprop move each weight by about the learning rate at each update: with 0.5 and more the initial
    weights, a few hundredths to tenths, are gone after one step, and where rate times updates is less than a
    thousandth no weight ever moves. SGD's steps depend on the gradient, so that nothing is said of them.
    """
    rate = training.study.optimizer.learning_rate
    low, high, updates = lowest(rate), highest(rate), training.most_updates
    if not training.optimizers <= STEPS_OF_RATE or not updates:
        return None
    if low >= WHOLE_WEIGHT:
        sentence = f"every learning rate is {low:.3g} or more, and each update moves each weight by about so much"
    elif high * updates < NO_WEIGHT:
        sentence = (
            f"the highest learning rate is {high:.3g}: {updates:,} updates move each weight by {high * updates:.2g} at "
            "most"
        )
    else:
        return None
    return Remark(sentence, {"rates": [low, high], "updates": updates})


def _at_least(training: Training) -> str:
    """The momentum in words."""
    momentum = training.study.optimizer.momentum
    low = lowest(momentum)
    return f"{low:g}" if low == highest(momentum) else f"{low:g} and more"
