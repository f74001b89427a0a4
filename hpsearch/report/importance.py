"""How much a hyperparameter decides about the rank of a trial, from few trials, numbers and words alike.

Trials are compared by rank and only with those of their own round, since rounds train for different lengths in
different regions. Of each hyperparameter alone, the share of the variance of these ranks that lies between its levels
is what a functional ANOVA calls its main effect (Hutter, Hoos and Leyton-Brown: An efficient approach for assessing
hyperparameter importance. ICML 2014); here it is measured on the trials themselves rather than on a model of them, of
which a few dozen trials make a poor one. Levels of a hyperparameter without any effect differ as well, by chance: what
chance is expected to explain is taken off (Kelley: An unbiased correlation ratio measure. PNAS 21, 1935), and whether
chance alone could explain what is left is the test of Kruskal and Wallis (Use of ranks in one-criterion variance
analysis. JASA 47, 1952), summed over rounds. It is cautious: of a dozen trials it calls less important than it might.

All of this holds where hyperparameters are drawn independently of each other, as samplers do here; what two of them do
only together is not seen.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

SIGNIFICANCE = 0.05
"""Chance of calling any hyperparameter of a study important that is not."""
SWEEPS, SETTLED = 20, 1e-3
"""Effects are fitted so many times at most, until none changes by more than this share."""


@dataclass(frozen=True)
class LevelRank:
    """How trials at one level do among those of their round."""

    beaten: float
    """Mean share of the other trials of the round that such a trial beats, a tie counting half; 0.5 is the middle."""
    error: float
    """Standard error of that."""


@dataclass(frozen=True)
class Association:
    """How the ranks of trials go with the levels of one hyperparameter."""

    share: float
    """Of the variance of ranks, beyond what chance is expected to explain, in [0, 1]."""
    p_value: float
    """Of seeing as much if the hyperparameter has no effect."""
    ranks: dict[int, LevelRank]
    """By level; without those that were never tried beside another one."""
    total: float
    """Sum of squares of the ranks around the means of their rounds."""


def shares_beaten(scores: Sequence[float], rounds: Sequence[Hashable]) -> list[float]:
    """For each trial the share of the others of its round whose score is lower, an equal one counting half.

    0.5 for one that was alone.
    """
    members: dict[Hashable, list[int]] = defaultdict(list)
    for index, name in enumerate(rounds):
        members[name].append(index)
    found = [0.5] * len(scores)
    for indices in members.values():
        if len(indices) == 1:
            continue
        order = sorted(indices, key=lambda index: scores[index])
        counts = Counter(scores[index] for index in order)
        below = 0
        for number, index in enumerate(order):
            if number == 0 or scores[index] != scores[order[number - 1]]:
                below = number
            found[index] = (below + (counts[scores[index]] - 1) / 2) / (len(order) - 1)
    return found


@dataclass(frozen=True)
class Importance:
    """What is known of one hyperparameter beside the others of its study."""

    share: float
    """Of the variance of the trials' ranks, beyond what chance is expected to explain, in [0, 1]."""
    p_value: float
    """Of seeing as much if it has no effect, for all hyperparameters together."""
    ranks: dict[int, LevelRank]
    """By level, other hyperparameters being equal; without levels that were never tried beside another one."""


def importances(
    beaten: Sequence[float], rounds: Sequence[Hashable], columns: Sequence[Sequence[int]]
) -> list[Importance]:
    """The importance of each hyperparameter; ``columns`` has, for each, the level of each trial.

    The most important one is looked for first. If it is no work of chance, its effect is taken out of the ranks, which
    shows smaller effects behind it, and so on. This is also the order of Holm's test (A simple sequentially rejective
    multiple test procedure. Scandinavian Journal of Statistics 6, 1979), with which the p-values hold together.
    """
    open_columns, fitted = list(range(len(columns))), list[int]()
    p_values, worst = [1.0] * len(columns), 0.0
    while open_columns:
        left = _aligned(beaten, rounds, [columns[number] for number in fitted])
        tests = {number: association(left, rounds, columns[number], len(fitted)) for number in open_columns}
        first = min(open_columns, key=lambda number: tests[number].p_value)
        worst = max(worst, min(1.0, len(open_columns) * tests[first].p_value))
        if worst >= SIGNIFICANCE:
            for place, number in enumerate(sorted(open_columns, key=lambda number: tests[number].p_value)):
                worst = max(worst, min(1.0, (len(open_columns) - place) * tests[number].p_value))
                p_values[number] = worst
            break
        p_values[first] = worst
        fitted.append(first)
        open_columns.remove(first)
    found = []
    for number, column in enumerate(columns):
        others = [columns[other] for other in fitted if other != number]
        beside = association(_aligned(beaten, rounds, others, column), rounds, column, len(others))
        whole = association(beaten, rounds, column).total
        share = beside.share * min(1.0, beside.total / whole) if whole else 0.0
        found.append(Importance(share, p_values[number], beside.ranks))
    return found


def _aligned(
    beaten: Sequence[float],
    rounds: Sequence[Hashable],
    columns: Sequence[Sequence[int]],
    beside: Sequence[int] | None = None,
) -> list[float]:
    """``beaten`` without what the levels of ``columns`` add in each round.

    Their effects are fitted together, and with that of ``beside``, which is left in: each in turn to what the others
    leave, until nothing changes any more (backfitting).
    """
    if not columns:
        return list(beaten)
    fitted = [*columns, *([] if beside is None else [beside])]
    effects = [[0.0] * len(beaten) for _ in fitted]
    left = list(beaten)
    for _ in range(SWEEPS):
        change = 0.0
        for number, column in enumerate(fitted):
            partial = [value + effect for value, effect in zip(left, effects[number], strict=True)]
            new = _effects(partial, rounds, column)
            change = max(change, *(abs(one - other) for one, other in zip(new, effects[number], strict=True)))
            effects[number] = new
            left = [value - effect for value, effect in zip(partial, new, strict=True)]
        if change < SETTLED:
            break
    return left if beside is None else [value + effect for value, effect in zip(left, effects[-1], strict=True)]


def _effects(values: Sequence[float], rounds: Sequence[Hashable], column: Sequence[int]) -> list[float]:
    """For each trial the mean of its round's trials at its level, less the mean of its round."""
    of_round: dict[Hashable, list[float]] = defaultdict(list)
    of_level: dict[tuple[Hashable, int], list[float]] = defaultdict(list)
    for name, place, value in zip(rounds, column, values, strict=True):
        of_round[name].append(value)
        of_level[name, place].append(value)
    middle = {name: math.fsum(part) / len(part) for name, part in of_round.items()}
    effect = {key: math.fsum(part) / len(part) - middle[key[0]] for key, part in of_level.items()}
    return [effect[key] for key in zip(rounds, column, strict=True)]


def association(
    beaten: Sequence[float], rounds: Sequence[Hashable], places: Sequence[int], fitted: int = 0
) -> Association:
    """How ``beaten`` (see ``shares_beaten``) goes with the level of each trial; ``places`` has that level.

    Only rounds in which there are different levels and different ranks say anything. ``fitted``: the effects of so
    many other hyperparameters were taken out before; each is counted as one degree of freedom (heuristic: they have
    one for each level but one, most of them in the largest round).
    """
    members: dict[Hashable, list[tuple[int, float]]] = defaultdict(list)
    for name, place, share in zip(rounds, places, beaten, strict=True):
        members[name].append((place, share))
    statistic, chance, most, inside, whole = 0.0, 0, 0, 0.0, 0.0
    of_level: dict[int, list[float]] = defaultdict(list)
    for trials in members.values():
        by_level: dict[int, list[float]] = defaultdict(list)
        for place, share in trials:
            by_level[place].append(share)
        mean = math.fsum(share for _, share in trials) / len(trials)
        total = math.fsum((share - mean) ** 2 for _, share in trials)
        freedom = len(trials) - 1 - fitted
        if len(by_level) < 2 or total < 1e-12 or freedom < len(by_level):
            continue
        between = math.fsum(len(part) * (math.fsum(part) / len(part) - mean) ** 2 for part in by_level.values())
        statistic += freedom * between / total
        chance += len(by_level) - 1
        most += freedom
        inside += total - between
        whole += total
        for place, part in by_level.items():
            of_level[place] += part
    if most <= chance:  # every trial at a level of its own: nothing to compare
        return Association(0.0, 1.0, {}, 0.0)
    variance = max(0.0, inside) / (most - chance)
    ranks = {
        place: LevelRank(math.fsum(part) / len(part), math.sqrt(variance / len(part)))
        for place, part in of_level.items()
    }
    share = min(1.0, max(0.0, (statistic - chance) / (most - chance)))
    return Association(share, chi_square_tail(statistic, chance), ranks, whole)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The probability that a chi-square variable of so many (whole) degrees of freedom is at least ``statistic``.

    By Q(a + 1, x) = Q(a, x) + x^a e^−x / Γ(a + 1) from Q(½, x) = erfc √x or Q(1, x) = e^−x.
    """
    x = max(0.0, statistic) / 2
    if x == 0:
        return 1.0
    a, found = (0.5, math.erfc(math.sqrt(x))) if freedom % 2 else (1.0, math.exp(-x))
    while a < freedom / 2:
        found += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(1.0, found)
