"""The scale of a layer is what PyTorch says it is, also where squares leave the range of float32."""

import pytest
import torch
from torch import nn

from hpsearch.training.probe import layer_scales
from hpsearch.trial import LayerScale


@pytest.mark.parametrize("factor", [1.0, 1e-30, 1e25, 0.0])
@pytest.mark.parametrize("shift", [0.0, 300.0])
def test_scales_of_any_size(factor: float, shift: float) -> None:
    values = (torch.relu(torch.randn(8, 16, 8, 8, generator=torch.Generator().manual_seed(0))) + shift) * factor
    std, mean = torch.std_mean(values, correction=0)
    found = scale_of(values)
    assert found.mean == pytest.approx(float(mean), rel=1e-5, abs=0)
    assert found.std == pytest.approx(float(std), rel=1e-4, abs=0)
    assert found.zero_share == pytest.approx(float((values == 0).float().mean()))


@pytest.mark.parametrize("value", [0.1, 7.7e-3])
def test_equal_values_deviate_by_exactly_nothing(value: float) -> None:
    assert scale_of(torch.full((32, 64, 8, 8), value)).std == 0


def scale_of(values: torch.Tensor) -> LayerScale:
    scales: list[LayerScale] = []
    network = nn.Sequential(nn.Identity())
    with layer_scales(network, scales):
        network(values)
    return scales[0]
