"""The samplers under one name: which points the trials of a stage have."""

from typing import Literal

from hpsearch.search.grid import grid_points
from hpsearch.search.random_points import random_points
from hpsearch.search.sobol import sobol_points
from hpsearch.space import Point, Space
from hpsearch.stage import StageName

Sampler = Literal["random", "grid", "sobol"]


def points(
    sampler: Sampler,
    space: Space,
    *,
    seed: int,
    stage: StageName,
    round: int,  # noqa: A002
    first: int,
    count: int,
    points_per_range: int,
) -> list[Point]:
    """The points of trials ``first``, ``first + 1``, … of one round of a stage.

    ``seed`` is the study's. ``random`` and ``sobol`` return ``count`` points; ``grid`` returns its whole grid with
    ``points_per_range`` levels for each range, whatever ``count`` is. A trial's point depends on its number (for
    grid and Sobol on its place within the round) and on nothing that happens while the study runs.
    """
    match sampler:
        case "random":
            return random_points(space, seed=seed, stage=stage, first=first, count=count)
        case "sobol":
            return sobol_points(space, seed=seed, stage=stage, round=round, count=count)
        case "grid":
            return grid_points(space, points_per_range)
