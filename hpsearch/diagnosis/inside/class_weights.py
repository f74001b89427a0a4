"""A class that weighs far more in the loss than others do, and not because it is rare."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import permutations
from statistics import median

from hpsearch.look import ClassWeight, LossLook
from hpsearch.rulebook import Remark

OF_ONE_CLASS = 1.05
"""Times the least weight of a sample of a class: with more, samples are not weighed by class."""
OUTWEIGHED = 10.0
"""Times: one sample counts so much more than one of another class, and all of the class so much more than all of that
one (heuristic: costs of mistakes are seldom set further apart on purpose). Outputs that know nothing yet are drawn to
the heavy class by the logarithm of it."""
FEWEST = 3
"""Samples of either class in all looks; each is seen exactly."""
AGREED = 0.9
"""Share of the classes with several samples in a batch whose samples all weigh the same (heuristic: what is left allows
for some samples that a mask leaves out)."""


def by_class(looks: Iterable[LossLook]) -> bool:
    """Whether samples of one class weigh the same, wherever a batch has several of one: then it may be the class that
    is weighed, and else it is each sample by itself."""
    several = [one for look in looks for one in look.classes if one.samples > 1 and one.highest > 0]
    agreed = sum(one.highest <= OF_ONE_CLASS * one.lowest for one in several)
    return not several or agreed >= AGREED * len(several)


def outweighing(looks: Iterable[LossLook]) -> Remark | None:
    """One class counts ten times as much and more as another, sample by sample and with all of its samples."""
    ratios: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    samples: defaultdict[int, int] = defaultdict(int)
    shares: dict[int, float] = {}
    for look in looks:
        weighed = [one for one in look.classes if 0 < one.highest <= OF_ONE_CLASS * one.lowest]
        for one in weighed:
            samples[one.label] += one.samples
            shares[one.label] = one.share
        for one, other in permutations(weighed, 2):
            ratios[one.label, other.label].append(weight_of(one) / weight_of(other))
    told = {
        (one, other): ratio
        for (one, other), found in ratios.items()
        if min(samples[one], samples[other]) >= FEWEST
        and (ratio := median(found)) * min(1.0, shares[one] / max(1e-12, shares[other])) >= OUTWEIGHED
    }
    if not told:
        return None
    (heavy, light), ratio = max(told.items(), key=lambda item: item[1])
    others = sum(one == heavy for one, _ in told)
    beside = f" (and as much beside {others - 1} other{'s' * (others > 2)})" if others > 1 else ""
    sentence = (
        f"a sample of class {heavy} weighs {ratio:.3g} times as much in the loss as one of class {light}{beside}, with "
        f"{shares[heavy]:.1%} of the training samples beside {shares[light]:.1%}: weights that make up for how rare a "
        f"class is would not differ so"
    )
    return Remark(sentence, {"heavy": heavy, "light": light, "ratio": ratio, "outweighed": others})


def weight_of(one: ClassWeight) -> float:
    """Of a sample of the class."""
    return (one.lowest + one.highest) / 2
