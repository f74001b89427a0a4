"""Lines of findings: none of a text that preflight refuses, none in an installed package."""

import sysconfig
from pathlib import Path

import pytest
import torch

from hpsearch.gate.lines import lines_of
from hpsearch.gate.places import owned_by_user

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
@pytest.mark.timeout(20)
def test_what_preflight_refuses_has_no_lines_and_takes_no_time(tmp_path: Path, text: str) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(text)
    assert lines_of(file) == {}


def test_installed_packages_are_not_the_users_own(tmp_path: Path) -> None:
    assert not owned_by_user(Path(torch.__file__))
    assert not owned_by_user(Path(sysconfig.get_path("stdlib")) / "ast.py")
    assert owned_by_user(tmp_path / "model.py")
    assert owned_by_user(Path(sysconfig.get_path("data")) / "lib" / "my_project" / "model.py")
