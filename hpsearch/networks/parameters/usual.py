"""The images and outputs for which the named networks were published. Needs no torch."""

from typing import NamedTuple


class Usual(NamedTuple):
    """What a network is usually asked for."""

    input_shape: tuple[int, int, int]
    """(C, H, W)"""
    outputs: int


IMAGENET = Usual((3, 224, 224), 1000)
LARGER = Usual((3, 299, 299), 1000)
"""ImageNet again, as the later Inception networks see it."""
CIFAR = Usual((3, 32, 32), 10)
DIGITS = Usual((1, 32, 32), 10)
"""Handwritten digits of 28×28 pixels with a border of two."""

OTHERS: dict[str, Usual] = {
    "convnet": CIFAR,
    "inception_resnet_v2": LARGER,
    "inception_v3": LARGER,
    "inception_v4": LARGER,
    "lenet": DIGITS,
    "resnet20": CIFAR,
    "resnet32": CIFAR,
    "resnet44": CIFAR,
    "resnet56": CIFAR,
    "resnet110": CIFAR,
    "resnet_cifar": CIFAR,
}
"""Networks that were not published for ImageNet's 224×224 pixels; among them ``convnet``, which nobody published."""


def usual(name: str) -> Usual:
    """Of the named network, with its default hyperparameters."""
    return OTHERS.get(name, IMAGENET)
