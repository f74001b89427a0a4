"""Whether images with their channels last were reshaped, so that channels lie among the pixels of a row."""

import math

from torch import Tensor

from hpsearch.data.checks.planes import alike, planes, varying
from hpsearch.rulebook import Remark

STANDARD_ERRORS = 5.0
"""Over images, by which pixels further apart are more alike for good …"""
MORE = 0.1
"""… and so much correlation more than any nearer ones, or those one place further (heuristic)."""
GOES_ON = 0.5
"""Of the correlation within a channel: so much has its end with the beginning of the next one (heuristic)."""


def read_as_rows(images: Tensor) -> Remark | None:
    """Whether rows of images (N, C, H, W) hold the colours of one pixel after another.

    Then pixels C places apart are of one colour and more alike than those nearer by or one place further, across or
    down; where a channel ends the next one goes on, which is the next part of the same image; and neighbours are alike
    in images with the axes moved as they should have been. A pattern that repeats itself after C pixels does so after
    2 C as well, while pixels of an image are less alike there.
    """
    channels, height, width = images.shape[1:]
    if channels < 2:
        return None
    scaled, alive = varying(images)
    found = planes(scaled, alive)
    peaks = []
    for down, right in ((0, 1), (1, 0)):
        places = min(2 * channels, (height if down else width) - 1)
        by = [alike(found, alive, down * apart, right * apart).mean(dim=1) for apart in range(1, places + 1)]
        if len(by) <= channels:
            continue
        nearer = (*by[: channels - 1], by[channels])
        other = max(nearer, key=lambda one: float(one.mean()))
        there = by[channels - 1]
        if _surely_more(there, other, MORE) and (len(by) < 2 * channels or _surely_more(there, by[-1], 0.0)):
            peaks.append((float(there.mean()), float(other.mean())))
    if not peaks or not _goes_on(scaled) or not _is_an_image(images):
        return None
    far, near = max(peaks, key=lambda one: one[0] - one[1])
    sentence = (
        f"pixels {channels} places apart have a mean correlation of {far:.3f}, and nearer ones of {near:.3f} at most: "
        f"{channels} channels lie among the pixels of each row, as after reshaping (N, H, W, C) to (N, C, H, W)"
    )
    return Remark(sentence, {"channels": channels, "as_many_apart": far, "others": near, "images": len(images)})


def _surely_more(one: Tensor, other: Tensor, least: float) -> bool:
    more = one - other
    return float(more.mean()) > max(least, STANDARD_ERRORS * float(more.std()) / math.sqrt(len(more)))


def _goes_on(scaled: Tensor) -> bool:
    """Whether the last rows of a channel are alike to the first of the next, as rows within a channel are."""
    channels, height = scaled.shape[1:3]
    left = scaled - scaled.mean(dim=(1, 2, 3), keepdim=True)
    left = left / left.flatten(1).std(dim=1).clamp_min(1e-6)[:, None, None, None]
    rows = min(channels, height // 2)
    across = (left[:, :-1, height - rows :] * left[:, 1:, :rows]).flatten(1).mean(dim=1)
    within = (left[:, :, :-rows] * left[:, :, rows:]).flatten(1).mean(dim=1)
    error = float(across.std()) / math.sqrt(len(across))
    return float(across.mean()) > max(GOES_ON * float(within.mean()), STANDARD_ERRORS * error)


def _is_an_image(images: Tensor) -> bool:
    """Whether neighbours are alike where channels are taken from among the pixels of the rows."""
    count, channels, height, width = images.shape
    moved = images.reshape(count, height, width, channels).movedim(3, 1)
    found, alive = varying(moved)
    found = planes(found, alive)
    each = (alike(found, alive, 0, 1) + alike(found, alive, 1, 0)).mean(dim=1)
    return float(each.mean()) > STANDARD_ERRORS * float(each.std()) / math.sqrt(count)
