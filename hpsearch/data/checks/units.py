"""Checks whether some targets are written in another unit than others."""

import math

import torch
from torch import Tensor

from hpsearch.data.checks.facts import Facts, evenly
from hpsearch.data.checks.neighbours import copies_of
from hpsearch.data.checks.prints import nearest
from hpsearch.rulebook import Remark

MOST, FEWEST, NEIGHBOURS = 2_048, 100, 3
"""Training images that are looked at, evenly spaced ones of more; below so many nothing is said; and how many of the
others each is held against."""
FACTORS = (2.2046, 2.54, 3.2808, 10.0, 12.0, 25.4, 57.296, 60.0, 100.0, 1_000.0, 3_600.0, 1e6)
"""Pounds in a kilogram, centimetres in an inch, feet in a metre, … inches in a foot, degrees in a radian, seconds."""
WIDTH, EXACT = 0.2, 0.03
"""Of the logarithm: ratios that count as this factor, and how near to it their median is."""
SHARE, STANDS_OUT = 0.05, 4.0
"""Of the pairs, so many have the factor (heuristic), and so many times as many as half as far and beyond it
(heuristic)."""
AT_RANDOM = 1.3
"""Of pairs drawn at random a smaller share has the factor: else there are two kinds of targets, and images do not tell
them apart (heuristic)."""


def targets_of_two_units(facts: Facts) -> Remark | None:
    """Among images that are alike, some targets are ten times as large as others, or by the factor of another unit.

    Two tables were joined of which one has millimetres and the other centimetres, or grams and pounds. Held against
    each other are the targets of each training image and of the three that are most like it, in grey copies of 8×8
    pixels. Where images tell something about targets, the ratios lie about 1 and get rarer away from it; told is a
    second peak at the factor of two units in use, with few ratios half as far and beyond, and higher than among pairs
    drawn at random (heuristics). Nothing is said where images that are alike have unlike targets anyway.
    """
    part, scale = facts.train, facts.dataset.target_scale
    chosen = evenly(part.telling, MOST)
    if facts.dataset.task.is_classification or len(chosen) < FEWEST or part.split.targets.ndim != 2:
        return None
    copies = copies_of(part, chosen)
    places = nearest(copies, copies, NEIGHBOURS + 1)[1][:, 1:]
    order = torch.randperm(len(chosen), generator=torch.Generator().manual_seed(0))
    at_random = torch.stack([order.roll(by) for by in range(NEIGHBOURS)], dim=1)
    for column in range(part.split.targets.shape[1]):
        targets = part.split.targets[chosen, column].double()
        if scale is not None:
            targets = targets * scale.std[column] + scale.mean[column]
        logs, drawn = _ratios(targets, places), _ratios(targets, at_random)
        found = next((factor for factor in FACTORS if _has(logs, math.log(factor))), None)
        if found is None:
            continue
        share, usual = (float(((one - math.log(found)).abs() < WIDTH).double().mean()) for one in (logs, drawn))
        if share < AT_RANDOM * usual:
            continue
        which = f" in column {column}" if part.split.targets.shape[1] > 1 else ""
        sentence = (
            f"of training images that are nearly alike, {share:.1%} have targets{which} of which one is {found:g} "
            "times the other, and hardly any have a smaller factor: were they written in two units?"
        )
        return Remark(sentence, {"column": column, "factor": found, "share": share, "pairs": len(logs)})
    return None


def _ratios(targets: Tensor, places: Tensor) -> Tensor:
    """Sizes of the logarithms of the ratios of targets (N,) to those at their places (N, K), where both have a sign."""
    ours, theirs = targets[:, None].expand_as(places).flatten(), targets[places].flatten()
    alike = ours * theirs > 0
    return (ours[alike] / theirs[alike]).log().abs()


def _has(logs: Tensor, factor: float) -> bool:
    """Whether there is a peak about the logarithm of a factor, beside the one about 0."""
    if len(logs) < FEWEST:
        return False

    def count(middle: float) -> int:
        return int(((logs - middle).abs() < WIDTH).sum())

    peak = count(factor)
    beside = max(count(factor / 2), count(factor + 3 * WIDTH), 1)
    if peak < SHARE * len(logs) or peak < STANDS_OUT * beside or 2 * count(0.0) < peak:
        return False
    median = float(logs[(logs - factor).abs() < WIDTH].median())
    return abs(median - factor) < EXACT
