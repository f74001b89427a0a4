"""A number of a network that differs between members, such as the rate of a dropout."""

from collections.abc import Sequence
from typing import NoReturn

import torch

from hpsearch.training.stacked.refusal import CannotStackError
from hpsearch.training.stacked.value import LEADING, Stacked


class Rates:
    """One number of each member. To be multiplied with and added to values, and to drop with; no number itself."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self.numbers = tuple(numbers)

    def keep(self, members: Sequence[int]) -> None:
        """Goes on with these members alone."""
        self.numbers = tuple(self.numbers[member] for member in members)

    def value(self, like: Stacked) -> Stacked:
        """As numbers that broadcast against a value."""
        kind = like.dtype if like.is_floating_point() else torch.get_default_dtype()
        return like.like(torch.tensor(self.numbers, dtype=kind, device=like.device), LEADING)

    def _read(self, *_: object) -> NoReturn:
        raise CannotStackError("what the network does depends on a number that differs between members")

    __bool__ = __float__ = __int__ = __index__ = _read
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _read
    __hash__ = object.__hash__
