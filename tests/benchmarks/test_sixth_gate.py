"""The projects of the sixth part of the gate's benchmark are whole, and their data are new and always the same."""

import inspect

import numpy as np

from benchmarks.gate import fifth_data, fourth_data, sixth_batches, sixth_data, sixth_outputs, sixth_parameters
from benchmarks.gate.fourth_command import LOADERS
from benchmarks.gate.sixth import sixth
from benchmarks.gate.sixth_data import DRAWN, load
from benchmarks.gate.sixth_data_faults import DATA_FAULTS
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.diagnosis.inside.table import INSIDE_RULES
from hpsearch.rule import RULES

DATA = ("wells", "flows", "beats")
"""Those that take little time to draw."""


def test_the_projects_are_whole() -> None:
    projects = sixth()
    assert len({project.name for project in projects}) == len(projects)
    assert sum(project.sound for project in projects) >= 40
    assert sum(not project.sound for project in projects) >= 60
    told = {code for project in projects for code in project.right | project.also}
    known = {*RULES, *TRIAL_RULES, *INSIDE_RULES, *DATA_CHECKS}
    assert {code for code in told if code.startswith(("HP", "HC", "HD"))} <= known


def test_its_data_are_new_and_always_the_same() -> None:
    assert not set(DRAWN) & {*fourth_data.DRAWN, *fifth_data.DRAWN}
    assert all(LOADERS[name] is load for name in DRAWN)
    for name in DATA:
        images, targets = load(name)
        sixth_data._whole.cache_clear()
        assert np.array_equal(load(name)[0], images)
        assert len(images) == len(targets)


def test_all_of_it_is_used() -> None:
    used = " ".join(str(project.definition["data"]) for project in sixth())
    assert all(name in used for name in (*DRAWN, *DATA_FAULTS))
    networks = {str(project.definition["network"]["factory"]) for project in sixth()}
    for module in (sixth_batches, sixth_outputs, sixth_parameters):
        classes = inspect.getmembers(module, inspect.isclass)
        there = {f"{module.__name__}:{name}" for name, one in classes if one.__module__ == module.__name__}
        assert there <= networks


def test_the_photographs_are_read() -> None:
    pieces = sixth_data.cut("flower", 16, 16)
    assert pieces.shape == (1_040, 3, 16, 16)
    assert pieces.dtype == np.uint8
    assert 1 < np.abs(np.diff(pieces.astype(float), axis=-1)).mean() < 20 < pieces.std()
