"""In which order a trial sees its training samples."""

import torch
from torch import Tensor


class DataOrder:
    """The samples of a trial and the order of each pass over them, decided by a seed alone, on every machine."""

    def __init__(self, seed: int, available: int, wanted: int | None, batch_size: int) -> None:
        """``wanted`` samples of the ``available`` ones are drawn, or all of them for None."""
        self._generator = torch.Generator().manual_seed(seed)
        self._chosen = torch.randperm(available, generator=self._generator)[:wanted]
        self.samples = len(self._chosen)
        self.sizes = batch_sizes(self.samples, batch_size)
        self.batches = len(self.sizes)

    @property
    def state(self) -> Tensor:
        """What decides the passes to come."""
        return self._generator.get_state()

    @state.setter
    def state(self, state: Tensor) -> None:
        self._generator.set_state(state)

    def some(self, count: int) -> Tensor:
        """Indices of so many of the samples that are trained on, or of all; the same whenever it is asked."""
        return self._chosen[:count]

    def one_pass(self) -> tuple[Tensor, ...]:
        """Indices of the samples of each batch, in a new order each time."""
        return torch.split(self.whole_pass(), self.sizes)

    def whole_pass(self) -> Tensor:
        """Indices of all samples (N,), in a new order each time; batches of ``sizes`` follow one another."""
        return self._chosen[torch.randperm(self.samples, generator=self._generator)]


def batch_sizes(samples: int, batch_size: int) -> list[int]:
    """The sizes of the batches of one pass, every sample once.

    A rest makes a smaller last batch. A rest of a single sample joins the batch before it instead, because batch norm
    cannot be computed over one value; a batch of one remains only where the batch size or the data have it so.
    """
    full, rest = divmod(samples, batch_size)
    sizes = [batch_size] * full
    if rest == 1 and full and batch_size > 1:
        sizes[-1] += 1
    elif rest:
        sizes.append(rest)
    return sizes
