"""Weights of other packages' networks give the same logits in ours."""

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from hpsearch.errors import DefinitionError
from hpsearch.job import NetworkSettings
from hpsearch.networks.build import build_network
from hpsearch.networks.pretrained import converted, load_pretrained, weights_in
from tests.networks.foreign_networks import AlexNet, DenseNet121, ResNet, Vgg11

SHAPE = (3, 224, 224)
QUARTER = {"width": 0.25}
EIGHTH = {"width": 0.125, "hidden": 512}


def trained(network: nn.Module) -> nn.Module:
    """With running statistics and norms as training leaves them: different everywhere."""
    generator = torch.Generator().manual_seed(3)
    for name, value in network.state_dict().items():
        if value.is_floating_point() and value.ndim == 1:
            value.copy_(0.5 + torch.rand(value.shape, generator=generator))
        elif name.endswith("num_batches_tracked"):
            value.fill_(7)
    return network.eval()


def ours(name: str, outputs: int = 7, **hyperparameters: Any) -> nn.Module:
    return build_network(NetworkSettings(name, None, hyperparameters), SHAPE, outputs, seed=1).eval()


def images() -> Tensor:
    return torch.randn(1, *SHAPE, generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize(
    ("name", "foreign", "hyperparameters", "built"),
    [
        ("alexnet", lambda: AlexNet(7), {}, {}),
        ("vgg11", lambda: Vgg11(7, norm=False), EIGHTH, EIGHTH),
        ("vgg11", lambda: Vgg11(7, norm=True), EIGHTH, {**EIGHTH, "norm": "batch"}),
        ("vgg11", lambda: Vgg11(7, norm=False, convolved=True), EIGHTH, EIGHTH),
        ("resnet18", lambda: ResNet(7, (2, 2, 2, 2), bottleneck=False), QUARTER, QUARTER),
        ("resnet50", lambda: ResNet(7, (3, 4, 6, 3), bottleneck=True), QUARTER, QUARTER),
        ("densenet121", lambda: DenseNet121(7), {"growth_rate": 4}, {"growth_rate": 4}),
    ],
    ids=["alexnet", "vgg", "vgg-bn", "vgg-convolved", "resnet18", "resnet50", "densenet"],
)
def test_the_logits_are_the_same(name: str, foreign: Any, hyperparameters: Any, built: Any) -> None:
    torch.manual_seed(2)
    theirs, own = trained(foreign()), ours(name, **built)
    own.load_state_dict(converted(theirs.state_dict(), name, **hyperparameters))
    with torch.no_grad():
        expected, found = theirs(images()), own(images())
    assert float(expected.std()) > 0
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


def test_old_files_do_not_count_batches() -> None:
    theirs = trained(ResNet(7, (2, 2, 2, 2), bottleneck=False)).state_dict()
    old = {name: value for name, value in theirs.items() if not name.endswith("num_batches_tracked")}
    found = converted(old, "resnet18", **QUARTER)
    assert found.keys() == ours("resnet18", **QUARTER).state_dict().keys()


def test_a_shortcut_is_not_taken_for_a_layer_of_the_branch() -> None:
    """In the first unit both are 1×1 convolutions from 64 to 256 maps, here from 16 to 64."""
    theirs = ResNet(7, (3, 4, 6, 3), bottleneck=True).state_dict()
    place = "layer1.0.downsample.0.weight"
    shortcut = theirs[place]
    assert shortcut.shape == theirs["layer1.0.conv3.weight"].shape
    found = converted({place: shortcut, **theirs}, "resnet50", **QUARTER)  # in front of the branch
    (name,) = [name for name, value in found.items() if value.data_ptr() == shortcut.data_ptr()]
    assert "shortcut" in name


@pytest.mark.parametrize(
    ("name", "change", "rule"),
    [
        ("resnet34", {}, "the weights have no layer for"),
        ("resnet18", {"extra.weight": torch.zeros(3, 3)}, "the network has no layer for extra"),
        ("resnet18", {"bn1.weight": torch.zeros(5)}, "the weights have no layer for"),
        ("shufflenet", {}, "there is no conversion to this network"),
        ("resnet_cifar", {}, "there is no conversion"),
    ],
)
def test_other_networks_do_not_fit(name: str, change: dict[str, Tensor], rule: str) -> None:
    theirs = ResNet(7, (2, 2, 2, 2), bottleneck=False).state_dict()
    with pytest.raises(DefinitionError, match=rule):
        converted({**change, **{key: value for key, value in theirs.items() if key not in change}}, name, **QUARTER)
    with pytest.raises(DefinitionError, match="the weights have no layer for"):
        converted({}, "resnet18")


def test_weights_come_from_files_without_code(tmp_path: Path) -> None:
    theirs = ResNet(7, (2, 2, 2, 2), bottleneck=False).state_dict()
    save_file(theirs, tmp_path / "a.safetensors")
    torch.save(theirs, tmp_path / "b.pth")
    torch.save({"state_dict": theirs, "epoch": 3}, tmp_path / "c.pth")
    for name in ("a.safetensors", "b.pth", "c.pth"):
        found = weights_in(tmp_path / name)
        assert found.keys() == theirs.keys()
    network = ours("resnet18", **QUARTER)
    load_pretrained(network, "resnet18", tmp_path / "b.pth", **QUARTER)
    assert torch.equal(network.state_dict()["classifier.linear.bias"], theirs["fc.bias"])


class Evil:
    """Would leave a trace if it were unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> Any:
        return Path.touch, (self.place,)


def test_files_with_code_or_with_anything_else_are_refused(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    torch.save({"weight": Evil(trace)}, tmp_path / "evil.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Evil(trace), protocol=2))
    (tmp_path / "broken.safetensors").write_bytes(b"no weights")
    (tmp_path / "empty.pth").write_bytes(b"")
    torch.save([1, 2], tmp_path / "list.pth")
    for name in ("evil.pth", "plain.pth", "broken.safetensors", "empty.pth", "list.pth", "missing.pth"):
        with pytest.raises(DefinitionError):
            weights_in(tmp_path / name)
    assert not trace.exists()


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Auxiliary classifiers under the names that torchvision gives them, and in its order: before the last layer."""
    names = {"auxiliary.mixed_4a": "aux1", "auxiliary.mixed_4d": "aux2", "auxiliary.mixed_b4": "AuxLogits"}
    found = {}
    for key, value in state.items():
        old = next((old for old in names if key.startswith(f"{old}.")), "")
        found[names[old] + key.removeprefix(old) if old else key] = value
    return found


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_auxiliary_classifiers_are_those_of_the_weights_unless_they_are_left_out(name: str) -> None:
    small = (3, 32, 32)
    own = build_network(NetworkSettings(name, None, {"width": 0.125}), small, 7, seed=1)
    given = renamed(own.state_dict())
    assert {key.partition(".")[0] for key in given} - {"features", "classifier"} <= {"aux1", "aux2", "AuxLogits"}
    found = converted(given, name, small, width=0.125)
    assert found.keys() == own.state_dict().keys()
    assert all(torch.equal(value, own.state_dict()[key]) for key, value in found.items())
    plain = {key: value for key, value in own.state_dict().items() if not key.startswith("auxiliary.")}
    assert converted(given, name, small, width=0.125, auxiliary=False).keys() == plain.keys()
    assert converted(plain, name, small, width=0.125).keys() == plain.keys()
