"""An array of images in a file, of which only the samples that are asked for are read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.sources import Array
from hpsearch.errors import HpsearchError

PORTION_BYTES = 2**21
"""Read at once where all samples are gone through; what is computed from them takes twenty times as much."""


class UnreadableSampleError(HpsearchError):
    """The file is shorter than its header said, or cannot be read any more."""


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """Samples (N, …) one after the other in a file. They are read, not mapped: a file that shrinks is an exception."""

    file: Path
    offset: int
    """Of the first byte of the first sample."""
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    _opened: int = field(default=-1, init=False, repr=False)

    def __len__(self) -> int:
        return self.shape[0]

    def read(self, indices: NDArray[np.int64]) -> Array:
        """Those samples in that order (n, …), as they are stored."""
        found: Array = np.empty((len(indices), *self.shape[1:]), self.dtype)
        bytes_of_all = found.reshape(-1).view(np.uint8).data
        size = found.nbytes // max(1, len(indices))
        for place, index in enumerate(indices.tolist()):
            self._read_into(bytes_of_all[place * size : (place + 1) * size], self.offset + index * size)
        return found

    def portions(self) -> Iterator[tuple[int, Array]]:
        """All samples in their order, some at a time, each portion with the index of its first."""
        size = int(np.prod(self.shape[1:])) * self.dtype.itemsize
        step = max(1, PORTION_BYTES // max(1, size))
        for start in range(0, len(self), step):
            yield start, self.read(np.arange(start, min(start + step, len(self))))

    def _read_into(self, place: memoryview, offset: int) -> None:
        if self._opened < 0:
            try:
                object.__setattr__(self, "_opened", os.open(self.file, os.O_RDONLY))
            except OSError as error:
                raise UnreadableSampleError(f"{self.file} cannot be opened any more: {error}") from error
        done = 0
        while done < len(place):
            try:
                got = os.preadv(self._opened, [place[done:]], offset + done)
            except OSError as error:
                raise UnreadableSampleError(f"{self.file} cannot be read any more: {error}") from error
            if got == 0:
                raise UnreadableSampleError(
                    f"{self.file} ends before byte {offset + len(place)}, which its header names"
                )
            done += got

    def __del__(self) -> None:
        if self._opened >= 0:
            os.close(self._opened)

    def __reduce__(self) -> tuple[object, ...]:
        return ArrayFile, (self.file, self.offset, self.dtype, self.shape)


def of_memmap(array: Array) -> ArrayFile | None:
    """The file behind samples that are mapped into memory, where they lie one after the other; None for any other."""
    if not isinstance(array, np.memmap) or array.filename is None or not array.flags.c_contiguous or not array.size:
        return None
    if array.mode == "c":  # changes of such a map are not in the file
        return None
    base = array
    while isinstance(base.base, np.memmap):
        base = base.base
    moved = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return ArrayFile(Path(array.filename), base.offset + moved, array.dtype, array.shape)
