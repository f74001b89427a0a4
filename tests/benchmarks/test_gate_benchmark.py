"""The projects of the gate's benchmark are whole, and one is checked, kept and scored."""

from pathlib import Path

from benchmarks.gate.faulty import faulty
from benchmarks.gate.looked import looked
from benchmarks.gate.networks import build
from benchmarks.gate.scoring import lines
from benchmarks.gate.sound import SOUND
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.rule import RULES


def test_the_projects_are_whole() -> None:
    projects = (*faulty(), *SOUND)
    assert len({project.name for project in projects}) == len(projects)
    assert len(SOUND) >= 60
    known = {*RULES, *TRIAL_RULES}
    told = {code for project in projects for code in project.right | project.also}
    assert {code for code in told if code.startswith(("HP", "HC"))} <= known
    assert all(project.study.network.factory for project in projects)


def test_networks_of_projects_can_be_built() -> None:
    kinds = {str({**project.network, "depth": 2}): project.network for project in (*faulty()[::9], *SOUND[::9])}
    for network in kinds.values():
        build((1, 8, 8), 3, **network)


def test_a_fault_is_checked_once_and_scored(tmp_path: Path) -> None:
    project = next(one for one in faulty() if one.name.startswith("images-never-arrive/plain"))
    first = looked(project, tmp_path)
    assert first.failed
    assert first.named
    assert looked(project, tmp_path) == first
    assert any("verdict 1 of 1" in line for line in lines([first]))
