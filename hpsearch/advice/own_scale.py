"""Networks that bring their images to scale themselves: the scale in which images come does them no harm."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from hpsearch.advice.facts import WEIGHTED
from hpsearch.advice.functions import KINDS, name_of
from hpsearch.advice.points import points
from hpsearch.data.checks.check import check_data
from hpsearch.data.checks.pixels import FAINT, LEAST_STRENGTH, MOST_STRENGTH
from hpsearch.data.dataset import Dataset
from hpsearch.errors import DefinitionError
from hpsearch.factory import USERS_FAILURES
from hpsearch.finding import Finding, Severity, severest_first
from hpsearch.job import network_settings
from hpsearch.networks.build import build_network
from hpsearch.study import StudyDefinition

OF_SCALE = "HD104"
"""What is found of pixels that are far too large or small for a network."""
SENT = 8
"""Images, evenly spaced in the training split."""
PRODUCTS = frozenset({"matmul", "mm", "einsum", "addmm", "rmatmul"})
"""Functions that are layers with weights where a factor that is none of the images is trained."""


def findings_in_data(definition: StudyDefinition, dataset: Dataset) -> tuple[Finding, ...]:
    """What the checks that the definition does not ignore find in its data, judged with its network."""
    return judged_with_network(check_data(dataset, ignore=definition.data.checks.ignore), definition, dataset)


def judged_with_network(found: Sequence[Finding], definition: StudyDefinition, dataset: Dataset) -> tuple[Finding, ...]:
    """What was found in the data; the scale of the pixels is information where a network brings them to scale itself.

    That is so if what arrives at its first layers with weights is within the bounds of the check, by whatever it was
    brought there: a norm, or constants in its forward pass.
    """
    if not any(one.code == OF_SCALE for one in found):
        return tuple(found)
    arriving = _arriving(definition, dataset)
    if not arriving or not all(one.is_of_scale for one in arriving):
        return tuple(found)
    largest = max(one.strength for one in arriving)
    return severest_first([_harmless(one, largest) if one.code == OF_SCALE else one for one in found])


def _harmless(finding: Finding, arriving: float) -> Finding:
    reason = f"the network brings them to {arriving:.3g} before its first layer with weights, which does no harm"
    evidence = {**finding.evidence, "arriving": arriving}
    return replace(finding, severity=Severity.INFO, message=f"{finding.message}; {reason}", evidence=evidence)


class _Strength(NamedTuple):
    """Of what arrives at a layer."""

    strength: float
    """Root mean square …"""
    deviation: float
    """… and what is left of it without the mean, of each channel of maps."""

    @property
    def is_of_scale(self) -> bool:
        """Whether it is within the bounds of the check."""
        return LEAST_STRENGTH <= self.strength <= MOST_STRENGTH and self.deviation >= FAINT * self.strength


def _strength_of(arriving: Tensor) -> _Strength:
    numbers = arriving.detach().double()
    axes = (0, 2, 3) if numbers.ndim == len("NCHW") else tuple(range(numbers.ndim))
    deviation = (numbers - numbers.mean(dim=axes, keepdim=True)).square().mean().sqrt()
    return _Strength(float(numbers.square().mean().sqrt()), float(deviation))


def _arriving(definition: StudyDefinition, dataset: Dataset) -> list[_Strength]:
    """Of what arrives at the first layers with weights, at all points that are looked at; none where
    that cannot be seen at one of them. A named network takes its images as they come."""
    network, found = definition.network, list[_Strength]()
    if network.name is not None:
        return []
    images = dataset.train.images
    images = images[torch.linspace(0, len(images) - 1, min(SENT, len(images))).long()].cpu()
    for point in points(network.parameters):
        try:
            built = build_network(network_settings(network, point), dataset.task.input_shape, dataset.task.outputs, 0)
            strengths = _strengths(built, images)
        except (DefinitionError, *USERS_FAILURES):  # told elsewhere
            return []
        if not strengths:
            return []
        found += strengths
    return found


def _strengths(network: nn.Module, images: Tensor) -> list[_Strength]:
    """In training mode: a batch norm that has seen nothing yet hands images on as they are in evaluation mode. With
    gradients, which tell weights from constants."""
    given = images.clone()
    arrivals = _Arrivals(given)
    with torch.enable_grad(), torch.random.fork_rng(devices=[]), arrivals:
        network.train()(given)
    return arrivals.strengths


class _Arrivals(TorchFunctionMode):
    """Follows the images up to the first layers with weights, and measures what arrives there."""

    def __init__(self, images: Tensor) -> None:
        super().__init__()
        self.strengths: list[_Strength] = []
        self._followed: dict[int, Tensor] = {id(images): images}
        """Kept, so that no other tensor gets the same id."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        given = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
        followed = [one for one in given if id(one) in self._followed]
        name = name_of(func, {})
        product = name in PRODUCTS and any(one.requires_grad for one in given if id(one) not in self._followed)
        if followed and (product or KINDS.get(name) in WEIGHTED):
            self.strengths.append(_strength_of(followed[0]))
            return func(*args, **kwargs)
        made = func(*args, **kwargs)
        if followed:
            self._followed.update((id(one), one) for one in tree_leaves(made) if isinstance(one, Tensor))
        return made
