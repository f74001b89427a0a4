"""The packages torchvision and timm, where they can be imported."""

import importlib
import importlib.util
import sys
import warnings
from typing import Any

import pytest
import torch

OPERATORS = ("nms", "qnms")
"""Of torchvision, whose builds for CUDA miss them beside a PyTorch for the CPU, and cannot be imported without them."""


def imported(name: str) -> Any:
    """The package; skips the tests of the file that asks if it cannot be imported."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed (the optional extra vision)", allow_module_level=True)
    with warnings.catch_warnings(action="ignore"):
        try:
            return importlib.import_module(name)
        except RuntimeError as error:
            if "operator torchvision::" not in str(error):
                pytest.skip(f"{name} cannot be imported: {error}", allow_module_level=True)
        for module in [one for one in sys.modules if one.partition(".")[0] in ("timm", "torchvision")]:
            del sys.modules[module]
        return _with_operators(name)


def _with_operators(name: str) -> Any:
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in OPERATORS:
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    KEPT.append(library)
    return importlib.import_module(name)


KEPT: list[Any] = []
"""Operators end with the object that defines them."""
