"""What a definition may name."""

from pathlib import Path

from hpsearch.api.parts import open_parts
from hpsearch.networks.parameters import PARAMETERS, ConvNetParameters
from tests.api.routes.working import EVERYTHING
from tests.api.service import Service


def test_networks_are_told_with_their_hyperparameters(service: Service) -> None:
    secret = service.secret(*EVERYTHING)
    found = service.ask("GET", "/v1/networks", secret).json()
    assert [network["name"] for network in found["networks"]] == list(PARAMETERS)
    (convnet,) = (network for network in found["networks"] if network["name"] == "convnet")
    assert service.ask("GET", "/v1/networks/convnet", secret).json() == convnet
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
