"""A split that does not lie on the device: batches are copied there, each before it is needed."""

from collections.abc import Iterable, Iterator
from functools import cached_property

import torch
from torch import Tensor

from hpsearch.data.stream import Stream
from hpsearch.training.samples.ahead import Ahead

SAMPLE_BYTES = 2**24
"""Of the images of each split that lie on the device all the same, as float32."""
LEAST_SAMPLES = 32
"""That lie there whatever room they take: a look inside a network asks for no more."""


class StreamedSplit:
    """As ``Split``, bit for bit, of samples that stay where they are."""

    def __init__(self, stream: Stream, device: torch.device, *, channels_last: bool) -> None:
        self._stream, self._device, self._channels_last = stream, device, channels_last
        self._ahead = Ahead(self._read)

    def __len__(self) -> int:
        return len(self._stream)

    @cached_property
    def images(self) -> Tensor:
        """The first ones, for whoever needs no more."""
        size = 4 * max(1, self._stream.read(torch.arange(min(1, len(self)))).numel())
        count = max(LEAST_SAMPLES, 1 + SAMPLE_BYTES // size)
        return self._placed(self._stream.read(torch.arange(min(len(self), count))))

    @cached_property
    def targets(self) -> Tensor:
        """All of them."""
        return self._stream.targets.to(self._device)

    def pieces(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """As ``Split.pieces``."""
        parts = torch.split(torch.arange(len(self)), size)
        self._stream.ensure_unchanged()
        self._ahead.expect(parts)
        for part, targets in zip(parts, torch.split(self.targets, size), strict=True):
            yield self._placed(self._ahead.take(part)), targets

    def expect(self, wanted: Iterable[Tensor]) -> None:
        """Announces batches. Raises UnreadableSampleError if they come from a file that has been written into."""
        self._stream.ensure_unchanged()
        self._ahead.expect(wanted)

    def batch(self, positions: Tensor) -> Tensor:
        """Images (N, C, H, W) on the device."""
        images = self._placed(self._ahead.take(positions))
        if not self._channels_last or images.shape[1] > 1:
            return images
        # Those that are chosen from images on the device have a stride of one there; kernels are chosen by strides.
        return images.permute(0, 2, 3, 1).clone(memory_format=torch.contiguous_format).permute(0, 3, 1, 2)

    def _read(self, positions: Tensor) -> Tensor:
        images = self._stream.read(positions)
        return images.pin_memory() if self._device.type == "cuda" else images

    def _placed(self, images: Tensor) -> Tensor:
        """They are normalised on the device, where that takes no time."""
        ready = self._stream.ready(images.to(self._device, non_blocking=True))
        if not self._channels_last:
            return ready
        return ready.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
