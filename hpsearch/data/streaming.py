"""Images that stay in their file: which do, and how they become splits that are read batch by batch."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from hpsearch.data.array_file import ArrayFile, of_memmap
from hpsearch.data.checking import IMAGES, as_images, check_finite
from hpsearch.data.dataset import Scale, Split
from hpsearch.data.host import machine_bytes
from hpsearch.data.moments import Moments, moments
from hpsearch.data.sources import Array
from hpsearch.data.splitting import Indices
from hpsearch.data.stream import Stream
from hpsearch.errors import DefinitionError, Problem
from hpsearch.job import DataSettings

HELD_SHARE = 1 / 8
"""Of the memory of a machine, so much may be needed for holding images. Heuristic: each worker holds its own."""
COPIES = 3
"""Of all images as float32 that holding them needs for a moment: as read, normalised, divided."""
SAMPLE_BYTES = 2**26
"""Of the images of each split that are held all the same, for whoever looks at data before they are trained on."""
NAMES = ("train", "validation", "test")


def file_to_stream(settings: DataSettings, images: Array) -> ArrayFile | None:
    """The file in which images stay while they are trained on; None for those that are held in memory.

    Raises DefinitionError where they are to stay in a file and lie in none that can be read sample by sample.
    """
    file = of_memmap(images)
    if settings.held == "disk" and file is None:
        rule = "the images lie in no file that can be read sample by sample"
        advice = (
            "Use dataset: numpy with a folder that holds images.npy in C order, or a loader that returns its images as "
            "a numpy.memmap; or leave it out."
        )
        raise DefinitionError([Problem("resources.data", "'disk'", rule, advice)])
    if settings.held == "disk" or (settings.held == "auto" and not _is_room_for(images)):
        return file
    return None


def gone_through(file: ArrayFile) -> tuple[Moments, list[Problem]]:
    """All images of a file, one portion after the other, with what is wrong with the first unsound portion."""
    found: list[Moments] = []
    for start, raw in file.portions():
        images = as_images(raw)
        problems = check_finite(IMAGES, images, start)
        if problems:
            return np.concatenate([*found, moments(images)]), problems
        found.append(moments(images))
    return np.concatenate(found), []


def streams_of(file: ArrayFile, targets: Tensor, parts: Sequence[Indices], scale: Scale | None) -> Mapping[str, Stream]:
    """The splits that consist of those samples of a file, by name."""
    chosen = [torch.from_numpy(part) for part in parts]
    return {name: Stream(file, part, targets[part], scale) for name, part in zip(NAMES, chosen, strict=True)}


def sampled(streams: Mapping[str, Stream]) -> list[Split]:
    """Some samples of each split, in memory."""
    return [streams[name].sample(SAMPLE_BYTES) for name in NAMES]


def _is_room_for(images: Array) -> bool:
    return COPIES * images.size * np.dtype(np.float32).itemsize <= HELD_SHARE * machine_bytes()
