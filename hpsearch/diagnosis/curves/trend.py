"""A straight line through some numbers, with the error of its slope."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Trend:
    """Least squares over equally spaced numbers."""

    slope: float
    """Change from one number to the next."""
    error: float
    """Standard error of the slope, from the noise of single numbers."""
    level: float
    """Mean of the numbers."""
    count: int

    @property
    def change(self) -> float:
        """Along the whole line."""
        return self.slope * (self.count - 1)

    @property
    def deviations(self) -> float:
        """The slope in units of its error; 0 where there is neither."""
        return 0.0 if self.slope == 0 else self.slope / max(self.error, 1e-300)


def trend(numbers: Sequence[float], noise: float | None = None) -> Trend:
    """The line through the numbers; ``noise`` is the standard deviation of one, by default from their differences."""
    count = len(numbers)
    level = math.fsum(numbers) / max(1, count)
    if count < 2:
        return Trend(0.0, math.inf, level, count)
    middle = (count - 1) / 2
    square = count * (count * count - 1) / 12
    slope = math.fsum((index - middle) * (number - level) for index, number in enumerate(numbers)) / square
    scatter = spread_of_neighbours(numbers) if noise is None else noise
    return Trend(slope, scatter / math.sqrt(square), level, count)


def spread_of_neighbours(numbers: Sequence[float]) -> float:
    """Standard deviation around a trend of any shape: from successive differences (von Neumann et al., 1941)."""
    if len(numbers) < 2:
        return 0.0
    return math.sqrt(math.fsum((b - a) ** 2 for a, b in pairwise(numbers)) / (2 * (len(numbers) - 1)))


def spread_of_bends(numbers: Sequence[float]) -> float:
    """Standard deviation around a course without sharp bends: from second differences, which a straight fall does not
    add to; 0 for fewer than three."""
    bends = [
        before - 2 * here + behind for before, here, behind in zip(numbers, numbers[1:], numbers[2:], strict=False)
    ]
    return math.sqrt(math.fsum(bend * bend for bend in bends) / (6 * len(bends))) if bends else 0.0


def moving_average(numbers: Sequence[float], window: int) -> list[float]:
    """Means over ``window`` numbers in a row; as many numbers as there are whole windows."""
    width = max(1, min(window, len(numbers)))
    total, means = math.fsum(numbers[:width]), []
    for index in range(len(numbers) - width + 1):
        if index:
            total += numbers[index + width - 1] - numbers[index - 1]
        means.append(total / width)
    return means if numbers else []
