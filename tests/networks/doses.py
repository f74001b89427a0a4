"""Which networks a costly test always looks at, and which in the full dose only."""

from collections.abc import Iterable
from typing import Any

import pytest

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
