"""What the service tells of the named networks is what they cost today."""

from pathlib import Path

import pytest
import torch

import hpsearch.cost.named
from hpsearch.cli.named_costs import counted
from hpsearch.cost.named import named_cost
from hpsearch.networks.parameters import PARAMETERS
from hpsearch.networks.parameters.usual import OTHERS, usual
from hpsearch.networks.table import NETWORKS
from hpsearch.report.inspection_documents import InspectionDocument
from tests.networks.doses import dosed

FOLDER = Path(hpsearch.cost.named.__file__).parent
QUICK = ("convnet", "lenet", "mobilenet", "resnet20", "vgg11")
"""The others in the full dose."""


def told(name: str) -> InspectionDocument:
    return InspectionDocument.model_validate_json(named_cost(name))


def test_there_is_a_file_for_each_named_network() -> None:
    assert {path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.gz")} == set(PARAMETERS)
    assert set(OTHERS) <= set(PARAMETERS)
    with pytest.raises(FileNotFoundError):
        named_cost("absent")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in PARAMETERS]
)
def test_the_files_are_up_to_date(name: str) -> None:
    assert told(name) == counted(name), "run python -m hpsearch.cli.named_costs hpsearch/cost/named"


@pytest.mark.parametrize("name", dosed(NETWORKS))
def test_the_files_have_the_parameters_of_today(name: str) -> None:
    """Quickly, for nearly all of them."""
    found, expected = told(name), usual(name)
    with torch.device("meta"):
        network = NETWORKS[name](expected.input_shape, expected.outputs)
    assert (found.network, found.input_shape, found.outputs) == (name, *expected)
    assert found.total.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert found.total.multiply_adds == sum(layer.multiply_adds for layer in found.layers)
