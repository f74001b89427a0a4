"""What a definition may name."""

from pathlib import Path

import pytest

from hpsearch.api.parts import open_parts
from hpsearch.networks.parameters import PARAMETERS, ConvNetParameters
from tests.api.routes.working import EVERYTHING
from tests.api.service import Service


def test_networks_are_told_with_their_hyperparameters(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    found = service.ask("GET", "/v1/networks", secret).json()
    assert [network["name"] for network in found["networks"]] == list(PARAMETERS)
    (convnet,) = (network for network in found["networks"] if network["name"] == "convnet")
    one = service.ask("GET", "/v1/networks/convnet", secret).json()
    assert one.pop("cost")["network"] == "convnet"
    assert one == convnet
    told = {one["name"]: one for one in convnet["hyperparameters"]}
    assert told.keys() == ConvNetParameters.model_fields.keys()
    assert all(one["description"] for one in told.values())
    width, dropout, pooling, bias = (told[name] for name in ("width", "dropout", "pooling", "bias"))
    assert (width["type"], width["default"], width["minimum"], width["maximum"]) == ("integer", 16, 1, 4096)
    assert (dropout["type"], dropout["maximum"], dropout["below"]) == ("number", None, 1)
    assert (pooling["type"], pooling["choices"]) == ("choice", ["max", "average", "stride", "none"])
    assert (bias["type"], bias["default"]) == ("boolean", True)
    answer = service.ask("GET", "/v1/networks/convnt", secret)
    assert answer.status_code == 404
    assert "Did you mean convnet?" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "shape", "parameters", "multiply_adds"),
    [("vgg16", [3, 224, 224], 138_357_544, 15_476_385_792), ("resnet20", [3, 32, 32], 269_722, 40_743_552)],
)
def test_a_network_is_told_with_what_it_costs(
    service: Service, name: str, shape: list[int], parameters: int, multiply_adds: int
) -> None:
    """At the input that it was published for, layer by layer."""
    cost = service.ask("GET", f"/v1/networks/{name}", service.secret(*EVERYTHING)).json()["cost"]
    assert (cost["network"], cost["input_shape"]) == (name, shape)
    assert cost["total"]["parameters"] == parameters == sum(layer["parameters"] for layer in cost["layers"])
    assert cost["total"]["multiply_adds"] == multiply_adds
    assert cost["training"]["peak_bytes"] > 4 * parameters
    assert sum(cost["shares"]["parameters"][part] for part in ("convolution", "linear", "other")) == pytest.approx(1)


def test_data_sets_tell_whether_they_can_be_had(service: Service, database_url: str, tmp_path: Path) -> None:
    found = service.ask("GET", "/v1/datasets", service.secret(*EVERYTHING)).json()["datasets"]
    assert [(one["name"], one["needs_path"], one["available"]) for one in found] == [
        ("digits", False, True),
        ("shapes", False, True),
        ("numpy", True, False),
    ]
    allowed = frozenset({"b:c", "a:b"})
    with open_parts(database_url, "", data_folder=tmp_path, factories=allowed) as parts, Service(parts) as other:
        secret = other.secret(*EVERYTHING)
        found = other.ask("GET", "/v1/datasets", secret).json()["datasets"]
        assert all(one["available"] for one in found)
        assert other.ask("GET", "/v1/networks", secret).json()["factories"] == ["a:b", "b:c"]
