"""The structure that the hyperparameters of the configurable network stand for."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import nn

from hpsearch.networks.convnet import build_convnet
from hpsearch.networks.parameters import ACTIVATION_NAMES, INITIALIZATION_NAMES, PARAMETERS
from hpsearch.networks.table import NETWORKS


def build(input_shape: tuple[int, int, int] = (1, 8, 8), outputs: int = 10, **parameters: Any) -> nn.Sequential:
    return build_convnet(input_shape, outputs, **parameters)


def layers(network: nn.Module, kind: type[nn.Module]) -> list[Any]:
    return [module for module in network.modules() if isinstance(module, kind)]


def maps(network: nn.Module, input_shape: tuple[int, int, int]) -> list[tuple[int, ...]]:
    """What every convolution gives."""
    shapes: list[tuple[int, ...]] = []
    for layer in layers(network, nn.Conv2d):
        layer.register_forward_hook(lambda _, __, made: shapes.append(tuple(made.shape[1:])))
    network.eval()(torch.zeros(1, *input_shape))
    return shapes


def test_builders_and_hyperparameters_have_the_same_names() -> None:
    assert set(NETWORKS) == set(PARAMETERS)


@settings(max_examples=40, deadline=None)
@given(
    input_shape=st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 12)),
    outputs=st.integers(1, 5),
    parameters=st.fixed_dictionaries(
        {},
        optional={
            "depth": st.integers(1, 9),
            "width": st.integers(1, 20),
            "width_growth": st.sampled_from([0.25, 1.0, 1.3]),
            "kernel_size": st.integers(1, 9),
            "pooling": st.sampled_from(["max", "average", "stride", "none"]),
            "pool_every": st.integers(1, 4),
            "norm": st.sampled_from(["none", "batch", "group"]),
            "activation": st.sampled_from(ACTIVATION_NAMES),
            "init": st.sampled_from(INITIALIZATION_NAMES),
            "dropout": st.floats(0, 0.9),
            "head": st.sampled_from(["average", "flatten"]),
            "bias": st.booleans(),
        },
    ),
)
def test_every_combination_accepts_every_size(
    input_shape: tuple[int, int, int], outputs: int, parameters: dict[str, Any]
) -> None:
    network = build(input_shape, outputs, **parameters)
    found = network.eval()(torch.randn(2, *input_shape))
    assert found.shape == (2, outputs)
    assert found.isfinite().all()
    assert len(layers(network, nn.Conv2d)) == parameters.get("depth", 3)


def test_filters_grow_at_each_pooling_only() -> None:
    network = build(depth=6, width=5, width_growth=1.5, pool_every=2)
    assert [one.out_channels for one in layers(network, nn.Conv2d)] == [5, 5, 8, 8, 11, 11]
    no_pooling = build(depth=3, width=5, width_growth=3.0, pooling="none")
    assert [one.out_channels for one in layers(no_pooling, nn.Conv2d)] == [5, 5, 5]


@pytest.mark.parametrize(
    ("pooling", "sides"),
    [
        ("max", [(7, 2), (3, 1), (1, 1), (1, 1)]),
        ("average", [(7, 2), (3, 1), (1, 1), (1, 1)]),
        ("stride", [(4, 1), (2, 1), (1, 1), (1, 1)]),
        ("none", [(7, 2), (7, 2), (7, 2), (7, 2)]),
    ],
)
def test_maps_are_halved_down_to_a_single_pixel(pooling: str, sides: list[tuple[int, int]]) -> None:
    shape = (1, 7, 2)
    assert [made[1:] for made in maps(build(shape, depth=4, width=2, pooling=pooling), shape)] == sides


def test_a_filter_is_cut_to_the_taps_that_can_meet_the_map() -> None:
    network = build((1, 8, 3), depth=4, kernel_size=7)
    assert [one.kernel_size for one in layers(network, nn.Conv2d)] == [(7, 5), (7, 1), (3, 1), (1, 1)]


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_convolutions_keep_the_size_of_the_map(kernel_size: int, activation: str) -> None:
    shape = (1, 6, 9)
    network = build(shape, depth=3, kernel_size=kernel_size, pooling="none", activation=activation)
    assert {made[1:] for made in maps(network, shape)} == {(6, 9)}


def test_behind_a_sigmoid_maps_are_padded_with_one_half() -> None:
    paddings = layers(build(activation="sigmoid"), nn.ConstantPad2d)
    assert [padding.value for padding in paddings] == [0.5, 0.5]  # the first layer sees the images
    assert layers(build(activation="relu"), nn.ConstantPad2d) == []


def test_heads_see_the_mean_or_every_pixel() -> None:
    assert layers(build(depth=1, width=6, head="average"), nn.Linear)[0].in_features == 6
    assert layers(build(depth=1, width=6, head="flatten"), nn.Linear)[0].in_features == 6 * 4 * 4
    assert layers(build(depth=1, width=6, head="flatten", pooling="none"), nn.Linear)[0].in_features == 6 * 8 * 8


def test_norms_stand_before_activations_and_replace_biases() -> None:
    names = [type(module).__name__ for module in build(depth=1, norm="batch")]
    assert names == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Flatten", "Dropout", "Linear"]
    assert layers(build(norm="batch"), nn.Conv2d)[0].bias is None
    assert layers(build(norm="none"), nn.Conv2d)[0].bias is not None
    assert layers(build(norm="none", bias=False), nn.Conv2d)[0].bias is None
    groups = [one.num_groups for one in layers(build(depth=3, width=24, norm="group"), nn.GroupNorm)]
    assert groups == [1, 3, 6]  # 24, 48 and 96 channels in groups of at least 16


def test_dropout_is_a_plain_dropout_layer_that_stands_there_even_if_it_is_zero() -> None:
    assert [one.p for one in layers(build(), nn.Dropout)] == [0.0]
    assert [one.p for one in layers(build(dropout=0.3), nn.Dropout)] == [0.3]


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
def test_the_activation_is_the_one_asked_for(activation: str) -> None:
    names = [name for name, _ in build(depth=2, activation=activation).named_children()]
    assert [name for name in names if name.startswith(activation)] == [f"{activation}1", f"{activation}2"]


@pytest.mark.parametrize(
    "wrong", [{"widht": 3}, {"depth": 0}, {"depth": 2.0}, {"dropout": 1.0}, {"activation": "swish"}]
)
def test_wrong_hyperparameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build(**wrong)
