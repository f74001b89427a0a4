"""How well images are made of what training images are made of: turned, moved or scattered ones are not."""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from hpsearch.data.checks.facts import Facts, Part
from hpsearch.data.checks.measures import Measure, Measured, chosen_of
from hpsearch.data.checks.prints import standardised

SIDE = 16
"""Of the grey copies that are compared, in pixels."""
PARTS, IMAGES_A_PART = 24, 10
"""Principal components that are kept at most, and images that each must rest on (heuristic)."""
LIKENESS = Measure(
    "share that is made of what training images have in common",
    "turning, moving, erasing, noise or another scene",
    "blurring",
    turns=False,
)


def likeness(facts: Facts, part: Part) -> tuple[Measured, Measured] | None:
    """The share of the variance of each small copy within the mean and the principal components of half of the training
    images: of the other half, and of those of a held-out split."""
    ours, labels = chosen_of(facts, facts.train)
    theirs, others = chosen_of(facts, part)
    known = ours[::2]
    count = min(PARTS, len(known) // IMAGES_A_PART)
    if not count or min(facts.train.split.images.shape[2:]) < 4:
        return None
    base = small(facts.train, known)
    found = []
    middle = base.mean(dim=0)
    components = torch.linalg.eigh((base - middle).T @ (base - middle)).eigenvectors[:, -count:]
    for one, chosen, classes in ((facts.train, ours[1::2], labels[1::2]), (part, theirs, others)):
        copies = small(one, chosen)
        within = middle + (copies - middle) @ components @ components.T
        share = 1 - (copies - within).square().sum(dim=1)
        found.append(Measured(chosen, classes, (LIKENESS,), share[:, None].double()))
    return found[0], found[1]


def small(part: Part, chosen: Tensor) -> Tensor:
    """Grey copies with mean 0 and length 1 (N, D)."""
    images = part.split.images
    size = min(SIDE, images.shape[2]), min(SIDE, images.shape[3])
    return torch.cat(
        [
            standardised(adaptive_avg_pool2d(images[some].float().mean(dim=1, keepdim=True), size))
            for some in torch.split(chosen, part.portion)
        ]
    )
