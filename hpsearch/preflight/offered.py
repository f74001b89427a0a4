"""What the named data sets are and what they need, for somebody who looks for one. Needs neither numpy nor torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """One named data set."""

    description: str
    needs_path: bool
    """Whether ``data.path`` has to name a file or folder."""


OFFERED: dict[str, Offer] = {
    "digits": Offer(
        "1,797 handwritten digits of 8×8 pixels in ten classes, of scikit-learn; nothing to download.", needs_path=False
    ),
    "shapes": Offer(
        "4,000 generated images of 3×32×32 in eight classes: discs, rings, squares, frames, triangles, crosses, pairs "
        "of bars and corners of any colour, place, size and turn, behind strips and noise; nothing to download.",
        needs_path=False,
    ),
    "numpy": Offer(
        "Images (N, C, H, W) or (N, H, W) and targets (N,) or (N, D) as NumPy arrays: a .npz file with images and "
        "targets, or a folder that holds images.npy and targets.npy. Whole-numbered targets are classes.",
        needs_path=True,
    ),
}
"""The loaders stand in ``hpsearch.data.sources`` under the same names."""
