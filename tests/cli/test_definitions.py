"""``validate`` and ``inspect``: nothing is trained, everything wrong is told."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from hpsearch.cli.validate import worst
from tests.cli.cli_cases import ROOT, TINY

Cli = Callable[..., Result]
Program = Callable[..., subprocess.CompletedProcess[str]]
SCHEMAS = ROOT / "docs" / "schemas"
OWN_NETWORK = """
import torch
def build(input_shape, outputs, width=4):
    pixels = input_shape[0] * input_shape[1] * input_shape[2]
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(pixels, width), torch.nn.Linear(width, outputs))
"""


def document(text: str, schema: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, json.loads((SCHEMAS / f"{schema}.json").read_text()))
    return found


def changed(path: Path, old: str, new: str) -> Path:
    assert old in TINY
    path.write_text(TINY.replace(old, new))
    return path


def test_the_example_study_is_valid(cli: Cli) -> None:
    done = cli("validate", ROOT / "studies" / "digits.yaml", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    found = document(done.stdout, "validate")
    assert (found["valid"], found["name"], found["problems"]) == (True, "digits", [])
    assert found["task"]["outputs"] == 10
    assert found["space"]["network.width"] == {"choice": [16, 32]}


def test_valid_in_words(cli: Cli, tiny: Path) -> None:
    done = cli("validate", tiny)
    assert done.exit_code == 0
    assert "is valid; its study is called tiny" in done.stdout
    assert "searches optimizer.learning_rate: 1e-05 … 1 (log_uniform)" in done.stdout


def test_every_problem_is_told_with_its_path(cli: Cli, tiny: Path) -> None:
    changed(tiny, "depth: 1, width: 4", "depth: 0, wdith: 4")
    done = cli("validate", tiny, "--json")
    assert done.exit_code == 2
    found = document(done.stdout, "validate")
    assert found["valid"] is False
    assert {problem["path"] for problem in found["problems"]} == {"network.depth", "network.wdith"}
    assert all(problem["next_step"] for problem in found["problems"])
    plain = cli("validate", tiny)
    assert (plain.exit_code, plain.stdout) == (2, "")
    assert plain.stderr == done.stderr
    assert "Did you mean width?" in plain.stderr


@pytest.mark.parametrize("command", ["run", "check", "validate", "inspect"])
def test_a_study_file_that_cannot_be_read(cli: Cli, tmp_path: Path, command: str) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large.yaml").write_bytes(b"#" * 1_000_001)
    for name, reason in (
        ("absent.yaml", "No such file"),
        ("binary.yaml", "UTF-8"),
        ("large.yaml", "megabyte"),
        (".", "Is a directory"),
    ):
        done = cli(command, tmp_path / name)
        assert (done.exit_code, done.stdout) == (2, "")
        assert reason in done.stderr
        assert "Give the path of a study file" in done.stderr


@pytest.mark.parametrize("command", ["run", "check", "inspect"])
def test_a_wrong_definition_is_one_error_document(cli: Cli, tiny: Path, command: str) -> None:
    changed(tiny, "dataset: digits", "dataset: digit")
    done = cli(command, tiny, "--json")
    assert done.exit_code == 2
    found = document(done.stdout, "error")
    assert [problem["path"] for problem in found["problems"]] == ["data.dataset"]
    assert found["error"] in done.stderr


def test_inspect_counts_what_a_study_trains(cli: Cli, tiny: Path) -> None:
    done = cli("inspect", tiny, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    found = document(done.stdout, "inspect")
    first = found["layers"][0]
    assert (first["kind"], first["output_shape"]) == ("Conv2d", [4, 8, 8])
    assert first["multiply_adds"] == 4 * 8 * 8 * 9
    assert {"parameters", "multiply_adds", "activation_bytes"} == found["total"].keys()
    assert found["total"]["parameters"] == sum(layer["parameters"] for layer in found["layers"])
    assert found["hyperparameters"] == {"depth": 1, "width": 4}


def test_inspect_a_named_network_for_any_images(cli: Cli) -> None:
    done = cli("inspect", "--network", "convnet", "--input", "3x224x224", "--outputs", 1000, "--json")
    found = document(done.stdout, "inspect")
    assert found["input_shape"] == [3, 224, 224]
    assert found["layers"][0]["output_shape"] == [16, 224, 224]
    text = cli("inspect", "--network", "convnet", "--input", "3×224×224", "--outputs", 1000).stdout
    assert "16×224×224" in text
    assert any(line.startswith("total") for line in text.splitlines())


def test_a_network_is_inspected_at_what_it_was_published_for(cli: Cli) -> None:
    found = json.loads(cli("inspect", "--network", "lenet", "--json").stdout)
    assert (found["input_shape"], found["outputs"]) == ([1, 32, 32], 10)
    assert json.loads(cli("inspect", "--network", "lenet", "--outputs", 3, "--json").stdout)["outputs"] == 3


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("x.yaml", "--network", "convnet"),
        ("x.yaml", "--outputs", "3"),
        ("--network", "convnet", "--outputs", "0", "--input", "1x8x8"),
        ("--network", "convnet", "--outputs", "3", "--input", "8x8"),
        ("--network", "convnet", "--outputs", "3", "--input", "0x8x8"),
        ("--network", "convnet", "--outputs", "3", "--input", "axbxc"),
        ("--network", "convent", "--outputs", "3", "--input", "1x8x8"),
    ],
)
def test_wrong_usage_of_inspect(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli("inspect", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


def test_a_study_whose_process_was_killed_is_not_valid() -> None:
    assert worst([-9, 0]) == worst([0, -11, 2]) == 70
    assert worst([0, 2]) == 2
    assert worst([0, 0]) == 0


def test_what_a_module_prints_is_no_part_of_the_document(cli: Cli, tiny: Path) -> None:
    study = changed(tiny, "{name: convnet, depth: 1, width: 4}", "{factory: 'loud_network:build'}")
    (tiny.parent / "loud_network.py").write_text(f"print('loud'){OWN_NETWORK}")
    done = cli("validate", study, "--json")
    assert document(done.stdout, "validate")["valid"] is True
    assert "loud" in done.stderr


def test_the_users_own_modules_lie_beside_the_study_or_in_the_working_folder(program: Program, tiny: Path) -> None:
    (tiny.parent / "beside").mkdir()
    study = changed(
        tiny.parent / "beside" / "study.yaml", "{name: convnet, depth: 1, width: 4}", "{factory: mine:build}"
    )
    (study.parent / "mine.py").write_text(OWN_NETWORK)
    done = program("inspect", study, "--json")
    assert document(done.stdout, "inspect")["network"] == "mine:build"
    (tiny.parent / "here.py").write_text(OWN_NETWORK)
    done = program("inspect", "--network", "here:build", "--input", "1x8x8", "--outputs", 3, "--json")
    assert [layer["kind"] for layer in document(done.stdout, "inspect")["layers"]] == ["Flatten", "Linear", "Linear"]
