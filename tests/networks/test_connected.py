"""What the hyperparameters of LeNet, AlexNet, ZFNet and VGG change."""

from typing import Any

import pytest
import torch
from torch import nn

from hpsearch.networks.table import NETWORKS

IMAGENET = (3, 224, 224)
WITH_HIDDEN = ["alexnet", "zfnet", "vgg11"]


def build(name: str, shape: tuple[int, int, int] = IMAGENET, **parameters: Any) -> nn.Module:
    with torch.device("meta"):
        return NETWORKS[name](shape, 10, **parameters)


def layers(network: nn.Module, *kinds: type[nn.Module]) -> list[Any]:
    return [module for module in network.modules() if isinstance(module, kinds)]


def sides(network: nn.Module, shape: tuple[int, int, int]) -> list[int]:
    """Of the maps behind each convolution and pooling."""
    found: list[int] = []
    for layer in layers(network, nn.Conv2d, nn.MaxPool2d, nn.AdaptiveAvgPool2d):
        layer.register_forward_hook(lambda _, __, made: found.append(made.shape[2]))
    network.eval()(torch.zeros(1, *shape, device="meta"))
    return found


def test_maps_are_as_large_as_in_the_papers() -> None:
    assert sides(build("alexnet"), IMAGENET) == [55, 27, 27, 13, 13, 13, 13, 6]
    assert sides(build("alexnet", (3, 227, 227)), (3, 227, 227)) == [56, 27, 27, 13, 13, 13, 13, 6]
    assert sides(build("zfnet"), IMAGENET) == [110, 55, 26, 13, 13, 13, 13, 6]
    assert sides(build("vgg11"), IMAGENET) == [224, 112, 112, 56, 56, 56, 28, 28, 28, 14, 14, 14, 7]
    assert sides(build("lenet", (1, 32, 32)), (1, 32, 32)) == [28, 14, 10, 5]
    assert sides(build("lenet", (1, 28, 28)), (1, 28, 28)) == [28, 14, 10, 5]


def test_small_images_keep_more_of_their_size() -> None:
    small = (3, 32, 32)
    assert sides(build("alexnet", small), small) == [32, 15, 15, 7, 7, 7, 7, 3]
    assert sides(build("alexnet", small, stem="imagenet"), small)[0] == 7
    assert sides(build("zfnet", small), small) == [32, 16, 16, 8, 8, 8, 8, 3]
    digits = (1, 8, 8)
    assert sides(build("vgg16", digits), digits)[-7:] == [1] * 7  # the last two poolings are left out
    assert sides(build("lenet", digits), digits) == [8, 4, 4, 2]


def test_larger_images_are_averaged_down_to_the_maps_of_the_paper() -> None:
    shape = (3, 384, 320)
    assert sides(build("vgg11", shape), shape)[-1] == 7
    assert layers(build("vgg11", shape), nn.Linear)[0].in_features == 512 * 7 * 7
    assert layers(build("vgg11"), nn.AdaptiveAvgPool2d) == []


@pytest.mark.parametrize("name", WITH_HIDDEN)
def test_dropout_stands_before_hidden_layers_and_whole_maps_are_dropped_behind_poolings(name: str) -> None:
    plain = build(name)
    assert [one.p for one in layers(plain, nn.Dropout)] == [0.5, 0.5]
    assert {one.p for one in layers(plain, nn.Dropout2d)} == {0.0}
    network = build(name, dropout=0.2, map_dropout=0.1)
    assert [one.p for one in layers(network, nn.Dropout)] == [0.2, 0.2]
    dropped = layers(network, nn.Dropout2d)
    assert [one.p for one in dropped] == [0.1] * len(layers(network, nn.MaxPool2d))
    kinds = [type(one) for one in network.get_submodule("features")]  # type: ignore[attr-defined]
    assert all(kinds[at + 1] is nn.Dropout2d for at, kind in enumerate(kinds) if kind is nn.MaxPool2d)


@pytest.mark.parametrize("name", WITH_HIDDEN)
def test_filters_and_hidden_units_are_hyperparameters(name: str) -> None:
    network, published = build(name, width=0.5, hidden=100), build(name)
    half = [one.out_channels for one in layers(network, nn.Conv2d)]
    assert half == [one.out_channels // 2 for one in layers(published, nn.Conv2d)]
    assert [one.out_features for one in layers(network, nn.Linear)] == [100, 100, 10]


@pytest.mark.parametrize("name", ["lenet", *WITH_HIDDEN])
def test_poolings_norms_and_activations_are_hyperparameters(name: str) -> None:
    network = build(name, pooling="average", norm="batch", activation="elu")
    assert layers(network, nn.MaxPool2d, nn.ReLU) == []
    assert layers(network, nn.AvgPool2d)
    convolutions = layers(network, nn.Conv2d)
    assert len(layers(network, nn.BatchNorm2d)) == len(convolutions)
    assert len(layers(network, nn.ELU)) == len(convolutions) + 2


@pytest.mark.parametrize("name", ["alexnet", "zfnet"])
def test_local_responses_are_normalised_behind_the_first_two_layers_as_the_paper_says(name: str) -> None:
    features = build(name, local_response=True).get_submodule("features")
    names = [name for name, _ in features.named_children()]
    for number in ("1", "2"):
        assert names[names.index(f"unit{number}") + 1] == f"response{number}"
    assert layers(build(name), nn.LocalResponseNorm) == []
    (layer, _) = layers(features, nn.LocalResponseNorm)
    maps = torch.rand(1, 9, 2, 2) * 100
    wide = torch.nn.functional.pad(maps, (0, 0, 0, 0, 2, 2))
    squares = sum(wide[:, at : at + 9] ** 2 for at in range(5))
    torch.testing.assert_close(layer(maps), maps / (2 + 1e-4 * squares) ** 0.75)


@pytest.mark.parametrize(("name", "published"), [("alexnet", 11), ("zfnet", 7)])
def test_the_first_kernel_is_a_hyperparameter_that_hardly_changes_the_maps(name: str, published: int) -> None:
    assert layers(build(name), nn.Conv2d)[0].kernel_size == (published, published)
    for kernel in (3, 5, 7, 9, 13):
        network = build(name, kernel_size=kernel)
        assert layers(network, nn.Conv2d)[0].kernel_size == (kernel, kernel)
        assert layers(network, nn.Linear)[0].in_features == layers(build(name), nn.Linear)[0].in_features
    assert layers(build(name, (3, 32, 32)), nn.Conv2d)[0].kernel_size == (5, 5)


def test_zfnet_can_be_as_narrow_as_in_its_figure() -> None:
    assert [one.out_channels for one in layers(build("zfnet", wide=False), nn.Conv2d)] == [96, 256, 384, 384, 256]
    assert [one.out_channels for one in layers(build("zfnet"), nn.Conv2d)] == [96, 256, 512, 1024, 512]


@pytest.mark.parametrize("depth", [11, 13, 16, 19])
def test_vgg_has_as_many_layers_with_weights_as_its_name_says(depth: int) -> None:
    for network in (build(f"vgg{depth}"), build("vgg", depth=depth), build("vgg11", depth=depth)):
        assert len(layers(network, nn.Conv2d, nn.Linear)) == depth
