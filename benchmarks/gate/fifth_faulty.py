"""Projects of a fifth part whose data or whose definition is wrong, as users reported it; their networks are sound."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.diagnosis.kinds import MOVED, START, codes
from benchmarks.gate.faulty import HIGH, LOW, UNLEARNED
from benchmarks.gate.project import Project

DATA = "benchmarks.gate.fifth_data:load"
MODULE = "benchmarks.gate.fifth_{}:{}"
COPIES = "HD301 HD302 HD303 HD304"
"""Images that are there more than once."""
EARLY = codes(f"{START} signal-lost same-answer {UNLEARNED}") - codes("initial-loss-off activation-scale")
"""How a network that cannot learn looks to the stages: true beside any fault, as in the other parts."""

ADAM: dict[str, Any] = {"name": "adam", "learning_rate": 1e-3}
SGD: dict[str, Any] = {"name": "sgd", "learning_rate": 0.02, "momentum": 0.9}
PLAIN: dict[str, Any] = {"factory": MODULE.format("networks", "build"), "kind": "tutorial"}
VGG: dict[str, Any] = {"factory": MODULE.format("networks", "build"), "kind": "vgg"}


def source(name: str, fault: str = "", **more: Any) -> dict[str, Any]:
    """The section of a definition that names the data."""
    if name in ("digits", "shapes") and not fault:
        return {"dataset": name, **more}
    return {"factory": DATA, "options": {"name": name, **({"fault": fault} if fault else {})}, **more}


def faulty_project(
    name: str, definition: Mapping[str, Any], right: str, also: str = "", *, fails: bool = False
) -> Project:
    """One with its codes by what they mean."""
    named = codes(right)
    return Project(name, {}, definition=definition, right=named, also=(codes(also) | EARLY) - named, fails=fails)


def of_data() -> Iterator[Project]:
    """Wrong data."""
    for name, fault, right, also, fails in (
        ("runes", "divided-as-whole-numbers", "refused HD102 HD103 HD104 HD109 HD401", COPIES, True),
    ):
        definition = {"data": source(name, fault, batch_size=32), "network": PLAIN, "optimizer": ADAM}
        yield faulty_project(f"data/{fault}/{name}", definition, right, also, fails=fails)


__all__ = ["HIGH", "LOW", "MOVED"]
