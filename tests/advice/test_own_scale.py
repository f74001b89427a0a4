"""The scale of pixels is no matter to a network that brings them to scale itself."""

from dataclasses import replace
from typing import Any

import pytest
from torch import Tensor, nn

from hpsearch.advice.own_scale import findings_in_data
from hpsearch.data.dataset import Dataset, Split
from hpsearch.data.loading import load_dataset
from hpsearch.finding import Finding, Severity
from hpsearch.job import data_settings
from hpsearch.study import StudyDefinition

DATA = {"dataset": "digits", "normalize": False}


@pytest.fixture(scope="module")
def bytes_of_digits() -> Dataset:
    """Grey values from 0 to 255."""
    loaded = load_dataset(data_settings(StudyDefinition.model_validate({"data": DATA, "network": {"name": "convnet"}})))
    brightest = float(loaded.train.images.max())
    return replace(loaded, train=Split(loaded.train.images * (255 / brightest), loaded.train.targets))


class Raised(nn.Module):
    """Brings grey values to 1, and leaves next to nothing of what tells them apart."""

    def __init__(self, features: int, outputs: int, divisor: float) -> None:
        super().__init__()
        self.divisor, self.last = divisor, nn.Linear(features, outputs)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.last(images.flatten(1) / self.divisor + 1)
        return found


def raised(input_shape: tuple[int, int, int], outputs: int, divisor: float) -> nn.Module:
    return Raised(input_shape[0] * input_shape[1] * input_shape[2], outputs, divisor)


def of_scale(network: dict[str, Any], dataset: Dataset) -> Finding:
    study = StudyDefinition.model_validate({"data": DATA, "network": network})
    (found,) = [one for one in findings_in_data(study, dataset) if one.code == "HD104"]
    return found


@pytest.mark.parametrize(
    ("network", "severity"),
    [
        ({"name": "convnet"}, Severity.WARNING),
        ({"factory": "scaling", "norm": "first"}, Severity.INFO),
        ({"factory": "scaling", "norm": "second"}, Severity.WARNING),
        ({"factory": "scaling", "norm": {"choice": ["first", "second"]}}, Severity.WARNING),
        ({"factory": "dividing", "divisor": 255.0}, Severity.INFO),
        ({"factory": "dividing", "divisor": 255.0, "multiplied": True}, Severity.INFO),
        ({"factory": "dividing", "divisor": 255.0, "first": False}, Severity.WARNING),
        ({"factory": "dividing", "divisor": 2.0}, Severity.WARNING),
        ({"factory": "leaving"}, Severity.WARNING),
    ],
)
def test_what_arrives_at_the_first_weights_decides(
    monkeypatch: pytest.MonkeyPatch, bytes_of_digits: Dataset, network: dict[str, Any], severity: Severity
) -> None:
    monkeypatch.syspath_prepend("tests/advice/user_code")
    if "factory" in network:
        network = {**network, "factory": f"advised_network:{network['factory']}"}
    found = of_scale(network, bytes_of_digits)
    assert found.severity is severity
    assert ("no harm" in found.message) == (severity is Severity.INFO) == ("arriving" in found.evidence)


def test_what_arrives_stands_beside_the_finding(monkeypatch: pytest.MonkeyPatch, bytes_of_digits: Dataset) -> None:
    monkeypatch.syspath_prepend("tests/advice/user_code")
    network = {"factory": "advised_network:dividing", "divisor": 255.0}
    assert 0.3 < of_scale(network, bytes_of_digits).evidence["arriving"] < 0.5


@pytest.mark.parametrize(("divisor", "severity"), [(255.0, Severity.INFO), (25_500.0, Severity.WARNING)])
def test_what_hardly_differs_is_not_of_scale_whatever_its_size(
    bytes_of_digits: Dataset, divisor: float, severity: Severity
) -> None:
    assert of_scale({"factory": f"{__name__}:raised", "divisor": divisor}, bytes_of_digits).severity is severity
