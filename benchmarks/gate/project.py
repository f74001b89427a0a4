"""A project as a stranger would hand it in: a definition, its data, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.diagnosis.trainings import data_of
from hpsearch.data.dataset import Dataset
from hpsearch.study import StudyDefinition

FACTORY = "benchmarks.gate.networks:build"


@dataclass(frozen=True)
class Project:
    """One project of the benchmark."""

    name: str
    network: Mapping[str, Any] = field(hash=False)
    """What ``networks.build`` is given."""
    data: str = "digits"
    change: str = ""
    """Of the data, see ``benchmarks.diagnosis.changes``."""
    batch_size: int = 64
    optimizer: Mapping[str, Any] = field(default_factory=dict, hash=False)
    loss: Mapping[str, Any] = field(default_factory=dict, hash=False)
    definition: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """The whole of it, with its data and network, for a project that the command itself checks; else nothing."""
    right: frozenset[str] = frozenset()
    """Any of these codes names the cause; none for a sound project."""
    also: frozenset[str] = frozenset()
    """Codes that are true as well."""
    fails: bool = False
    """Whether nothing good can come of training it, so that the check must exit with 1."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.right

    @property
    def study(self) -> StudyDefinition:
        """The definition."""
        if self.definition:
            return StudyDefinition.model_validate(self.definition)
        return StudyDefinition.model_validate(
            {
                "data": {"dataset": "digits", "batch_size": self.batch_size},
                "network": {"factory": FACTORY, **self.network},
                "optimizer": dict(self.optimizer),
                "loss": dict(self.loss),
            }
        )

    @property
    def dataset(self) -> Dataset:
        """The data, as preflight would give them."""
        return data_of(self.data, self.change)
