"""Sobol points: random-looking points that fill the space more evenly than independent ones do.

Sobol (1967); scrambled after Owen (1998), so that every coordinate of every point is uniform on [0, 1).
"""

import numpy as np

from hpsearch.job import seed_for
from hpsearch.space import Point, Space
from hpsearch.stage import StageName


def sobol_points(space: Space, *, seed: int, stage: StageName, round: int, count: int) -> list[Point]:  # noqa: A002
    """The first ``count`` points of the scrambled sequence of (study seed, stage, round), one coordinate for each
    path in alphabetical order.

    A longer plan of the same round begins with the points of a shorter one. The sequence is evenest when
    ``count`` is a power of two; it is a valid sample for any.
    """
    if not space or count == 0:
        return [{} for _ in range(count)]
    from scipy.stats import qmc  # noqa: PLC0415  (half a second, which other ways to draw points need not spend)

    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed_for(seed, stage, round, "sobol"))))
    sequence = qmc.Sobol(len(space), scramble=True, seed=generator)
    cube = sequence.random_base2((count - 1).bit_length())[:count]  # (count, paths); whole powers of two only
    paths = sorted(space)
    return [{path: space[path].quantile(float(u)) for path, u in zip(paths, row, strict=True)} for row in cube]
