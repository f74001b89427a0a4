"""Images whose scale explains why a network cannot be trained on them: then they are named before the network."""

from dataclasses import replace

import torch
from torch import Tensor

from hpsearch.finding import Severity
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome, Verdict

FAR = 8.0
"""From 0 for the mean of images, from 1 as a factor for their standard deviation (heuristic): images of 0 … 255 and of
a wrong unit are farther, those of 0 … 1 are not."""
MOST_IMAGES = 1024
"""Enough to tell their scale."""
NORMALISE = "Bring them to mean 0 and standard deviation 1 by figures of the training split, before anything else."
IN_A_STUDY = "data.normalize: true does it."
OF_IMAGES = "images_far_off"
"""Evidence of a failure that images of a wrong scale explain."""
EXPLAINED = frozenset({"initial-loss-off", "HC321", "HC322"})
"""Failures whose own advice is on weights: these are not at fault where the images are."""
OF_SCALE = frozenset({"activation-scale"})
"""What is told of a network with other images than it was initialised for, and no fault of its weights."""


def far_off(images: Tensor) -> str:
    """In words, where images (N, C, H, W) are far from mean 0 and standard deviation 1; else empty."""
    some = images[:MOST_IMAGES].float()
    mean, std = some.mean().item(), torch.std(some, correction=0).item()
    if abs(mean) <= FAR and 1 / FAR <= std <= FAR:
        return ""
    return f"the images have a mean of {mean:.3g} and a standard deviation of {std:.3g}"


def with_images(verdict: Verdict, images: Tensor) -> Verdict:
    """A verdict on first weights, or on an attempt to learn a sample, that tells the scale of the images where that is
    far off: beside a failure, and instead of a warning on scales."""
    words = far_off(images) if verdict.stage in (StageName.INITIAL_LOSS, StageName.OVERFIT) else ""
    if not words:
        return verdict
    findings = [one for one in verdict.findings if one.code not in OF_SCALE]
    if verdict.outcome is not Outcome.FAIL or not findings:
        return replace(verdict, findings=tuple(findings))
    place = next((n for n, one in enumerate(findings) if one.severity is Severity.ERROR), 0)
    first = findings[place]
    own = "" if first.code in EXPLAINED else first.advice
    message, advice = f"{words}; {first.message}", f"{NORMALISE} {IN_A_STUDY} {own}".strip()
    evidence = {**first.evidence, OF_IMAGES: True}
    findings[place] = replace(first, message=message, advice=advice, evidence=evidence)
    return replace(verdict, findings=tuple(findings), summary=f"{verdict.summary}; {words}")
