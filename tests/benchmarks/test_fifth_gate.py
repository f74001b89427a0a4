"""The projects of the fifth part of the gate's benchmark are whole, and each fault has the address of its report."""

import re

import numpy as np

from benchmarks.gate.fifth import fifth
from benchmarks.gate.fifth_data import DRAWN, load
from benchmarks.gate.fifth_data_faults import DATA_FAULTS
from benchmarks.gate.fifth_faulty import DEFINITIONS, ELSEWHERE
from hpsearch.diagnosis.diagnose import TRIAL_RULES
from hpsearch.factory import import_factory
from hpsearch.rule import RULES

ADDRESS = re.compile(r"\S+\.(?:com|org|ru)/\S+?(?=\.?\s|\.?$)")
SHARED = "opaque"
"""What the data of a faulty network are made of."""


def test_the_projects_are_whole() -> None:
    projects = fifth()
    assert len({project.name for project in projects}) == len(projects)
    assert sum(project.sound for project in projects) >= 45
    assert sum(not project.sound for project in projects) >= 65
    told = {code for project in projects for code in project.right | project.also}
    assert {code for code in told if code.startswith(("HP", "HC"))} <= {*RULES, *TRIAL_RULES}


def test_every_fault_was_reported_somewhere_else() -> None:
    factories = {
        project.definition["network"]["factory"]
        for project in fifth()
        if project.name.startswith(("outputs/", "axes/", "parameters/", "modes/", "starts/"))
    }
    texts = [import_factory(factory, "network.factory").__doc__ or "" for factory in sorted(factories)]
    texts += [fault.__doc__ or "" for name, fault in DATA_FAULTS.items() if name != SHARED]
    found = [ADDRESS.search(text) for text in texts]
    assert not [text for text, address in zip(texts, found, strict=True) if address is None]
    addresses = [address[0] for address in found if address is not None]
    addresses += [row[1] for row in DEFINITIONS] + list(ELSEWHERE.values())
    assert len(set(addresses)) == len(addresses)


def test_every_fault_of_data_is_used() -> None:
    used = {str(project.definition["data"]) for project in fifth()}
    assert all(any(fault in text for text in used) for fault in DATA_FAULTS)
    for name in DRAWN:
        first, again = load(name), load(name)
        assert np.array_equal(first[0], again[0])
        assert len(first[0]) == len(first[1])
