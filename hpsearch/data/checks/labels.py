"""Checks of the targets and of how they are divided. All but the order are about classes."""

import math

import torch
from scipy.special import chdtrc

from hpsearch.data.checks.facts import Facts
from hpsearch.data.checks.quantities import UNORDERED, are_quantities
from hpsearch.finding import Severity
from hpsearch.rulebook import Remark

FEW_SAMPLES, HARDLY_ANY = 20, 10
"""Of one class to train on (heuristics)."""
FEW_CLASSES = 0.1
"""Of all: if so many are learned from few samples, a score over all classes hardly shows it."""
IMBALANCE = 10.0
"""How much more frequent one class is than another (heuristic)."""
SORTED = 6.0
"""Standard deviations by which too few neighbours differ in order to call targets sorted …"""
CHANCE = 1e-4
"""Of calling a random division uneven …"""
UNEVEN = 0.05
"""… and by so much, at least, the shares of the classes differ in all (heuristic)."""

ROUNDING = 1e-3
"""Of targets that were normalised and brought back."""
MOST_VALUES, OFTEN = 20, 10
"""See ``targets_look_like_classes`` (heuristics)."""


def labels_out_of_range(facts: Facts) -> Remark | None:
    """Some labels are no classes of the network's outputs: below 0, or not below K.

    The loss would read beyond the outputs, or ignore the sample without a word (−100 is ignored by cross-entropy).
    """
    if not facts.classes:
        return None
    counts = {part.name: len(part.targets) - len(facts.labels(part)) for part in facts.parts}
    count = sum(counts.values())
    if not count:
        return None
    seen = torch.cat([part.targets for part in facts.parts])
    low, high = int(seen.min()), int(seen.max())
    sentence = f"{count} labels are not within 0 … {facts.classes - 1}; they go from {low} to {high}"
    return Remark(sentence, {"labels": count, "by_split": counts, "lowest": low, "highest": high})


def missing_class(facts: Facts) -> Remark | None:
    """A class has no sample to train on, or none to be measured by.

    A class that is never trained on is never predicted, which is an error. One that is missing from validation makes
    the score blind to it, which is a warning.
    """
    if not facts.classes:
        return None
    for part, severity in ((facts.train, Severity.ERROR), (facts.validation, Severity.WARNING)):
        missing = torch.nonzero(facts.counts(part) == 0).flatten().tolist()
        if missing and len(part):
            which = ", ".join(str(one) for one in missing[:5]) + (" …" if len(missing) > 5 else "")
            many = f"{len(missing)} of {facts.classes} classes have" if len(missing) > 1 else "one class has"
            sentence = f"{many} no sample in the {part.name} split: {which}"
            return Remark(sentence, {"split": part.name, "classes": missing}, severity)
    return None


def few_samples(facts: Facts) -> Remark | None:
    """A class has fewer than 20 samples to train on (heuristic).

    From so few a network learns the images by heart and not the class; and the validation split, usually a third as
    large, cannot show it. It is information where that is so of one class in ten, at most, and each of them has ten
    samples or more: all others can be learned and measured, and what is told is that these few may be learned less well
    (heuristic).
    """
    if not facts.classes:
        return None
    counts = facts.counts(facts.train)
    few = torch.nonzero((counts > 0) & (counts < FEW_SAMPLES)).flatten().tolist()
    if not few:
        return None
    rarest = min(few, key=lambda one: int(counts[one]))
    of_all = f"{len(few)} of {facts.classes} classes have" if len(few) > 1 else "one class has"
    sentence = f"{of_all} fewer than {FEW_SAMPLES} training samples; class {rarest} has {int(counts[rarest])}"
    little = len(few) <= FEW_CLASSES * facts.classes and int(counts[rarest]) >= HARDLY_ANY
    numbers = {"classes": few, "counts": [int(counts[one]) for one in few]}
    return Remark(sentence, numbers, Severity.INFO if little else None)


def class_imbalance(facts: Facts) -> Remark | None:
    """One class is at least ten times as frequent as another (heuristic).

    Accuracy then rewards guessing the frequent class, and the rare ones are learned late or never.
    """
    if not facts.classes:
        return None
    counts = facts.counts(facts.train)
    present = torch.nonzero(counts).flatten().tolist()
    if len(present) < 2:
        return None
    rare, frequent = min(present, key=lambda one: int(counts[one])), max(present, key=lambda one: int(counts[one]))
    ratio = int(counts[frequent]) / int(counts[rare])
    if ratio < IMBALANCE:
        return None
    share = int(counts[frequent]) / int(counts.sum())
    sentence = (
        f"class {frequent} has {int(counts[frequent])} training samples and class {rare} has {int(counts[rare])}; "
        f"always guessing class {frequent} is right for {share:.1%}"
    )
    return Remark(sentence, {"ratio": ratio, "counts": counts.tolist(), "guessing_accuracy": share})


def sorted_targets(facts: Facts) -> Remark | None:
    """The training samples are stored in the order of their classes.

    The trainer of this package draws a new order in each pass, so nothing is lost here. A loop that reads them in the
    stored order forgets one class while it sees the next, and batch norm sees batches of one class. Counted is how
    often neighbours differ; that is reported where it is less than half of what a random order gives and six standard
    deviations below it.
    """
    if not facts.classes:
        return None
    labels = facts.labels(facts.train)
    if len(labels) < 2:
        return None
    shares = (facts.counts(facts.train).double() / len(labels)).tolist()
    alike = math.fsum(share * share for share in shares)
    expected = (len(labels) - 1) * (1 - alike)
    changes = int((labels[1:] != labels[:-1]).sum())
    # The variance of the number of changes is at most that of independent pairs, times three for shared neighbours.
    deviation = math.sqrt(3 * (len(labels) - 1) * alike * (1 - alike))
    if deviation == 0 or changes > expected / 2 or changes > expected - SORTED * deviation:
        return None
    sentence = f"the training samples are sorted: their class changes {changes} times, {expected:.0f} times at random"
    return Remark(sentence, {"changes": changes, "expected": expected, "standard_deviation": deviation})


def split_not_stratified(facts: Facts) -> Remark | None:
    """The classes have other shares in a held-out split than in training.

    The division of this package keeps the shares. Where they differ by more than a random division does (a chi-squared
    test at one in ten thousand) and by five per cent of the samples in all (heuristic), the split follows something
    else: time, place, file name.
    """
    if not facts.classes:
        return None
    train = facts.counts(facts.train).double()
    for part in facts.held_out:
        other = facts.counts(part).double()
        both = train + other
        present = both > 0
        totals = float(train.sum()), float(other.sum())
        if min(totals) == 0 or int(present.sum()) < 2:
            continue
        statistic = 0.0
        for counts, total in ((train, totals[0]), (other, totals[1])):
            expected = both[present] * total / sum(totals)
            statistic += float(((counts[present] - expected) ** 2 / expected).sum())
        chance = float(chdtrc(int(present.sum()) - 1, statistic))
        apart = float((train / totals[0] - other / totals[1]).abs().sum() / 2)
        if chance < CHANCE and apart > UNEVEN:
            worst = int((train / totals[0] - other / totals[1]).abs().argmax())
            shares = float(train[worst]) / totals[0], float(other[worst]) / totals[1]
            sentence = (
                f"class {worst} is {shares[0]:.1%} of the training samples and {shares[1]:.1%} of the {part.name} "
                f"samples; so uneven a division has a chance of {chance:.1g}"
            )
            numbers = {"split": part.name, "class": worst, "shares": list(shares), "chance": chance, "apart": apart}
            return Remark(sentence, numbers)
    return None


def targets_look_like_classes(facts: Facts) -> Remark | None:
    """Numbers are to be learned that take a few values only, each of them often.

    They may be classes that were stored as real numbers. Then a squared error pulls every guess towards the middle, and
    a three is nearer to a four than to an eight, which classes know nothing of. Told of one column of targets with 20
    values at most and ten samples or more of each, on average (heuristic). Ratings and counts look the same and are
    numbers for good: it is information where images of values that are near to each other are alike, by a model that
    takes them for classes, more than of values in 49 of 50 random orders. Of four values and fewer there are not so
    many orders, so that it stays a warning whatever they are. Told of several columns as well where each row has the
    sum 1 and no number below 0, as classes do that are written as one column each.
    """
    targets = facts.train.split.targets
    if facts.dataset.task.is_classification or targets.ndim != 2 or not len(targets):
        return None
    if targets.shape[1] > 1:
        return _one_column_each(facts, targets)
    values = int(torch.unique(targets).numel())
    if not 2 <= values <= MOST_VALUES or len(targets) < OFTEN * values:
        return None
    sentence = f"the {len(targets)} training targets take {values} values only: "
    if values <= UNORDERED:
        sentence += "are they classes? (of so few, images cannot show whether they are numbers)"
        return Remark(sentence, {"values": values, "targets": len(targets)})
    if are_quantities(facts):
        sentence += "images show that they have an order, as numbers have"
        return Remark(sentence, {"values": values, "targets": len(targets)}, Severity.INFO)
    return Remark(sentence + "are they classes?", {"values": values, "targets": len(targets)})


def _one_column_each(facts: Facts, targets: torch.Tensor) -> Remark | None:
    scale = facts.dataset.target_scale
    raw = targets if scale is None else targets * targets.new_tensor(scale.std) + targets.new_tensor(scale.mean)
    if float(raw.min()) < -ROUNDING or float((raw.sum(dim=1) - 1).abs().max()) > ROUNDING:
        return None
    hard = bool((raw.amax(dim=1) > 1 - ROUNDING).all())
    columns = targets.shape[1]
    what = "one is 1 and the others are 0" if hard else "none is below 0 and the sum is 1"
    sentence = f"in each of {len(targets)} rows of {columns} targets {what}: are they {columns} classes?"
    return Remark(sentence, {"columns": columns, "targets": len(targets), "one_hot": hard})
