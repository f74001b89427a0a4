"""Checks whether held-out images measure otherwise than training images."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from hpsearch.data.checks.duplicates import near_to_training
from hpsearch.data.checks.facts import Facts, Part
from hpsearch.data.checks.likeness import likeness
from hpsearch.data.checks.measures import BRIGHTNESS, CONTRAST, Measured, measured
from hpsearch.data.checks.moved import in_training_too
from hpsearch.data.checks.prints import small_copies
from hpsearch.data.checks.unlike import FEWEST, Unlike, unlike
from hpsearch.data.dataset import Split
from hpsearch.rulebook import Remark

STANDARD_ERRORS = 5.0
"""By which two splits differ for good; one chance in about two millions."""
FAINT = 0.05
"""Of the largest deviation: places that vary by less are not compared (heuristic)."""
LARGE_SHIFT = 0.3
"""… and by so many standard deviations of single images: a small effect by Cohen's scale begins at 0.2 (heuristic)."""
LEAST = 0.01
"""… and by so much of the contrast of an image: less is rounding, or does no harm (heuristic)."""
MANY_COPIES = 0.1
"""Of the images of a split, so many may make their measures others in a fifth of them."""
NAMED = 3
"""Further measures that a sentence names."""


def splits_look_different(facts: Facts) -> Remark | None:
    """Held-out images measure otherwise than training images.

    Splits of one source differ by chance alone. A difference means that they come from different sources, or are
    prepared differently (resized, padded, cropped, erased, blurred, rounded, normalised); then a validation score tells
    little about training. Splits by person, place, time or clip, which are right for such data, differ as well where
    these are few, since chance is reckoned as if each image were drawn by itself. Measured are brightness and contrast
    of each image, and what does not depend on them: sharpness, equal neighbours, levels, what the border, the middle
    and the halves show, colours, and how much of a small copy is made of what training images have in common. Reported
    is a measure whose distributions are so far apart that a fifth of the images, at least, measure otherwise
    (heuristic), by more than chance (Kolmogorov and Smirnov, one in a million). So is a mean brightness or contrast, or
    a mean image on 8×8 pixels at most, that is five standard errors and 0.3 standard deviations of single images apart
    (heuristic). Classes that have other shares in a split explain nothing that is reported, and nothing is said where
    the difference is that of training images that are nearly the same as held-out ones, which HD303 tells, or of
    held-out images that are in training, which HD302 tells. How the images were made is not said for sure: each measure
    names what usually moves it.
    """
    remark = _told(facts)
    others = _without_copies(facts) if remark is not None else None
    return remark if others is None else _told(others)


def _told(facts: Facts) -> Remark | None:
    for part in facts.held_out:
        remark = _of_means(facts, part) or _mean_images_apart(facts, part)
        remark = remark or _of_measures(part, differences(facts)[part.name])
        if remark is not None:
            return remark
    return None


def _without_copies(facts: Facts) -> Facts | None:
    """The same without training images that are nearly held-out ones, and without held-out images that are in training,
    if they are so many that they may explain a difference: copies are told as such, and an image that was taken from
    training was not made otherwise."""
    near = [index for found, _ in facts.once(near_to_training).values() for index in found.theirs.tolist()]
    whole = facts.dataset
    train = _left_out(facts.train, near)
    validation, test = (_left_out(part, list(in_training_too(facts, part))) for part in (facts.validation, facts.test))
    left = (train, validation, test)
    same = all(one is part.split for one, part in zip(left, (facts.train, facts.validation, facts.test), strict=True))
    if same or len(train) < FEWEST:
        return None
    return Facts(replace(whole, train=train, validation=validation, test=test))


def _left_out(part: Part, places: Sequence[int]) -> Split:
    """A split without some of its images, or the same if they are too few to explain anything."""
    kept = torch.ones(len(part), dtype=torch.bool)
    kept[list(places)] = False
    copies = int((~kept).sum())
    if not copies or copies < MANY_COPIES * len(kept):
        return part.split
    return Split(part.split.images[kept], part.split.targets[kept])


def differences(facts: Facts) -> dict[str, list[Unlike]]:
    """By the name of a held-out split what its images measure otherwise, the clearest first."""
    return facts.once(_differences)


def measured_of(facts: Facts) -> dict[str, Measured]:
    """By the name of a split."""
    return facts.once(_measured)


def _measured(facts: Facts) -> dict[str, Measured]:
    return {part.name: measured(facts, part) for part in facts.parts}


def _differences(facts: Facts) -> dict[str, list[Unlike]]:
    of = measured_of(facts)
    classes = max(1, facts.classes)
    found: dict[str, list[Unlike]] = {}
    for part in facts.held_out:
        if "train" not in of:
            return {one.name: [] for one in facts.held_out}
        pair = likeness(facts, part)
        more = unlike(*pair, classes) if pair else []
        found[part.name] = sorted([*unlike(of["train"], of[part.name], classes), *more], key=lambda one: -one.share)
    return found


def _of_measures(part: Part, found: Sequence[Unlike]) -> Remark | None:
    if not found:
        return None
    first = found[0]
    word, likely = ("lower", first.measure.lower) if first.other < first.train else ("higher", first.measure.higher)
    if first.other == first.train:
        word, likely = "more uneven", "changes that are drawn for each image"
    also = ", ".join(one.measure.name for one in found[1 : NAMED + 1])
    sentence = (
        f"the {part.name} images measure otherwise than the training images (made otherwise, or of other persons, "
        f"places or times): the {first.measure.name} is {word} ({first.other:.3g} in the middle, in training "
        f"{first.train:.3g}) and unlike in {first.share:.0%} of them at least, as after {likely}"
        + (f"; unlike is also: {also}" if also else "")
    )
    numbers = {
        "split": part.name,
        "measure": first.measure.name,
        "train": first.train,
        "other": first.other,
        "share": first.share,
        "by_chance": first.limit,
        "also": {one.measure.name: one.share for one in found[1:]},
    }
    return Remark(sentence, numbers)


def _of_means(facts: Facts, part: Part) -> Remark | None:
    """Whether the mean brightness or contrast is another one, whatever the shares of the classes are."""
    ours, theirs = (_labels(facts, one)[one.sampled] for one in (facts.train, part))
    weights = _shares_of_training(ours, theirs, max(1, facts.classes))
    if weights is None:
        return None
    plain = torch.full_like(weights, 1 / len(weights))
    for name, means in (("brightness", "means"), ("contrast", "spreads")):
        known, other = (getattr(one, means).double().mean(dim=1) for one in (facts.train, part))
        middle = float(known.mean())
        spread = float(torch.cat([known - known.mean(), other - other.mean()]).std())
        apart, theirs_mean, size = min(
            (abs(float(one @ other) - middle), float(one @ other), 1 / float(one.square().sum()))
            for one in (weights, plain)
        )
        error = spread * (1 / len(known) + 1 / size) ** 0.5
        contrast = float(facts.train.spreads.mean())
        if apart > max(STANDARD_ERRORS * error, LARGE_SHIFT * spread, LEAST * contrast):
            numbers = {
                "split": part.name,
                "measure": name,
                "train": middle,
                "other": theirs_mean,
                "standard_error": error,
            }
            sentence = (
                f"the {part.name} images have a mean {name} of {theirs_mean:.3g}, the training images one of "
                f"{middle:.3g}, which is {apart / max(error, 1e-30):.0f} standard errors apart"
            )
            return Remark(sentence + _also(facts, part), numbers)
    return None


def _also(facts: Facts, part: Part) -> str:
    told = (one.measure for one in differences(facts)[part.name])
    names = [one.name for one in told if one not in (BRIGHTNESS, CONTRAST)][:NAMED]
    return f"; unlike is also: {', '.join(names)}" if names else ""


def _labels(facts: Facts, part: Part) -> Tensor:
    return part.split.targets if facts.classes else torch.zeros(len(part.split), dtype=torch.int64)


def _shares_of_training(train: Tensor, other: Tensor, classes: int) -> Tensor | None:
    """Weights of the other images with the sum 1 by which their classes have the shares of training; None for too few
    images."""
    if min(len(train), len(other)) < 2:
        return None
    places = [one.clamp(0, classes - 1) for one in (train, other)]
    counts = [torch.bincount(one, minlength=classes).double() for one in places]
    weights: Tensor = (torch.where(counts[1] > 0, counts[0], 0.0) / counts[1].clamp_min(1))[places[1]]
    total = float(weights.sum())
    return weights / total if total > 0 else torch.full((len(weights),), 1 / len(weights), dtype=torch.float64)


def _mean_images_apart(facts: Facts, part: Part) -> Remark | None:
    """Whether the mean images of two splits differ, place by place, whatever the shares of the classes are."""
    of = measured_of(facts)
    if "train" not in of or not min(len(of[name].chosen) for name in ("train", part.name)):
        return None
    weights = _shares_of_training(of["train"].labels, of[part.name].labels, max(1, facts.classes))
    if weights is None:
        return None
    ours, theirs = (
        small_copies(one.split.images[of[one.name].chosen].float()).flatten(1).double() for one in (facts.train, part)
    )
    spread = torch.cat([ours - ours.mean(dim=0), theirs - theirs.mean(dim=0)]).std(dim=0)
    alive = spread > FAINT * spread.max()
    if not alive.any():
        return None
    apart, size = min(
        (
            float((((ours.mean(dim=0) - one @ theirs) / spread)[alive] ** 2).mean().sqrt()),
            1 / float(one.square().sum()),
        )
        for one in (weights, torch.full_like(weights, 1 / len(weights)))
    )
    error = (1 / len(ours) + 1 / size) ** 0.5
    if apart <= max(STANDARD_ERRORS * error, LARGE_SHIFT):
        return None
    numbers = {"split": part.name, "measure": "mean image", "deviations": apart, "standard_error": error}
    sentence = (
        f"the mean of the {part.name} images differs from that of the training images by {apart:.2g} standard "
        f"deviations of single images in a place, {apart / error:.0f} standard errors"
    )
    return Remark(sentence + _also(facts, part), numbers)
