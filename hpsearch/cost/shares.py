"""Where memory, parameters and arithmetic sit: in which kind of layer, and how deep in the network."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from hpsearch.cost.row import LayerCost

Quantity = Literal["parameters", "multiply_adds", "activation_bytes"]
QUANTITIES: dict[Quantity, Callable[[LayerCost], int]] = {
    "parameters": lambda row: row.parameters,
    "multiply_adds": lambda row: row.multiply_adds,
    "activation_bytes": lambda row: row.activation_bytes,
}


@dataclass(frozen=True)
class Shares:
    """Of one quantity, in [0, 1]; all 0 if there is none of it."""

    convolution: float
    """In convolutions."""
    linear: float
    """In linear layers and other products of matrices."""
    other: float
    """In everything else."""
    first_third: float
    """In the first third of the rows of the table, in the order of the forward pass."""
    middle_third: float
    last_third: float


def shares(rows: Sequence[LayerCost]) -> dict[Quantity, Shares]:
    """How each quantity is spread over the rows of a network's table."""
    return {name: _shares(rows, of) for name, of in QUANTITIES.items()}


def _shares(rows: Sequence[LayerCost], of: Callable[[LayerCost], int]) -> Shares:
    total = sum(map(of, rows)) or 1
    ends = [round(len(rows) * third / 3) for third in range(4)]

    def share(chosen: Sequence[LayerCost]) -> float:
        return sum(map(of, chosen)) / total

    return Shares(
        *(share([row for row in rows if row.part == part]) for part in ("convolution", "linear", "other")),
        *(share(rows[begin:end]) for begin, end in itertools.pairwise(ends)),
    )
