"""Units, poolings and stems that any map survives."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from hpsearch.networks.blocks.chain import Chain, scaled
from hpsearch.networks.blocks.map import Map, after
from hpsearch.networks.blocks.pooling import pooling
from hpsearch.networks.blocks.stem import small_kernel, stem_for
from hpsearch.networks.blocks.unit import Unit, fitting_padding


def names(unit: nn.Module) -> list[str]:
    return [name for name, _ in unit.named_children()]


def test_a_unit_has_what_is_asked_for_in_the_order_that_is_asked_for() -> None:
    assert names(Unit(3, 4, 3)) == ["conv", "activation"]
    assert names(Unit(3, 4, 3, norm="batch", activation=None)) == ["conv", "norm"]
    before = Unit(3, 4, 3, norm="batch", before=True)
    assert names(before) == ["norm", "activation", "conv"]
    assert before.get_submodule("norm").num_features == 3
    assert before.get_submodule("conv").bias is not None  # no norm stands behind it
    assert Unit(3, 4, 3, norm="batch").get_submodule("conv").bias is None
    assert Unit(3, 4, 3, norm="batch", bias=True).get_submodule("conv").bias is not None


@pytest.mark.parametrize("kernel", [1, 3, 5, (1, 7), (3, 1)])
def test_same_padding_keeps_the_size(kernel: int | tuple[int, int]) -> None:
    assert after(Unit(3, 4, kernel, norm="group"), Map(3, 9, 6)) == Map(4, 9, 6)
    assert after(Unit(3, 4, kernel, stride=2), Map(3, 9, 6)) == Map(4, 5, 3)


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize(("window", "padding", "ceil"), [(2, 0, False), (3, 0, False), (3, 1, False), (3, 0, True)])
def test_a_pooling_fits_every_map(kind: str, window: int, padding: int, ceil: bool) -> None:
    for height in range(1, 9):
        for width in range(1, 9):
            layer = pooling(kind, Map(2, height, width), window, 2, padding, ceil=ceil)  # type: ignore[arg-type]
            if layer is None:
                assert (height, width) == (1, 1)
                continue
            made = layer(torch.ones(1, 2, height, width))
            assert torch.equal(made, torch.ones_like(made))  # an average counts no padding
            assert made.shape[2] < height or height == 1
            assert made.shape[3] < width or width == 1


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@settings(max_examples=60, deadline=None)
@given(
    side=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.sampled_from([0, 1, 2, "same", "valid"]),
    dilation=st.integers(1, 2),
)
def test_sizes_are_found_as_a_real_pass_finds_them(
    side: tuple[int, int], kernel: int, stride: int, padding: int | str, dilation: int
) -> None:
    if padding == "same":
        stride = 1
    layer = nn.Sequential(
        nn.Conv2d(2, 3, kernel, stride, padding, dilation),
        nn.PReLU(),
        nn.GroupNorm(1, 3),
        nn.AdaptiveMaxPool2d(5),
        nn.Flatten(2),
        nn.Linear(25, 4),
        nn.Dropout(),
        nn.Unflatten(2, (2, 2)),
    )
    try:
        expected = layer(torch.zeros(1, 2, *side)).shape[1:]
    except RuntimeError:
        with pytest.raises(ValueError, match="does not fit"):
            after(layer, Map(2, *side))
        return
    state = torch.get_rng_state()
    assert after(layer, Map(2, *side)) == expected
    assert torch.equal(torch.get_rng_state(), state)


def test_layers_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="a convolution of 3 channels was given"):
        after(nn.Conv2d(3, 4, 1), Map(2, 5, 5))
    with pytest.raises(ValueError, match="a linear layer of 3 inputs was given"):
        after(nn.Linear(3, 4), Map(2, 5, 5))


def test_a_chain_knows_the_size_of_its_maps() -> None:
    chain = Chain((3, 20, 9))
    chain.add("unit", Unit(3, 5, 3, padding=0))
    assert chain.made == Map(5, 18, 7)
    assert chain.pool("pool", "max", 3, 2, ceil=True)
    assert chain.made == Map(5, 9, 3)
    chain.limit("average", 4)
    assert chain.made == Map(5, 4, 3)
    chain.limit("average2", 4)
    assert names(chain.sequential()) == ["unit", "pool", "average"]
    while chain.made.side > 1:
        chain.pool("more", "average")
    assert chain.sequential()(torch.zeros(1, 3, 20, 9)).shape[1:] == chain.made


def test_small_images_get_a_small_stem() -> None:
    assert [stem_for("auto", (3, side, 224)) for side in (32, 95, 96, 224)] == [
        "small",
        "small",
        "imagenet",
        "imagenet",
    ]
    assert stem_for("imagenet", (3, 32, 32)) == "imagenet"
    assert stem_for("small", (3, 224, 224)) == "small"
    assert [small_kernel(11, (3, side, side)) for side in (8, 32, 64, 224)] == [3, 5, 9, 11]
    assert small_kernel(3, (3, 224, 224)) == 3


def test_a_filter_that_does_not_fit_gets_padding() -> None:
    assert fitting_padding(2, 11, Map(3, 7, 9)) == 2
    assert fitting_padding(2, 11, Map(3, 9, 6)) == "same"
    assert scaled(16, 0.02) == 1
    assert scaled(16, 0.25) == 4
