"""Everything that is wrong with a definition is said at once: where, what was found, what to do."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hpsearch.errors import DefinitionError, Problem
from hpsearch.networks.parameters import PARAMETERS
from hpsearch.preflight.reading import definition_from, read_definition
from hpsearch.space import Choice, LogUniform

SHORT: dict[str, Any] = {"data": {"dataset": "digits"}, "network": "convnet"}


def problems_with(**more: Any) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        read_definition(yaml.safe_dump({**SHORT, **more}, sort_keys=False), None)
    return list(caught.value.problems)


def test_the_example_of_the_design_is_read() -> None:
    definition = read_definition(
        """
        name: digits
        seed: 0
        data: {dataset: digits, batch_size: 64, validation: 0.2}
        network: {name: convnet, depth: 3, width: {choice: [16, 32]}, activation: relu, norm: batch}
        optimizer:
          name: sgd
          momentum: 0.9
          learning_rate: {log_uniform: [1e-4, 1.0]}
          weight_decay: {log_uniform: [1e-6, 1e-2]}
        recipe:
          initial_loss:
          overfit: {batches: 5}
          lr_sweep: {steps: 100}
          coarse: {trials: 32, epochs: 3}
          fine: {trials: 16, epochs: 12, rounds: 2}
        objective: {metric: val_accuracy, direction: maximize}
        resources: {gpus_per_worker: auto}
        """,
        None,
    )
    assert definition.space == {
        "network.width": Choice((16, 32)),
        "optimizer.learning_rate": LogUniform(1e-4, 1.0),
        "optimizer.weight_decay": LogUniform(1e-6, 1e-2),
    }


@pytest.mark.parametrize("file", sorted(Path("studies").glob("*.yaml")), ids=str)
def test_the_studies_that_come_with_it_are_sound(file: Path) -> None:
    assert read_definition(file.read_text(), file.parent).name


BROKEN = [
    tuple(pair.split("\n", maxsplit=1))
    for pair in Path(__file__).with_name("broken_definitions.txt").read_text().strip().split("\n\n")[1:]
]


@pytest.mark.parametrize(("broken", "said"), BROKEN, ids=[pair[0] for pair in BROKEN])
def test_each_broken_rule_is_named_with_place_value_and_next_step(broken: str, said: str) -> None:
    (problem,) = problems_with(**yaml.safe_load(f"{{{broken}}}"))
    assert str(problem) == said.strip().replace("{networks}", ", ".join(PARAMETERS))


def test_missing_sections_are_named() -> None:
    with pytest.raises(DefinitionError) as caught:
        read_definition("name: x", None)
    assert [str(problem) for problem in caught.value.problems] == [
        "data: is missing. Add it.",
        "network: is missing. Add it.",
    ]


def test_a_grid_that_is_too_large_shows_the_count_of_each_axis() -> None:
    (problem,) = problems_with(
        network={"name": "convnet", "width": {"choice": [8, 16, 32]}, "depth": {"int": [1, 4]}},
        optimizer={"momentum": {"uniform": [0, 0.9]}},
        recipe={"coarse": {"sampler": "grid", "points_per_range": 20}},
    )
    assert problem.path == "recipe.coarse.sampler"
    assert "the grid has 96000 points, and 10000 are the most: 4 (network.depth) × 3 (network.width)" in problem.message
    assert "20 (optimizer.learning_rate) × 20 (optimizer.momentum) × 20 (optimizer.weight_decay)" in problem.message
    assert "points_per_range" in problem.next_step


def test_the_largest_grid_that_is_allowed_is_allowed() -> None:
    content = {**SHORT, "recipe": {"coarse": {"sampler": "grid", "points_per_range": 100}}}  # 100 × 100
    assert definition_from(content, None).recipe.coarse.points_per_range == 100


def test_all_problems_come_at_once_those_of_the_network_included() -> None:
    found = problems_with(
        seed=-1,
        data={"dataset": "digts", "bach_size": 3},
        network={"name": "convnet", "widht": 3, "depth": {"int": [4, 1]}},
        recipe={"coarse": {"epochs": 0}, "fine": {"trails": 1}},
    )
    assert [problem.path for problem in found] == [
        "seed",
        "data.bach_size",
        "network.depth",
        "recipe.coarse.epochs",
        "recipe.fine.trails",
        "data.dataset",
        "network.widht",
    ]


def test_a_definition_that_was_stored_and_read_again_has_no_new_problems() -> None:
    """Stored definitions have every default written out: none of them may count as set without use."""
    recipe = {"overfit": {"samples": 3}, "lr_sweep": {"skip": True}, "coarse": {"sampler": "grid"}}
    for content in (SHORT, {**SHORT, "recipe": recipe, "optimizer": {"schedule": "cosine"}}):
        definition = definition_from(content, None)
        assert definition_from(definition.model_dump(mode="json"), None) == definition


def test_relative_paths_are_taken_from_the_study_file(tmp_path: Path) -> None:
    def path(given: str, base: Path | None) -> str | None:
        content = {"data": {"dataset": "numpy", "path": given}, "network": "convnet"}
        return definition_from(content, base).data.path

    assert path("some/data.npz", tmp_path) == str(tmp_path / "some/data.npz")
    assert path("/else/data.npz", tmp_path) == "/else/data.npz"
    assert path("some/data.npz", None) == "some/data.npz"
    assert path("~/data.npz", tmp_path) == str(Path.home() / "data.npz")


def test_reading_needs_neither_torch_nor_ray() -> None:
    program = (
        "import sys; from hpsearch.preflight.reading import read_definition\n"
        "read_definition('data: {dataset: digits}\\nnetwork: {name: convnet, width: 8}', None)\n"
        "print([name for name in ('torch', 'ray', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
