"""Modules of branches side by side, as tables write them, and what their records refuse."""

from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from hpsearch.networks.inception import Branches, Conv, Fork, InceptionFeatures, Pool
from hpsearch.networks.parameters.googlenet import GoogLeNetParameters
from hpsearch.networks.parameters.inception import InceptionParameters
from hpsearch.networks.parameters.inception_later import InceptionV3Parameters


def test_branches_are_concatenated_in_their_order() -> None:
    first, second = nn.Identity(), nn.ReLU()
    made = Branches({"one": first, "two": second})(torch.full((1, 1, 1, 1), -1.0))
    assert made.flatten().tolist() == [-1.0, 0.0]


def test_a_branch_is_its_steps_in_a_row() -> None:
    features = InceptionFeatures((4, 6, 6), InceptionParameters(width=0.5))
    fork = Fork((Conv(4, (1, 3)), Conv(6, (3, 1))))
    module = features.branches([(Pool("max"), Conv(8)), (Conv(2), fork)])
    layers = [(name, one) for name, one in module.named_modules() if isinstance(one, nn.Conv2d | nn.MaxPool2d)]
    assert [name for name, _ in layers] == [
        "branch1.pool",
        "branch1.unit2.conv",
        "branch2.unit1.conv",
        "branch2.fork2.way1.conv",
        "branch2.fork2.way2.conv",
    ]
    assert [one.out_channels for _, one in layers if isinstance(one, nn.Conv2d)] == [4, 1, 2, 3]
    assert module(torch.randn(2, 4, 6, 6)).shape == (2, 4 + 2 + 3, 6, 6)


@pytest.mark.parametrize(("counted", "corner"), [(True, 4 / 9), (False, 1.0)])
def test_an_average_counts_the_padding_where_it_is_published_so(counted: bool, corner: float) -> None:
    features = InceptionFeatures((1, 4, 4), InceptionParameters())
    made = features.branches([(Pool("average", count_padding=counted),)])(torch.ones(1, 1, 4, 4))
    assert made[0, 0, 0, 0].item() == pytest.approx(corner)


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5, 14, 15])
@pytest.mark.parametrize("stem", ["imagenet", "small"])
@pytest.mark.parametrize("valid", [True, False])
def test_strided_branches_make_maps_of_one_size(side: int, stem: Any, valid: bool) -> None:
    features = InceptionFeatures((2, side, side + 3), InceptionParameters(stem=stem))
    module = features.branches([(Conv(3, 3, 2, valid=valid),), (Pool("max", 2, valid=valid),)])
    made = module(torch.randn(2, 2, side, side + 3))
    assert made.shape[2] == ((side - 1) // 2 if valid and stem == "imagenet" and side >= 3 else -(-side // 2))


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        (GoogLeNetParameters, {"kernel_size": 4}),
        (GoogLeNetParameters, {"auxiliary_weight": 1.5}),
        (InceptionV3Parameters, {"depth": 0.0}),
        (InceptionV3Parameters, {"width": 0.0}),
    ],
)
def test_records_refuse_what_cannot_be_built(record: type[InceptionParameters], wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        record(**wrong)
