"""The network that ``hpsearch inspect`` looks at."""

import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from hpsearch.cli.definition import study_in
from hpsearch.cost.layers import layer_costs, network_cost
from hpsearch.errors import DefinitionError
from hpsearch.job import Budget, NetworkSettings, job_for
from hpsearch.networks.build import build_network
from hpsearch.preflight.check import check_definition
from hpsearch.preflight.forward import forward_problem
from hpsearch.recipe.centre import centre
from hpsearch.report.documents import InspectionDocument, LayerDocument, TotalDocument
from hpsearch.stage import StageName


@dataclass(frozen=True)
class Subject:
    """A network and the data that it is for."""

    settings: NetworkSettings
    input_shape: tuple[int, int, int]
    outputs: int

    @classmethod
    def named(cls, name: str, input_shape: tuple[int, int, int], outputs: int) -> "Subject":
        """A named network, or the user's own as ``module:callable``, with its default hyperparameters."""
        if ":" not in name:
            return cls(NetworkSettings(name, None, {}), input_shape, outputs)
        sys.path.insert(0, str(Path.cwd()))
        return cls(NetworkSettings(None, name, {}), input_shape, outputs)


def subject_of_study(path: Path) -> Subject:
    """The network in the middle of a study's space, for its data."""
    definition = study_in(path)
    task = check_definition(definition).task
    job = job_for(definition, StageName.INITIAL_LOSS, 0, centre(definition.space), Budget(steps=0))
    return Subject(job.network, task.input_shape, task.outputs)


def inspection(subject: Subject) -> InspectionDocument:
    """Builds the network and counts; raises DefinitionError for one that does not accept its input."""
    settings = subject.settings
    network = build_network(settings, subject.input_shape, subject.outputs, seed=0)
    problem = forward_problem(network, torch.zeros(2, *subject.input_shape), subject.outputs)
    if problem is not None:
        raise DefinitionError([problem])
    layers = layer_costs(network, subject.input_shape)
    total = network_cost(network, layers)
    return InspectionDocument(
        network=settings.name or settings.factory or settings.library or "",
        input_shape=subject.input_shape,
        outputs=subject.outputs,
        hyperparameters=dict(settings.parameters),
        layers=tuple(
            LayerDocument(
                name=layer.name,
                kind=layer.kind,
                output_shape=layer.output_shape,
                parameters=layer.parameters,
                multiply_adds=layer.multiply_adds,
                activation_bytes=layer.activation_bytes,
            )
            for layer in layers
        ),
        total=TotalDocument(
            parameters=total.parameters,
            multiply_adds=total.multiply_adds,
            activation_bytes=total.activation_bytes,
        ),
    )
