"""What a definition may name that comes over the network."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.sources import DATASETS
from hpsearch.errors import DefinitionError, Problem
from hpsearch.preflight.offered import OFFERED
from hpsearch.preflight.reading import definition_from
from hpsearch.preflight.remote import Allowance, admitted

BUILD = "preflight_never_imported:build"


def checked(allowance: Allowance, **sections: Any) -> Any:
    content = {"data": {"dataset": "digits"}, "network": "convnet", **sections}
    return admitted(definition_from(content, None), allowance)


def problems(allowance: Allowance, **sections: Any) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        checked(allowance, **sections)
    return list(caught.value.problems)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a file, a folder of arrays, and ways out of it."""
    root = tmp_path / "data"
    (root / "arrays").mkdir(parents=True)
    np.savez(root / "small.npz", images=np.zeros((4, 1, 2, 2)), targets=np.arange(4))
    np.savez(tmp_path / "secret.npz", images=np.zeros(1))
    np.save(root / "arrays" / "images.npy", np.zeros(1))
    (root / "inside").symlink_to(root / "small.npz")
    (root / "outside").symlink_to(tmp_path / "secret.npz")
    (root / "up").symlink_to(tmp_path)
    (root / "circle").symlink_to(root / "circle")
    (root / "mixed").mkdir()
    (root / "mixed" / "images.npy").symlink_to(tmp_path / "secret.npz")
    (tmp_path / "data-beside").mkdir()
    np.savez(tmp_path / "data-beside" / "x.npz", images=np.zeros(1))
    return root


def path_of(folder: Path | None, path: str) -> Any:
    return checked(Allowance(folder), data={"dataset": "numpy", "path": path}).data.path


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("small.npz", "small.npz"),
        ("arrays", "arrays"),
        ("arrays/../small.npz", "small.npz"),
        ("inside", "small.npz"),
        (".", ""),
    ],
)
def test_files_below_the_data_folder_are_named_in_full(folder: Path, path: str, found: str) -> None:
    assert path_of(folder, path) == str(folder / found)


def test_the_data_folder_may_be_a_link_itself(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert path_of(tmp_path / "link", "small.npz") == str(folder / "small.npz")


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("../secret.npz", "must not lead out"),
        ("arrays/../../secret.npz", "must not lead out"),
        ("../data-beside/x.npz", "must not lead out"),
        ("outside", "must not lead out"),
        ("up/secret.npz", "must not lead out"),
        ("mixed", "must not lead out"),
        ("..", "must not lead out"),
        ("/etc/passwd", "must be relative"),
        ("~/x.npz", "must be relative"),
        ("nothing.npz", "there is no such file"),
        ("circle", "there is no such file"),
        ("x" * 5000, "there is no such file"),
        ("small.npz/x", "there is no such file"),
    ],
)
def test_other_paths_are_refused(folder: Path, path: str, rule: str) -> None:
    (problem,) = problems(Allowance(folder), data={"dataset": "numpy", "path": path})
    assert problem.path == "data.path"
    assert problem.message.startswith(rule)


def test_without_a_data_folder_no_path_is_taken(folder: Path) -> None:
    (problem,) = problems(Allowance(), data={"dataset": "numpy", "path": str(folder / "small.npz")})
    assert (problem.path, "HPSEARCH_DATA" in problem.next_step) == ("data.path", True)
    (problem,) = problems(Allowance(folder / "missing"), data={"dataset": "numpy", "path": "small.npz"})
    assert problem.path == "data.path"


def test_a_path_is_given_exactly_where_one_is_needed(folder: Path) -> None:
    allowance = Allowance(folder, frozenset({BUILD}))
    for data in (
        {"dataset": "numpy"},
        {"dataset": "digits", "path": "small.npz"},
        {"factory": BUILD, "path": "small.npz"},
    ):
        (problem,) = problems(allowance, data=data)
        assert problem.path == "data.path"


@pytest.mark.parametrize("factory", ["os:system", "builtins:eval", "subprocess:run", BUILD, "__target__", "os.system"])
def test_code_is_not_taken_from_a_definition(factory: str) -> None:
    found = problems(Allowance(), network={"factory": factory}, data={"factory": factory})
    assert [problem.path for problem in found] == ["network.factory", "data.factory"]
    assert all("HPSEARCH_FACTORIES" in problem.next_step for problem in found)


@pytest.mark.parametrize("library", ["timm", "torchvision"])
def test_models_of_other_packages_are_allowed_one_by_one(library: str) -> None:
    allowance = Allowance(factories=frozenset({f"{library}:resnet18"}))
    assert checked(allowance, network={library: "resnet18"}).network.library == f"{library}:resnet18"
    (problem,) = problems(allowance, network={library: "resnet50"})
    assert (problem.path, problem.value) == (f"network.{library}", f"'{library}:resnet50'")
    (problem,) = problems(allowance, network={library: "resnet18", "pretrained": True})
    assert problem.path == "network.pretrained"
    assert library not in sys.modules


def test_allowed_code_passes_without_being_imported() -> None:
    allowance = Allowance(factories=frozenset({BUILD}))
    definition = checked(allowance, network={"factory": BUILD}, data={"factory": BUILD})
    assert definition.network.factory == BUILD
    assert "preflight_never_imported" not in sys.modules
    (problem,) = problems(allowance, network={"factory": f"{BUILD} "})
    assert f"Did you mean {BUILD}?" in problem.next_step


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"resources": {"gpus_per_worker": 0}}, "resources.gpus_per_worker"),
        ({"resources": {"gpus_per_worker": 8}}, "resources.gpus_per_worker"),
        ({"sources": {}}, "sources"),
        ({"sources": {"data.path": "0" * 64}}, "sources"),
    ],
)
def test_what_the_server_decides_is_not_taken(sections: dict[str, Any], path: str) -> None:
    (problem,) = problems(Allowance(), **sections)
    assert problem.path == path


def test_everything_is_told_at_once() -> None:
    found = problems(
        Allowance(),
        network={"factory": "a:b"},
        data={"dataset": "numpy", "path": "x"},
        resources={"gpus_per_worker": 1},
        sources={},
    )
    assert [one.path for one in found] == ["network.factory", "resources.gpus_per_worker", "sources", "data.path"]


def test_every_data_set_is_described() -> None:
    assert OFFERED.keys() == DATASETS.keys()
