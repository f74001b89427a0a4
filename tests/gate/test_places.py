"""Lines of findings: none of a text that preflight refuses, none in an installed package."""

import sysconfig
from pathlib import Path

import pytest
import torch

from hpsearch.advice.training_table import TRAINING
from hpsearch.checked import Checked, CheckVerdict, Part, Placed
from hpsearch.finding import Finding, Severity
from hpsearch.gate.images import OF_IMAGES
from hpsearch.gate.lines import OF_TRAINING, lines_of
from hpsearch.gate.places import owned_by_user, placed
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

BOMB = "a0: &a0 [x, x, x]\n" + "".join(
    f"a{n}: &a{n} {{p: *a{n - 1}, q: *a{n - 1}, r: *a{n - 1}}}\n" for n in range(1, 24)
)
REFUSED = {
    "aliases": BOMB,
    "endless": "network: &x {more: *x}\n",
    "deep": f"a: {'[' * 3000}",
    "sections": "".join(f"{' ' * level}a:\n" for level in range(400)),
    "escape": 'a: "\\UFFFFFFFF"\n',
}


def test_every_key_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text("data:\n  dataset: digits\nnetwork: {name: convnet,\n  depth: 1}\n")
    assert lines_of(file) == {"data": 1, "data.dataset": 2, "network": 3, "network.name": 3, "network.depth": 4}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
@pytest.mark.timeout(120)
def test_what_preflight_refuses_has_no_lines_and_takes_no_time(tmp_path: Path, text: str) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(text)
    assert lines_of(file) == {}


def test_installed_packages_are_not_the_users_own(tmp_path: Path) -> None:
    assert not owned_by_user(Path(torch.__file__))
    assert not owned_by_user(Path(sysconfig.get_path("stdlib")) / "ast.py")
    assert owned_by_user(tmp_path / "model.py")
    assert owned_by_user(Path(sysconfig.get_path("data")) / "lib" / "my_project" / "model.py")


MODULE = """from torch import nn


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Flatten()
        self.head = nn.Linear(64, 10)

    def forward(self, images):
        return self.head(self.body(images))


def build(input_shape, outputs):
    return Network()


def load():
    raise NotImplementedError
"""


def lines_said(folder: Path, network: str, data: dict[str, str]) -> list[tuple[str, int]]:
    """File and line of a finding on the data, on the layer ``head``, and on the sweep."""
    file = folder / "study.yaml"
    file.write_text("data: {}\noptimizer: {learning_rate: 0.1}\nnetwork: {}\n")
    study = StudyDefinition.model_validate({"data": data, "network": {"factory": network}})
    found = Placed(Finding("any", Severity.ERROR, "wrong", {"layer": "head"}), None)
    parts = tuple(Part(name, CheckVerdict.FAIL, "wrong", (found,)) for name in ("data", "overfit", "lr_sweep"))
    checked = placed(Checked("own", Task("cross_entropy", (1, 8, 8), 10, 9, 9, 9), parts, (), ()), study, file)
    places = [part.findings[0].place for part in checked.parts]
    return [(Path(place.file).name, place.line) for place in places if place is not None]


def test_a_finding_is_placed_in_the_users_own_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "placed_module.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    own = lines_said(tmp_path, "placed_module:build", {"factory": "placed_module:load"})
    assert own == [("placed_module.py", 18), ("placed_module.py", 8), ("study.yaml", 2)]


def test_a_finding_on_a_network_of_a_package_is_placed_in_the_definition(tmp_path: Path) -> None:
    found = lines_said(tmp_path, "torch.nn:Flatten", {"dataset": "digits"})
    assert found == [("study.yaml", 1), ("study.yaml", 3), ("study.yaml", 2)]


def test_a_finding_on_the_training_is_placed_where_the_definition_says_it(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        "data:\n  normalize: false\nloss: {label_smoothing: 0.9}\noptimizer:\n  weight_decay: 1\n  schedule: x"
    )
    study = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": {"name": "convnet"}})
    found = [Finding(code, Severity.WARNING, "wrong") for code in ("HP602", "HP601", "HP501", "HP504")]
    found += [Finding("initial-loss-off", Severity.ERROR, "wrong", {OF_IMAGES: True})]
    part = Part("advice", CheckVerdict.FAIL, "wrong", tuple(Placed(one, None) for one in found))
    checked = placed(Checked("own", Task("cross_entropy", (1, 8, 8), 10, 9, 9, 9), (part,), (), ()), study, file)
    assert [one.place.line for one in checked.parts[0].findings if one.place] == [3, 5, 6, 4, 2]


def test_every_rule_on_the_training_has_a_path_in_the_definition() -> None:
    assert OF_TRAINING.keys() == TRAINING.keys()
