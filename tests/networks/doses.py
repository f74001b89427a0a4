"""Which networks a costly test always looks at, and which in the full dose only."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.networks.zoo_entry import Entry

DEEPER = frozenset(
    {
        *("densenet161", "densenet169", "densenet201"),
        *("resnet34", "resnet101", "resnet152"),
        *("resnet32", "resnet44", "resnet56", "resnet110"),
        *("vgg13", "vgg19"),
    }
)
"""Built by the same code as a smaller member of their family, which is always looked at."""


def dosed(values: Iterable[Any]) -> list[Any]:
    """For ``parametrize``: names of networks, or things that have one; the deeper ones are marked slow."""
    return [
        pytest.param(value, marks=[pytest.mark.slow] if getattr(value, "name", value) in DEEPER else [])
        for value in values
    ]


def first_of_each(entries: Iterable[Entry]) -> list[Any]:
    """The same for the zoo's entries: settings after the first one of a network are marked slow, and VGG-16."""
    names = {"vgg16"}  # as VGG-11, with more of the same layers
    made = []
    for entry in entries:
        made.append(pytest.param(entry, marks=[pytest.mark.slow] if entry.name in names else []))
        names.add(entry.name)
    return made
