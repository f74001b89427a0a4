"""All rules on curves, by code."""

from hpsearch.diagnosis import sources
from hpsearch.diagnosis.curves.classes import class_fails_in_validation
from hpsearch.diagnosis.curves.extreme_settings import extreme_setting
from hpsearch.diagnosis.curves.fit import (
    does_not_learn,
    plateau,
    still_improving,
    underfitting,
)
from hpsearch.diagnosis.curves.held_up import loss_above_its_accuracy
from hpsearch.diagnosis.curves.initialization import flat_then_drops
from hpsearch.diagnosis.curves.learning_rate import decayed_too_early, learning_rate_too_low, should_decay_now
from hpsearch.diagnosis.curves.order import always_the_same_batch, follows_the_order, starts_again
from hpsearch.diagnosis.curves.overfitting import learns_by_heart, overfitting, training_held_back
from hpsearch.diagnosis.curves.rule import CurveRule
from hpsearch.diagnosis.curves.stability import diverged, learning_rate_too_high, noisy, oscillating
from hpsearch.finding import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

AGAIN = frozenset({"HC110"})
"""Explains whatever else a training looks like that starts again in every epoch."""
SETTING = frozenset({"HC209"})
"""Explains that a training is slow, restless or stands still; which of these, the setting says."""

_ALL = (
    CurveRule("HC101", ERROR, diverged, "Lower the learning rate tenfold, or clip gradients.", sources.CS231N),
    CurveRule(
        "HC102",
        WARNING,
        learning_rate_too_high,
        "Lower the learning rate by three to ten times, or let it rise over a warm-up.",
        sources.JOHNSON,
        AGAIN,
    ),
    CurveRule(
        "HC103",
        WARNING,
        learning_rate_too_low,
        "Raise the learning rate by three to ten times.",
        sources.JOHNSON,
        AGAIN | SETTING | frozenset({"HC102", "HC106", "HC107"}),
    ),
    CurveRule(
        "HC104",
        WARNING,
        decayed_too_early,
        "Lower the learning rate later, or by less; keep the first rate until the loss stops falling.",
        sources.JOHNSON,
    ),
    CurveRule(
        "HC105",
        WARNING,
        should_decay_now,
        "Lower the learning rate tenfold from here on: a step or cosine schedule does.",
        sources.JOHNSON,
        AGAIN | SETTING | frozenset({"HC102", "HC107", "HC109", "HC206", "HC207", "HC208"}),
    ),
    CurveRule(
        "HC106",
        WARNING,
        flat_then_drops,
        "Look at the scale of every layer at the start; use He's initialisation and ReLU, or batch norm.",
        sources.JOHNSON,
        AGAIN | SETTING | frozenset({"HC206"}),
    ),
    CurveRule(
        "HC107",
        WARNING,
        oscillating,
        "Lower the learning rate by three times, or the momentum to 0.9; see that batches are shuffled.",
        sources.COHEN,
        AGAIN | SETTING | frozenset({"HC102", "HC109"}),
    ),
    CurveRule(
        "HC108",
        WARNING,
        noisy,
        "Use larger batches, or a smaller learning rate with them.",
        sources.MCCANDLISH,
    ),
    CurveRule(
        "HC109",
        WARNING,
        follows_the_order,
        "Draw a new random order of all samples in every epoch.",
        sources.BENGIO,
        AGAIN,
    ),
    CurveRule(
        "HC110",
        ERROR,
        starts_again,
        "Build, load and initialise the network once, before the loop over epochs.",
        sources.KARPATHY,
    ),
    CurveRule(
        "HC111",
        WARNING,
        always_the_same_batch,
        "Go through the whole loader in every epoch, and see that each batch brings other samples.",
        sources.KARPATHY,
        AGAIN,
    ),
    CurveRule(
        "HC201",
        ERROR,
        does_not_learn,
        "Overfit one batch first; then look for dead or frozen layers, and at images beside their labels.",
        sources.CS231N,
        AGAIN | frozenset({"HC102", "HC103", "HC109"}),
    ),
    CurveRule(
        "HC202",
        WARNING,
        still_improving,
        "Train for more epochs.",
        sources.JOHNSON,
        AGAIN | SETTING | frozenset({"HC103", "HC104"}),
    ),
    CurveRule(
        "HC203",
        WARNING,
        overfitting,
        "Search weight decay and dropout, augment the images, or collect more.",
        sources.JOHNSON,
        AGAIN | frozenset({"HC111", "HC206", "HC221"}),
    ),
    CurveRule(
        "HC204",
        WARNING,
        underfitting,
        "Make the network wider or deeper, or take regularisation away; look at images beside wrong answers.",
        sources.JOHNSON,
        AGAIN | SETTING | frozenset({"HC102", "HC103", "HC104", "HC107", "HC108", "HC109", "HC206", "HC208"}),
    ),
    CurveRule(
        "HC205",
        INFO,
        plateau,
        "Spend fewer epochs on each trial and more trials.",
        sources.PRECHELT,
        AGAIN | SETTING | frozenset({"HC102", "HC104", "HC105", "HC107", "HC203", "HC204", "HC206", "HC207", "HC208"}),
    ),
    CurveRule(
        "HC206",
        ERROR,
        learns_by_heart,
        "Look at some images beside their labels, and whether the samples of a batch keep their places.",
        sources.ZHANG,
        AGAIN | frozenset({"HC102", "HC109", "HC111", "HC221"}),
    ),
    CurveRule(
        "HC207",
        WARNING,
        loss_above_its_accuracy,
        "Return the outputs of the last layer with weights, without soft-max, sigmoid or a fixed scale.",
        sources.MATT,
        AGAIN | SETTING | frozenset({"HC102", "HC104"}),
    ),
    CurveRule(
        "HC208",
        WARNING,
        training_held_back,
        "Use less dropout, noise or augmentation, and none of them behind the last layer with weights.",
        sources.SRIVASTAVA,
        AGAIN | frozenset({"HC102"}),
    ),
    CurveRule(
        "HC209",
        WARNING,
        extreme_setting,
        "Set it to what is usual: label smoothing 0.1, momentum 0.9, a warm-up of a twentieth, batches of at most 256 "
        "and an eighth of the data.",
        sources.BENGIO_ALL,
        AGAIN,
    ),
    CurveRule(
        "HC221",
        WARNING,
        class_fails_in_validation,
        "Look at validation images of these classes beside their labels, and at how many of them training has.",
        sources.NORTHCUTT,
        AGAIN | frozenset({"HC102"}),
    ),
)

CURVE_RULES: dict[str, CurveRule] = {rule.code: rule for rule in _ALL}
"""In the order of the codes. 1: how the weights are changed; 2: how well the network fits."""
