"""The projects of the fourth part of the gate's benchmark are whole, and the command checks one."""

import numpy as np

from benchmarks.gate.fourth import fourth
from benchmarks.gate.fourth_command import commanded
from benchmarks.gate.fourth_data import DRAWN, load
from benchmarks.gate.fourth_data_faults import DATA_FAULTS
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.rule import RULES


def test_the_projects_are_whole() -> None:
    projects = fourth()
    assert len({project.name for project in projects}) == len(projects)
    assert sum(project.sound for project in projects) >= 40
    assert sum(not project.sound for project in projects) >= 60
    told = {code for project in projects for code in project.right | project.also}
    assert {code for code in told if code.startswith(("HP", "HC"))} <= {*RULES, *TRIAL_RULES}


def test_every_fault_of_data_changes_something() -> None:
    used = {str(project.definition["data"]) for project in fourth()}
    assert all(any(fault in text for text in used) for fault in DATA_FAULTS)
    for name in DRAWN:
        first, again = load(name), load(name)
        assert np.array_equal(first[0], again[0])
        assert len(first[0]) == len(first[1])


def test_the_command_refuses_a_project_with_its_reason() -> None:
    (project,) = (one for one in fourth() if one.name.startswith("broken/WithFeatures"))
    found = commanded(project.definition)
    assert found["verdict"] == "fail"
    assert [said["code"] for said in found["said"]] == ["refused"]
