"""``inspect``: what it says about memory, ranges and fields beside the table."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from hpsearch.networks.table import NETWORKS
from tests.cli.cli_cases import ROOT

Cli = Callable[..., Result]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "inspect.json").read_text())
SPACE = "{name: convnet, depth: {int: [1, 2]}, width: {choice: [4, 16]}}"
IMAGENET = ("--input", "3x224x224", "--outputs", 1000)


def inspected(cli: Cli, *arguments: object) -> Any:
    done = cli("inspect", *arguments, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


@pytest.fixture
def searched(tiny: Path) -> Path:
    text = tiny.read_text()
    assert "{name: convnet, depth: 1, width: 4}" in text
    tiny.write_text(text.replace("{name: convnet, depth: 1, width: 4}", SPACE))
    return tiny


def test_a_row_has_its_receptive_field(cli: Cli, tiny: Path) -> None:
    layers = inspected(cli, tiny)["layers"]
    assert layers[0]["receptive_field"] == {"size": [3, 3], "stride": [1, 1], "offset": [0, 0]}
    assert layers[-1]["receptive_field"] == {"size": [8, 8], "stride": None, "offset": [3.5, 3.5]}
    assert (layers[0]["part"], layers[-1]["part"]) == ("convolution", "linear")


def test_training_is_the_studys_own(cli: Cli, tiny: Path) -> None:
    found = inspected(cli, tiny)
    training = found["training"]
    assert training["optimizer"] == "sgd"
    assert training["gradients_bytes"] == training["optimizer_bytes"] == 4 * found["total"]["parameters"]
    assert training["batch_bytes"] == training["batch_size"] * (64 * 4 + 16)
    assert training["data_bytes"] > 0
    assert (training["fit"], found["range"]) == (None, None)


def test_batch_and_optimiser_can_be_others(cli: Cli, tiny: Path) -> None:
    usual, other = (
        inspected(cli, tiny)["training"],
        inspected(cli, tiny, "--batch", 7, "--optimizer", "adam")["training"],
    )
    assert (other["batch_size"], other["optimizer"]) == (7, "adam")
    assert other["optimizer_bytes"] > usual["optimizer_bytes"]


def test_a_searched_network_has_a_range(cli: Cli, searched: Path) -> None:
    found = inspected(cli, searched)
    extent = found["range"]
    assert (extent["points"], extent["refused"]) == (4, 0)
    assert extent == inspected(cli, searched)["range"]
    for quantity in ("parameters", "multiply_adds", "activation_bytes"):
        assert extent[quantity]["least"] < extent[quantity]["most"]
        assert extent[quantity]["least"] <= found["total"][quantity] <= extent[quantity]["most"]
    assert extent["smallest"]["network.width"] == 4
    assert extent["largest"] == {"network.depth": 2, "network.width": 16}
    assert extent["training_bytes"]["least"] < extent["training_bytes"]["most"]


def test_what_fits_a_memory(cli: Cli) -> None:
    found = inspected(cli, "--network", "convnet", *IMAGENET, "--memory", "24GB")["training"]
    fit = found["fit"]
    assert fit["memory_bytes"] == 24 * 2**30
    assert fit["trials"] == fit["memory_bytes"] // fit["trial_bytes"]
    assert fit["trial_bytes"] > found["peak_bytes"]
    assert found["batch_size"] == 64 < fit["largest_batch"]


@pytest.mark.parametrize(
    ("text", "size"), [("1GB", 2**30), ("1.5 GiB", 3 * 2**29), ("512mb", 2**29), ("0.001TB", 2**40 // 1000)]
)
def test_sizes_of_memory(cli: Cli, text: str, size: int) -> None:
    network = ("--network", "convnet", "--input", "1x8x8", "--outputs", 3)
    assert inspected(cli, *network, "--memory", text)["training"]["fit"]["memory_bytes"] == size


@pytest.mark.parametrize(
    "wrong", [("--memory", "24"), ("--memory", "0GB"), ("--memory", "-1GB"), ("--batch", "1"), ("--optimizer", "rms")]
)
def test_wrong_options(cli: Cli, wrong: tuple[str, str]) -> None:
    done = cli("inspect", "--network", "convnet", *IMAGENET, *wrong)
    assert (done.exit_code, done.stdout) == (2, "")
    assert wrong[0] in done.stderr


@pytest.mark.parametrize("name", ["convnet", "lenet", "alexnet", "resnet18"])
def test_it_says_so_in_words_within_100_columns(cli: Cli, name: str) -> None:
    """The table is as wide as its names need, so that each stands in one piece."""
    done = cli("inspect", "--network", name, *IMAGENET, "--memory", "24GB")
    assert done.exit_code == 0
    table, prose = done.stdout.split("\n\nMultiply-adds:", 1)
    assert max(map(len, prose.splitlines())) <= 100
    assert max(map(len, table.splitlines())) <= 140
    names = [layer["name"] for layer in inspected(cli, "--network", name, *IMAGENET)["layers"]]
    assert [line.split(" ")[0] for line in table.splitlines()[3:-1]] == names
    words = " ".join(done.stdout.split())
    assert "Training with SGD at batch 64 takes about" in words
    assert "On a GPU of 24 GB the largest batch is" in words
    assert "trials share it" in words
    for title in ("Memory:", "Parameters:", "Multiply-adds:"):
        assert title in words


def test_memory_is_given_to_the_digits_of_papers(cli: Cli) -> None:
    """AlexNet's first pooling takes 182.25 KB."""
    text = cli("inspect", "--network", "alexnet", "--input", "3x227x227", "--outputs", 1000).stdout
    assert "182.25 KB" in text


def test_a_network_is_inspected_for_what_it_was_published_for(cli: Cli) -> None:
    found = inspected(cli, "--network", "resnet20")
    assert (found["input_shape"], found["outputs"]) == ([3, 32, 32], 10)
    assert inspected(cli, "--network", "resnet20", "--outputs", "7")["outputs"] == 7
    done = cli("inspect", "--network", "my:build")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "needs --input CxHxW and --outputs K" in done.stderr
    done = cli("inspect", "--network", "vgg116")
    assert done.exit_code == 2
    assert "Did you mean vgg16?" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_every_named_network(cli: Cli, name: str) -> None:
    found = inspected(cli, "--network", name, *IMAGENET, "--memory", "80GB")
    assert all(layer["receptive_field"] for layer in found["layers"])
    assert found["training"]["fit"]["largest_batch"] > 0
