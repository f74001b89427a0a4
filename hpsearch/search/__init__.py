"""Where the trials of a search lie: random, grid and Sobol points of a space, each a pure function of the seed.

The module as a whole is what a plan calls a draw: ``points`` places them.
"""

from hpsearch.search.grid import grid_points, grid_size
from hpsearch.search.sampling import Sampler, points

__all__ = ["Sampler", "grid_points", "grid_size", "points"]
