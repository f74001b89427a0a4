"""Random search (Bergstra and Bengio, 2012): every trial has a random stream of its own."""

import numpy as np

from hpsearch.job import seed_for
from hpsearch.space import Point, Space
from hpsearch.stage import StageName


def random_points(space: Space, *, seed: int, stage: StageName, first: int, count: int) -> list[Point]:
    """The points of trials ``first`` … ``first + count - 1``.

    Trial i is drawn from a Philox generator that is seeded by (study seed, stage, i) alone, one number in [0, 1)
    for each path in alphabetical order: neither the other trials nor the order of the mapping decide it.
    """
    return [_random_point(space, seed_for(seed, stage, number, "point")) for number in range(first, first + count)]


def _random_point(space: Space, seed: int) -> Point:
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    return {path: space[path].quantile(float(generator.random())) for path in sorted(space)}
