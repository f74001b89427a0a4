"""An array of images in a file, of which only the samples that are asked for are read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.sources import Array
from hpsearch.errors import HpsearchError

PORTION_BYTES = 2**21
"""Read at once where all samples are gone through; what is computed from them takes twenty times as much."""


class UnreadableSampleError(HpsearchError):
    """The file is shorter than its header said, is not the file any more that was checked, or cannot be read."""


class Identity(NamedTuple):
    """By which a file is known to be the same, with the same content."""

    device: int
    inode: int
    size: int
    changed_ns: int


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """Samples (N, …) one after the other in a file. They are read, not mapped: a file that shrinks is an exception.

    ``checked`` is the file whose samples have been gone through: if it is another one when it is opened, or has been
    written into when ``ensure_unchanged`` asks, that is an exception too. None: nobody asks.
    """

    file: Path
    offset: int
    """Of the first byte of the first sample."""
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    checked: Identity | None = None
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

    def as_it_is(self) -> "ArrayFile":
        """The same samples, of the file as it is now. Raises UnreadableSampleError where it cannot be opened."""
        return replace(self, checked=_identity(self._descriptor()))

    def ensure_unchanged(self) -> None:
        """Raises UnreadableSampleError if somebody has written into the file since it was checked."""
        self._compare(self._descriptor())

    def _descriptor(self) -> int:
        if self._opened < 0:
            try:
                opened = os.open(self.file, os.O_RDONLY)
            except OSError as error:
                raise UnreadableSampleError(f"{self.file} cannot be opened any more: {error}") from error
            object.__setattr__(self, "_opened", opened)
            try:
                self._compare(opened)
            except UnreadableSampleError:
                os.close(opened)
                object.__setattr__(self, "_opened", -1)  # whoever asks again is told again
                raise
        return self._opened

    def _compare(self, opened: int) -> None:
        if self.checked is not None and _identity(opened) != self.checked:
            raise UnreadableSampleError(
                f"{self.file} was changed since it was checked: its samples are not those that the study began with; "
                "put the old file back, or begin a new study with this one"
            )

    def _read_into(self, place: memoryview, offset: int) -> None:
        descriptor = self._descriptor()
        done = 0
        while done < len(place):
            try:
                got = os.preadv(descriptor, [place[done:]], offset + done)
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
        return ArrayFile, (self.file, self.offset, self.dtype, self.shape, self.checked)


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


def _identity(opened: int) -> Identity:
    status = os.fstat(opened)
    return Identity(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
