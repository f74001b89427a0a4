"""Checks of images and targets as they were stored, before anything is computed from them."""

import numpy as np

from hpsearch.data.sources import Array
from hpsearch.errors import Problem, shown

IMAGES = "data.images"
TARGETS = "data.targets"
MOST_LIKELY_CLASSES = 20
"""Whole real numbers of more kinds are taken for quantities (heuristic) …"""
LIKELY_OF_A_CLASS = 5
"""… and so are those of which fewer samples share one value, on average."""


def is_whole(targets: Array) -> bool:
    """Whether targets are stored as whole numbers, hence classes unless the definition says otherwise."""
    return targets.dtype.kind in "iub"


def check_images(raw: Array) -> tuple[Array, list[Problem]]:
    """Images as float32 (N, C, H, W), with what is wrong with them; grey images may come as (N, H, W)."""
    problems = check_form(raw)
    if problems:
        return raw, problems
    images = as_images(raw)
    return images, check_finite(IMAGES, images)


def as_images(raw: Array) -> Array:
    """Those of the right form as float32 (N, C, H, W)."""
    return _float32(raw if raw.ndim == 4 else raw[:, np.newaxis])


def check_form(raw: Array) -> list[Problem]:
    """What is wrong with the shape and type of images, whose pixels are not looked at."""
    if raw.dtype.kind not in "fiub":
        return [_not_numbers(IMAGES, raw)]
    if raw.ndim not in (3, 4) or 0 in raw.shape:
        rule = "images must have the shape (samples, channels, height, width), or (samples, height, width) if grey"
        return [Problem(IMAGES, f"shape {raw.shape}", rule, "Bring the array into that shape.")]
    if raw.ndim == 4 and _channels_last(*raw.shape[1:]):
        channels, height, width = raw.shape[1:]
        rule = (
            f"the shape reads as {channels} channels of {height}×{width}, and looks like "
            f"(samples, height, width, channels) with {width} channels"
        )
        advice = "Store images.transpose(0, 3, 1, 2); if they really are so narrow, images.transpose(0, 1, 3, 2)."
        return [Problem(IMAGES, f"shape {raw.shape}", rule, advice)]
    return []


def _channels_last(channels: int, height: int, width: int) -> bool:
    """Whether the last axis rather holds the channels (heuristic). Signals (channels, length, 1) are let through."""
    return width in (1, 3, 4) and width < min(channels, height) and (width > 1 or channels == height)


def check_lengths(images: Array, targets: Array) -> list[Problem]:
    """There must be one target for each image."""
    counts = [len(array) if array.ndim else 0 for array in (images, targets)]
    if counts[0] == counts[1]:
        return []
    value = f"{counts[0]} images, {counts[1]} targets"
    return [Problem(TARGETS, value, "there must be one target for each image", "Give arrays of the same length.")]


def check_labels(raw: Array) -> tuple[Array, list[Problem]]:
    """Classes as int64 (N,), with what is wrong with them: they must be 0 … K − 1, each of them present."""
    if raw.dtype.kind not in "fiub":
        return raw, [_not_numbers(TARGETS, raw)]
    if raw.ndim != 1 or not len(raw):
        advice = "Use targets.argmax(axis=1) if they are one-hot." if raw.ndim == 2 else "Give a vector of classes."
        return raw, [Problem(TARGETS, f"shape {raw.shape}", "classes must have the shape (samples,)", advice)]
    problems = check_finite(TARGETS, raw)
    if problems:
        return raw, problems
    broken = np.flatnonzero(raw != np.floor(raw)) if raw.dtype.kind == "f" else np.empty(0, np.int64)
    if len(broken):
        rule = f"cross_entropy needs whole-numbered classes, and {len(broken)} targets are not whole"
        advice = "Use loss: l2 for real-valued targets."
        return raw, [Problem(TARGETS, f"{raw[broken[0]]} at index {broken[0]}", rule, advice)]
    labels = raw.astype(np.int64)
    return labels, _check_classes(labels)


def check_values(raw: Array) -> tuple[Array, list[Problem]]:
    """Real targets as float32 (N, D), with what is wrong with them."""
    if raw.dtype.kind not in "fiub":
        return raw, [_not_numbers(TARGETS, raw)]
    if raw.ndim not in (1, 2) or 0 in raw.shape:
        rule = "real-valued targets must have the shape (samples,) or (samples, columns)"
        return raw, [Problem(TARGETS, f"shape {raw.shape}", rule, "Bring the array into that shape.")]
    values = _float32(raw if raw.ndim == 2 else raw[:, np.newaxis])
    problems = check_finite(TARGETS, values)
    if not problems:
        constant = np.flatnonzero((values == values[0]).all(axis=0))
        if len(constant):
            rule = "a target that is the same for all samples cannot be learned"
            problems.append(
                Problem(TARGETS, f"column {constant[0]} is {values[0, constant[0]]}", rule, "Leave it out.")
            )
    return values, problems


def check_undecided(raw: Array) -> list[Problem]:
    """Targets stored as real numbers that look like classes (heuristic), where the definition leaves the loss open."""
    if raw.dtype.kind != "f" or raw.size != len(raw) or not np.isfinite(raw).all() or (raw != np.floor(raw)).any():
        return []
    known = np.unique(raw)
    if not (2 <= len(known) <= MOST_LIKELY_CLASSES and LIKELY_OF_A_CLASS * len(known) <= raw.size):
        return []
    rule = f"the targets are real numbers, yet all of them are whole and only {len(known)} differ, as classes would"
    advice = "Write loss: cross_entropy (or store integers) if they are classes, loss: l2 if they are quantities."
    return [Problem(TARGETS, f"dtype {raw.dtype}, values {shown(known.tolist(), 60)}", rule, advice)]


def _check_classes(labels: Array) -> list[Problem]:
    known, counts = np.unique(labels, return_counts=True)
    advice = "Number the classes 0 … K − 1, for example with numpy.unique(targets, return_inverse=True)."
    if known[0] < 0:
        rule = f"classes are counted from 0, and {counts[0]} samples have the label {known[0]}"
        return [Problem(TARGETS, f"label {known[0]}", rule, advice)]
    classes = int(known[-1]) + 1
    if classes > len(labels):
        rule = f"there are fewer samples ({len(labels)}) than classes (0 … {known[-1]})"
        return [Problem(TARGETS, f"label {known[-1]}", rule, f"{advice} Use loss: l2 if the targets are quantities.")]
    if len(known) < classes:
        gap = int(np.flatnonzero(known != np.arange(len(known)))[0])
        rule = (
            f"classes must be 0 … K − 1 without gaps: no sample has the label {gap}, "
            f"and {counts[gap]} have the label {known[gap]}"
        )
        return [Problem(TARGETS, f"labels {shown(known.tolist(), 60)}", rule, advice)]
    if classes == 1:
        return [Problem(TARGETS, "label 0 only", "there must be at least two classes", "Give samples of each class.")]
    return []


def check_finite(path: str, values: Array, first_index: int = 0) -> list[Problem]:
    """All must be; ``first_index`` is that of the first sample among all that there are."""
    bad = ~np.isfinite(values)
    count = int(bad.sum())
    if not count:
        return []
    first = tuple(int(i) for i in np.argwhere(bad)[0])
    named = (first[0] + first_index, *first[1:])
    rule = f"{count} of {values.size} values are NaN or infinite as 32-bit numbers"
    index = named[0] if len(named) == 1 else named
    return [Problem(path, f"{values[first]} at index {index}", rule, "Remove or replace those samples.")]


def _float32(values: Array) -> Array:
    with np.errstate(over="ignore"):  # becomes infinite, which is reported
        return np.ascontiguousarray(values, dtype=np.float32)


def _not_numbers(path: str, raw: Array) -> Problem:
    rule = "the array must hold real numbers"
    return Problem(path, f"dtype {raw.dtype}", rule, "Convert it to integers or floats of one shape.")
