"""``hpsearch advise``."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result

Cli = Callable[..., Result]
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "advice.json"

STUDY = """
data: {{dataset: digits}}
network: {network}
advice: {advice}
"""
MIXING = """
from torch import nn

class Mixing(nn.Linear):
    def forward(self, images):
        return super().forward(images.flatten(1)).softmax(0)

def build(input_shape, outputs):
    return Mixing(64, outputs)
"""


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Path]:
    (tmp_path / "mixing_network.py").write_text(MIXING)

    def write(network: str, advice: str = "{}") -> Path:
        path = tmp_path / "study.yaml"
        path.write_text(STUDY.format(network=network, advice=advice))
        return path

    return write


def test_nothing_to_be_advised_of(cli: Cli, study: Callable[..., Path]) -> None:
    done = cli("advise", study("convnet"))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "Advice on convnet: nothing found\n", "")


def test_warnings_are_told_with_reason_and_fix_and_do_not_fail(cli: Cli, study: Callable[..., Path]) -> None:
    done = cli("advise", study("{name: convnet, kernel_size: {choice: [3, 4]}, width: 24}"))
    assert done.exit_code == 0
    lines = " ".join(done.stdout.split())
    assert lines.startswith("Advice on convnet: 1 warning, 1 remark warning conv1 has an even kernel (4×4)")
    assert "— at kernel_size 4 [HP101 even-kernel]" in lines
    assert "try: Use an odd kernel, 3×3 first of all." in lines
    assert "source: Dumoulin and Visin" in lines


def test_an_error_fails_and_the_document_has_it(cli: Cli, study: Callable[..., Path]) -> None:
    done = cli("advise", study("{factory: 'mixing_network:build'}"), "--json", "--select", "HP4")
    assert (done.exit_code, done.stderr) == (1, "")
    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert [(finding["code"], finding["severity"]) for finding in document["findings"]] == [("HP403", "error")]
    assert document["findings"][0]["evidence"]["gradient"] > 0


@pytest.mark.parametrize(
    ("options", "advice", "codes"),
    [
        ((), "{}", ["HP101", "HP302"]),
        ((), "{select: [HP3]}", ["HP302"]),
        ((), "{ignore: [HP302]}", ["HP101"]),
        (("--select", "HP101, HP2"), "{select: [HP3]}", ["HP101"]),
        (("--ignore", "HP1", "--ignore", "HP302"), "{}", []),
    ],
)
def test_rules_are_chosen_in_the_definition_or_here(
    cli: Cli, study: Callable[..., Path], options: tuple[str, ...], advice: str, codes: list[str]
) -> None:
    done = cli("advise", study("{name: convnet, kernel_size: 4, width: 24}", advice), "--json", *options)
    assert (done.exit_code, [finding["code"] for finding in json.loads(done.stdout)["findings"]]) == (0, codes)


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--select", "hp101"), "--select[0]: there is no rule"), (("--ignore", "HP1,even-kernel"), "--ignore[1]")],
)
def test_a_code_without_a_rule_is_wrong_input(
    cli: Cli, study: Callable[..., Path], options: tuple[str, ...], said: str
) -> None:
    done = cli("advise", study("convnet"), *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Did you mean HP101?" in done.stderr
