"""Networks that normalise their images themselves: the scale in which images come does them no harm."""

from collections.abc import Sequence
from dataclasses import replace

from hpsearch.advice.facts import NORMS, WEIGHTED, Purpose
from hpsearch.advice.gathering import facts_of_settings
from hpsearch.advice.points import points
from hpsearch.finding import Finding, Severity, severest_first
from hpsearch.job import network_settings
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

OF_SCALE = "HD104"
"""What is found of pixels that are far too large or small for a network."""
REASON = "; the network normalises its images first, so that their scale does no harm"


def judged_with_network(found: Sequence[Finding], definition: StudyDefinition, task: Task) -> tuple[Finding, ...]:
    """What was found in the data; the scale of the pixels is information where the network begins with a norm."""
    if not any(one.code == OF_SCALE for one in found) or not _begins_with_norm(definition, task):
        return tuple(found)
    return severest_first(
        [
            replace(one, severity=Severity.INFO, message=one.message + REASON) if one.code == OF_SCALE else one
            for one in found
        ]
    )


def _begins_with_norm(definition: StudyDefinition, task: Task) -> bool:
    """Whether at all points that are looked at no layer with weights takes the images but behind a norm."""
    network = definition.network
    purpose = Purpose(task.input_shape, task.outputs, task.is_classification)
    for point in points(network.parameters):
        facts = facts_of_settings(network_settings(network, point), purpose, costs=False)
        normed: set[int] = set()
        for call in facts.calls:
            if call.kind in NORMS or (call.before and all(before in normed for before in call.before)):
                normed.add(call.index)
            elif call.kind in WEIGHTED:
                return False
        if not normed:
            return False
    return True
