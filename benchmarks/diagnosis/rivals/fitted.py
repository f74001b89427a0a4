"""The checks of TheDeepChecker while a network is fitted to one batch of 50, by what was noted of up to 200 updates."""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from benchmarks.diagnosis.rivals.measures import same_variance, smoothness
from benchmarks.diagnosis.rivals.record import Traces

PERIOD, WINDOW = 10, 5


def dead_activations(traces: Traces) -> bool:
    """More than half of a layer's units are below 1e-5 for 95 % of their values."""
    return _any_above(traces.dead_shares.values(), 0.5)


def saturated_activations(traces: Traces) -> bool:
    """More than half of a layer's units have an index of saturation above 0.85."""
    return _any_above(traces.saturated_shares.values(), 0.5)


def unstable_activations(traces: Traces) -> bool:
    """A layer's standard deviation is below 0.5 or above 2 (by their F-test)."""
    for values in traces.activation_stds.values():
        for std in values:
            bound = 0.5 if std < 0.5 else min(std, 2.0)
            if not same_variance(std * std, bound * bound):
                return True
    return False


def constant_outputs(traces: Traces) -> bool:
    """At five looks in a row no batch has told samples apart."""
    looks = traces.outputs_vary[::PERIOD]
    return any(not any(looks[place : place + 5]) for place in range(len(looks) - 4))


def negative_weights(traces: Traces) -> bool:
    """More than 95 % of a weight is negative."""
    return _any_above(traces.negative_shares.values(), 0.95)


def dead_weights(traces: Traces) -> bool:
    """More than 95 % of a weight is below 1e-5."""
    return _any_above(traces.tiny_shares.values(), 0.95)


def diverging_weights(traces: Traces) -> bool:
    """The mean absolute value of a weight or bias is above 1e8, or doubles four times in a row."""
    return any(
        _at_looks(values, lambda seen: seen[-1] > 1e8 or _all_ratios(seen, lambda ratio: ratio >= 2))
        for values in (*traces.weights.values(), *traces.biases.values())
    )


def vanishing_gradient(traces: Traces) -> bool:
    """The mean absolute gradient is below 1e-6, or halves four times in a row."""
    return any(
        _at_looks(values, lambda seen: seen[-1] < 1e-6 or _all_ratios(seen, lambda ratio: ratio <= 0.5))
        for values in traces.gradients.values()
    )


def exploding_gradient(traces: Traces) -> bool:
    """The mean absolute gradient is above 1e6, or doubles four times in a row."""
    return any(
        _at_looks(values, lambda seen: seen[-1] > 1e6 or _all_ratios(seen, lambda ratio: ratio >= 2))
        for values in traces.gradients.values()
    )


def untrained_weights(traces: Traces) -> bool:
    """A weight is not changed in ten updates."""
    return any(mean == 0 for mean in _mean_updates(traces))


def fast_updates(traces: Traces) -> bool:
    """Ten updates change a weight by more than a tenth of it each, as a geometric mean."""
    return any(mean > -1 for mean in _mean_updates(traces) if mean != 0)


def slow_updates(traces: Traces) -> bool:
    """Ten updates change a weight by less than 1e-4 of it each, as a geometric mean."""
    return any(mean < -4 for mean in _mean_updates(traces))


def stagnating_loss(traces: Traces) -> bool:
    """Means over ten updates fall by less than 5 % four times in a row."""
    means = _means(traces.losses)
    return any(
        all(before and (before - after) / before < 0.05 for before, after in pairwise(means[end - WINDOW : end]))
        for end in range(WINDOW, len(means) + 1)
    )


def diverging_loss(traces: Traces) -> bool:
    """Means over ten updates double four times in a row."""
    means = _means(traces.losses)
    ends = range(WINDOW, len(means) + 1)
    return any(_all_ratios(means[:end], lambda ratio: ratio >= 2) for end in ends)


def fluctuating_loss(traces: Traces) -> bool:
    """Among the last 50 means over ten updates the direction changes at more than half."""
    means = _means(traces.losses)
    return any(smoothness(means[max(0, end - 50) : end]) < 0.5 for end in range(1, len(means) + 1))


def unrepresentative_loss(traces: Traces) -> bool:
    """Loss and accuracy are correlated by less than 0.5, whatever the sign."""
    losses, accuracies = _means(traces.losses), _means(traces.accuracies)
    return any(abs(_correlation(losses[:end], accuracies[:end])) < 0.5 for end in range(3, len(losses) + 1))


def overwhelming_regularisation(traces: Traces) -> bool:
    """The gradient of the weight decay is twice that of the loss in five updates in a row."""
    return any(
        all(ratio >= 2 for ratio in values[place : place + WINDOW])
        for values in traces.decays.values()
        for place in range(len(values) - WINDOW + 1)
    )


def not_finite(traces: Traces) -> bool:
    """The loss or an output is NaN or infinite."""
    return not traces.finite


def _any_above(series: Iterable[Sequence[float]], bound: float) -> bool:
    return any(value > bound for values in series for value in values)


def _at_looks(values: Sequence[float], holds: Callable[[Sequence[float]], bool]) -> bool:
    return any(holds(values[: end + 1]) for end in range(PERIOD, len(values), PERIOD))


def _all_ratios(values: Sequence[float], holds: Callable[[float], bool]) -> bool:
    """Of the last five values to those before them; False where one of them is zero."""
    last = values[-WINDOW:]
    return len(last) == WINDOW and all(before and holds(after / before) for before, after in pairwise(last))


def _mean_updates(traces: Traces) -> list[float]:
    means = []
    for values in traces.updates.values():
        for start in range(0, len(values) - PERIOD + 1, PERIOD):
            known = [value for value in values[start : start + PERIOD] if value is not None]
            if known:
                means.append(sum(known) / len(known))
    return means


def _means(values: Sequence[float]) -> list[float]:
    """Of the first value alone, and then of ten each."""
    groups = [values[:1], *(values[start : start + PERIOD] for start in range(1, len(values) - PERIOD + 1, PERIOD))]
    return [sum(group) / len(group) for group in groups if group]


def _correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """NaN where one of them is constant."""
    means = sum(first) / len(first), sum(second) / len(second)
    product = sum((a - means[0]) * (b - means[1]) for a, b in zip(first, second, strict=True))
    squares = sum((a - means[0]) ** 2 for a in first) * sum((b - means[1]) ** 2 for b in second)
    return product / math.sqrt(squares) if squares else math.nan
