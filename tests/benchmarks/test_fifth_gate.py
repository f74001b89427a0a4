"""The projects of the fifth part of the gate's benchmark are whole."""

from benchmarks.gate.fifth import fifth


def test_the_projects_are_whole() -> None:
    projects = fifth()
    assert len({project.name for project in projects}) == len(projects)
